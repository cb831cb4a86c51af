"""The split of the change between two versions, series by series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from forecasting.analysis.change_explanation import curves, names
from forecasting.analysis.change_explanation.explanation import AFTER, BEFORE, CAME, LEFT, Explanation
from forecasting.analysis.change_explanation.plans import Plans, plans
from forecasting.analysis.change_explanation.products import Factor, named, split
from forecasting.analysis.change_explanation.reruns import MOST_SERIES, Reruns
from forecasting.analysis.change_explanation.side import Member, Side, tells_means
from forecasting.analysis.change_explanation.window import Window, steps_of
from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.core.errors import InputError
from forecasting.models.prophet.model import ProphetModel
from forecasting.training import reasons
from forecasting.training.ensemble import Ensemble
from forecasting.training.expectation import FLAT

_NEW: Final = (schema.CATEGORY_PATTERN, reasons.TOO_NEW)
_DUST: Final = 1e-8
"""Share of a series' units below which an amount is arithmetic; it counts to the largest amount."""
_SERIES_AT_ONCE: Final = MOST_SERIES
"""Series that are split together, so that memory does not grow with the file; where models are asked again, it is all of them at once."""

Amounts = dict[str, FloatArray]


@dataclass(frozen=True, eq=False)
class Version:
    """A version that is held against another.

    Args:
        number: Its number.
        ensemble: What it forecasts.
    """

    number: int
    ensemble: Ensemble


def explain(before: Version, after: Version, window: Window) -> Explanation:
    """Why the forecasts of all series changed from one version to another.

    Raises:
        InputError: They have no series in common.
    """
    old, new = before.ensemble, after.ensemble
    here, there = (pd.Index(ensemble.panel.unique_ids) for ensemble in (old, new))
    both = there.intersection(here, sort=False)
    if not len(both):
        raise InputError(f"v{before.number} and v{after.number} have no products in common, so there is no change to explain.")
    series = pd.concat([new.panel.series, old.panel.series[there.get_indexer(here) < 0]], ignore_index=True)
    ids = pd.Index(series[schema.UNIQUE_ID])
    units = pd.DataFrame({BEFORE: _units(old, window.before, here, ids), AFTER: _units(new, window.after, there, ids)})
    left = -_units(old, window.before.difference(window.common), here, ids)
    came = _units(new, window.after.difference(window.common), there, ids)
    common = both.get_indexer(ids) >= 0
    amounts: Amounts = {
        names.PRODUCTS: np.where(common, 0.0, units[AFTER] - units[BEFORE]),
        names.DAYS: np.where(common, left + came, 0.0),
    }
    if len(window.common):
        sides = _sides(before, after, (here.get_indexer(both), there.get_indexer(both)), window.common)
        for name, of_both in _of_series(*sides, _not_kept(before, after)).items():
            amounts.setdefault(name, np.zeros(len(ids)))[ids.get_indexer(both)] += of_both
    table = without_dust(pd.DataFrame(amounts), units)
    days = pd.DataFrame({LEFT: np.where(common, left, 0.0), CAME: np.where(common, came, 0.0)})
    return Explanation(window, series, units, table[names.in_order([str(name) for name in table if (table[name] != 0).any()])], days)


def _units(ensemble: Ensemble, days: pd.DatetimeIndex, own: pd.Index, ids: pd.Index) -> FloatArray:
    """What a version expects of each series on some days, shape (ids,), in units; 0 of those that it does not have."""
    units = np.nan_to_num(ensemble.expected[:, steps_of(ensemble, days)]).sum(axis=1)
    place = own.get_indexer(ids)
    return np.where(place >= 0, units[place], 0.0)


def _sides(before: Version, after: Version, rows: tuple[np.ndarray, np.ndarray], days: pd.DatetimeIndex) -> tuple[Side, Side]:
    """Both versions on the series and days of both; the product is that of the means where both say of what these are blended, or are the line."""
    pairs = [(version.ensemble, of) for version, of in zip((before, after), rows, strict=True)]
    told = [tells_means(ensemble)[of] for ensemble, of in pairs]
    kept = np.all([~ensemble.apart[of] | means for (ensemble, of), means in zip(pairs, told, strict=True)], axis=0)
    old, new = (Side(ensemble, of, steps_of(ensemble, days), means & kept) for (ensemble, of), means in zip(pairs, told, strict=True))
    return old, new


