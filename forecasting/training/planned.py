"""Products that are planned and not sold yet: they take part in a training without sales, and are forecast as launches before them sold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
import pandas as pd

from forecasting.core import formatting, schema
from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel
from forecasting.training import reasons
from forecasting.training.cold_start import twins
from forecasting.training.ensemble import Ensemble

_STILL_SOLD: Final = 28
"""Days within which a store must have a row for the product to be sold there."""
_WIDER: Final = 1.96 / 1.2816
"""How much further than the 80 % range the 95 % range reaches on either side, as ratios that are normal in their logarithm would."""
_NAMED: Final = 3


class Planned(Protocol):
    """A product that will be sold from a day on."""

    @property
    def product(self) -> str: ...
    @property
    def day(self) -> date: ...
    @property
    def category(self) -> str: ...
    @property
    def price(self) -> float | None: ...
    @property
    def like(self) -> str: ...


class _Outlook(NamedTuple):
    """What one product is expected to sell over the days ahead: units a day, shape (h,), how far its ranges are from that, and why."""

    units: FloatArray
    ratios: FloatArray
    reason: str


def with_rows(sales: pd.DataFrame, planned: Iterable[Planned]) -> pd.DataFrame:
    """The sales with a row for each planned product in each store that sells now: on the last day, with no sales, and its category and price.

    A product that was sold already has days of its own, and is no plan any more.

    Args:
        sales: Columns of `schema.COLUMNS`, one row a series and day, some with sales; left as they are.
        planned: What will be sold.
    """
    known = sales[sales[schema.SALES].notna()]
    begun = set(known[schema.PRODUCT].unique()) if schema.PRODUCT in sales else set()
    to_come = [launch for launch in planned if schema.PRODUCT in sales and launch.product not in begun]
    if not to_come or known.empty:
        return sales
    last = known[schema.DATE].max()
    places = [name for name in schema.KEYS if name in sales and name != schema.PRODUCT]
    sold = known[known[schema.DATE] > last - pd.Timedelta(days=_STILL_SOLD)]
    stores = sold[places].drop_duplicates() if places else pd.DataFrame(index=[0])
    rows = pd.concat([stores.assign(**_columns(launch, last, sales)) for launch in to_come], ignore_index=True)
    kinds = {name: np.dtype(float) if pd.api.types.is_integer_dtype(kind) else kind for name, kind in sales.dtypes.items()}
    return pd.concat([sales, rows.reindex(columns=sales.columns).astype(kinds)], ignore_index=True)


def _columns(launch: Planned, last: pd.Timestamp, sales: pd.DataFrame) -> dict[str, Any]:
    said = {schema.PRODUCT: launch.product, schema.DATE: last, schema.CATEGORY: launch.category or None, schema.PRICE: launch.price}
    return {name: value for name, value in said.items() if name in sales}


def with_planned(ensemble: Ensemble, planned: Iterable[Planned]) -> Ensemble:
    """The ensemble with forecasts of the planned products that its panel has rows of; the stores share a product as they share all sales.

    Args:
        ensemble: Trained on sales that `with_rows` gave.
        planned: What will be sold.
    """
    panel = ensemble.panel
    if schema.PRODUCT not in panel.series:
        return ensemble
    none_sold = ~np.isfinite(panel.sales).any(axis=1)
    rows_of = {launch.product: np.flatnonzero(none_sold & (panel.series[schema.PRODUCT] == launch.product).to_numpy()) for launch in planned}
    known = twins.launches(panel)
    outlooks = {launch.product: _outlook(launch, known, panel, ensemble.horizon) for launch in planned if len(rows_of[launch.product])}
    return _replaced(ensemble, {name: (rows_of[name], outlook) for name, outlook in outlooks.items() if outlook is not None})


def _replaced(ensemble: Ensemble, outlooks: Mapping[str, tuple[np.ndarray, _Outlook]]) -> Ensemble:
    """The ensemble with these products' forecasts, ranges and reasons at the positions of their series."""
    yhat = {name: ensemble.yhat[name].copy() for name in (schema.BLEND, schema.EXPECTED) if name in ensemble.yhat}
    bands, health = ensemble.bands.copy(), ensemble.health.copy()
    for rows, outlook in outlooks.values():
        units = _shares(ensemble.panel, rows)[:, None] * outlook.units
        for values in yhat.values():
            values[rows] = units
        bands[rows] = units[:, None] * outlook.ratios[:, None]
        health.loc[health.index[rows], [schema.MODEL, schema.REASON]] = reasons.TOO_NEW, outlook.reason
    return replace(ensemble, yhat={**ensemble.yhat, **yhat}, bands=bands, health=health) if outlooks else ensemble


def _outlook(launch: Planned, known: twins.Launches, panel: Panel, horizon: int) -> _Outlook | None:
    """None where no earlier launch is known."""
    like = launch.like if launch.like in known.products else ""
    expected = twins.expect(known, np.nan if launch.price is None else launch.price, launch.category, like=like)
    if expected is None:
        return None
    steps, first = known.units.shape[1], panel.ahead(1)[0]
    wait = min(max(int(panel.period.positions(pd.DatetimeIndex([pd.Timestamp(launch.day)]), first)[0]), 0), horizon)
    days = twins.days_of(expected, known, panel, len(panel.dates) + wait)
    weeks = np.concatenate([np.arange(steps), steps - panel.period.cycle + np.arange(horizon) % panel.period.cycle])
    units = np.concatenate([np.zeros(wait), days[weeks]])[:horizon]
    return _Outlook(units, _ratios(expected), _reason(launch, expected, known, panel))


def _ratios(expected: twins.Expectation) -> FloatArray:
    """The ranges over the forecast, shape (4,) in the order of `schema.BANDS`."""
    if not expected.units > 0:
        return np.full(len(schema.BANDS), np.nan)
    with np.errstate(divide="ignore"):
        below, above = np.log(np.minimum(expected.lower_80 / expected.units, 1.0)), np.log(np.maximum(expected.upper_80 / expected.units, 1.0))
    return np.exp(np.array([below, above, _WIDER * below, _WIDER * above]))


def _shares(panel: Panel, rows: np.ndarray) -> FloatArray:
    """What each of a product's series has of it: as much as its store and region have of all sales in the last weeks, shape (rows,)."""
    places = [name for name in panel.keys if name != schema.PRODUCT]
    if not places:
        return np.ones(len(rows)) / len(rows)
    sold = np.nansum(panel.sales[:, -panel.period.steps(_STILL_SOLD) :], axis=1)
    of_place = panel.series[places].assign(sold=sold).groupby(places)["sold"].transform("sum").to_numpy()[rows]
    whole = float(of_place.sum())
    return np.asarray(of_place / whole) if whole > 0 else np.ones(len(rows)) / len(rows)


def _reason(launch: Planned, expected: twins.Expectation, known: twins.Launches, panel: Panel) -> str:
    names = formatting.listing(list(_products(known, expected.twins)), _NAMED)
    sold = f"expected to sell {formatting.units(expected.units)} in its first {panel.period.count(known.units.shape[1])}, like {names}"
    span = f" (80 % range {formatting.span(expected.lower_80, expected.upper_80)})" if np.isfinite(expected.lower_80) else ""
    return f"Not sold yet. From {formatting.date(pd.Timestamp(launch.day))} on it is {sold}{span}. It is not ordered until you have checked it."


def _products(known: twins.Launches, places: Sequence[int] | np.ndarray) -> Iterator[str]:
    return (known.products[int(place)] for place in places)