def _not_kept(before: Version, after: Version) -> str:
    """The name of what could not be split, since one of the versions says too little of itself."""
    silent = [version.number for version in (before, after) if (version.ensemble.apart & ~tells_means(version.ensemble)).any()]
    return names.not_kept(silent[0] if silent else before.number)


def _of_series(before: Side, after: Side, not_kept: str) -> Amounts:
    """Name -> units of each series on the common days, shape (n,)."""
    planned, amounts, n = plans(before, after), Amounts(), len(before.rows)
    for rows in np.array_split(np.arange(n), max(1, -(-n // _SERIES_AT_ONCE))):
        old, new = before.take(rows), after.take(rows)
        for name, units in _of_days(old, new, planned.take(rows), not_kept).items():
            amounts.setdefault(name, np.zeros(n))[rows] += units.sum(axis=1)
    return amounts


def _of_days(before: Side, after: Side, planned: Plans, not_kept: str) -> Amounts:
    """Name -> units of each series and day, shape (n, h)."""
    change = after.expected - before.expected
    new = np.isin(before.behind, _NEW) | np.isin(after.behind, _NEW)
    modelled = before.blended & after.blended & ~new
    closed = before.closed | after.closed
    split_here = modelled[:, None] & ~closed
    amounts = {name: np.where(split_here, units, 0.0) for name, units in _of_products(before, after, planned).items()}
    rest = np.where(split_here, change - np.sum(list(amounts.values()), axis=0), 0.0)
    unkept = np.asarray(np.any([side.ensemble.apart[side.rows] & ~side.means for side in (before, after)], axis=0))
    return {
        **amounts,
        names.LIMITS: amounts.get(names.LIMITS, 0.0) + np.where(unkept[:, None], 0.0, rest),
        not_kept: np.where(unkept[:, None], rest, 0.0),
        names.CLOSED: np.where(modelled[:, None] & closed, change, 0.0),
        names.NEWCOMERS: np.where(new[:, None], change, 0.0),
        names.STOPPED: np.where((~modelled & ~new)[:, None], change, 0.0),
    }


def _of_products(before: Side, after: Side, planned: Plans) -> Amounts:
    """Name -> units of each series and day that the factors of the blend add to its change, shape (n, h)."""
    old, new, amounts = before.members(), after.members(), Amounts()
    scaling, reruns = named(names.SCALING, before.scaling(old), after.scaling(new)), Reruns(before, after, planned)
    for name in dict.fromkeys([*old, *new]):
        shares, yhat = _filled(old.get(name), new.get(name))
        for factors in _products(name, reruns, yhat):
            for part, units in split([scaling, named(names.SHARES, *shares), *factors]).items():
                amounts[part] = amounts.get(part, 0.0) + units
    return amounts


def _filled(before: Member | None, after: Member | None) -> tuple[tuple[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]:
    """Shares and forecasts of a model on both sides; where it has none on one, its share changed, not its forecast."""
    there = [side for side in (before, after) if side is not None]
    old, new = (side if side is not None else Member(np.zeros_like(there[0].share), np.full_like(there[0].yhat, np.nan)) for side in (before, after))
    first, second = (np.where(np.isfinite(side.yhat), side.yhat, other.yhat) for side, other in ((old, new), (new, old)))
    return (old.share, new.share), (np.nan_to_num(first), np.nan_to_num(second))


def _products(name: str, reruns: Reruns, yhat: tuple[FloatArray, FloatArray]) -> list[list[Factor]]:
    """The products that add up to a model's forecast."""
    if name == ProphetModel.name:
        return curves.products_of(reruns.before, reruns.after, yhat, reruns.plans)
    if name in (schema.SEASONAL_NAIVE, FLAT):
        return [[named(names.RECENT, *yhat)]]
    return [[Factor(*yhat, reruns.portions(name, yhat))]]


def without_dust(amounts: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """The amounts without those that are arithmetic, each row adding up to after - before: what is missing belongs to the largest."""
    values = amounts.to_numpy(dtype=float)
    values = np.where(np.abs(values) <= _DUST * (np.abs(units[BEFORE]) + np.abs(units[AFTER])).to_numpy()[:, None], 0.0, values)
    missing = (units[AFTER] - units[BEFORE]).to_numpy() - values.sum(axis=1)
    largest, rows = np.abs(values).argmax(axis=1), np.arange(len(values))
    values[rows, largest] += np.where(values[rows, largest] != 0, missing, 0.0)
    return pd.DataFrame(values, columns=amounts.columns)
