"""Two versions side by side: their errors on the same past days, and what they forecast for the same days ahead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from forecasting.analysis.champion.recipe import CommonDays, Shared, common_days, shared_series
from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.training import metrics
from forecasting.training.ensemble import Ensemble

MOST_SERIES: Final = 10
"""Series that are named as those that differ most."""


@dataclass(frozen=True, slots=True)
class Errors:
    """The errors of two versions on the same past days and series.

    Args:
        name: Of what: a model, a category.
        a: WAPE of the first version, a share; NaN where it has none.
        b: WAPE of the second.
    """

    name: str
    a: float
    b: float


@dataclass(frozen=True, slots=True)
class Amounts:
    """What two versions expect on the same days ahead.

    Args:
        name: Of which series; empty for the total.
        a: Units that the first expects; NaN where it has no such series.
        b: Units that the second expects.
    """

    name: str
    a: float
    b: float

    @property
    def difference(self) -> float:
        """Units by which the second is above the first; a series that one of the two lacks counts as nothing there."""
        return float(np.nan_to_num(self.b) - np.nan_to_num(self.a))


@dataclass(frozen=True)
class SideBySide:
    """Two versions that share series.

    Args:
        shared: Series that both have.
        cutoffs: The past days, as YYYY-MM-DD, from which both forecast the same days; empty where there are none.
        models: Errors of each model on these days, the blend first.
        categories: Errors of the blend in each category, the largest first; empty where the sales have none.
        days: The days ahead that both forecast.
        total: All series on these days.
        series: Those that differ most, the largest difference first.
        others: How many others there are, and by how much they differ together.
    """

    shared: int
    cutoffs: tuple[str, ...]
    models: tuple[Errors, ...]
    categories: tuple[Errors, ...]
    days: pd.DatetimeIndex
    total: Amounts
    series: tuple[Amounts, ...]
    others: tuple[int, float]


def side_by_side(a: Ensemble, b: Ensemble) -> SideBySide | None:
    """Two versions of one period side by side; None where they share no series."""
    shared = shared_series(a, b)
    if not len(shared):
        return None
    common = common_days(a, b, shared)
    days = a.panel.ahead(a.horizon).intersection(b.panel.ahead(b.horizon))
    every = sorted(_amounts(a, b, days), key=lambda each: -abs(each.difference))
    most, rest = every[:MOST_SERIES], every[MOST_SERIES:]
    total = Amounts("", float(_ahead(a, days).sum()), float(_ahead(b, days).sum()))
    return SideBySide(
        shared=len(shared),
        cutoffs=tuple(at.cutoff for at in common),
        models=tuple(_by_model(a, b, shared, common)) if common else (),
        categories=tuple(_by_category(b, shared, common)) if common else (),
        days=days,
        total=total,
        series=tuple(most),
        others=(len(rest), sum(each.difference for each in rest)),
    )


def _by_model(a: Ensemble, b: Ensemble, shared: Shared, common: list[CommonDays]) -> Iterator[Errors]:
    """The errors of the blend, then of each model that one of the two has."""
    for name in dict.fromkeys((schema.BLEND, *b.names, *a.names)):
        pasts = [
            list(_past(a, name, shared.champion, _places_of(a, b, common, 0))),
            list(_past(b, name, shared.challenger, _places_of(a, b, common, 1))),
        ]
        yield Errors(name, *(_wape([at.y for at in common], past) for past in pasts))


def _places_of(a: Ensemble, b: Ensemble, common: list[CommonDays], side: int) -> Iterator[tuple[int, int, int]]:
    """Where the common days lie in a version's backtest: which cutoff, the first day after it, and how many."""
    for at in common:
        apart = (a.past.cutoffs[at.places[0]] - b.past.cutoffs[at.places[1]]).days
        yield at.places[side], max(apart if side else -apart, 0), at.y.shape[1]


def _past(of: Ensemble, name: str, rows: np.ndarray, places: Iterator[tuple[int, int, int]]) -> Iterator[FloatArray]:
    """What a model forecast on the common days after each cutoff, shape (n, h); NaN where the version has no such model."""
    for place, first, count in places:
        yield of.past.yhat[name][place, rows, first : first + count] if name in of.past.yhat else np.full((len(rows), count), np.nan)


def _by_category(b: Ensemble, shared: Shared, common: list[CommonDays]) -> Iterator[Errors]:
    """The errors of the blend in each category, that which sold most first."""
    if schema.CATEGORY not in b.labels:
        return
    labels = b.labels[schema.CATEGORY][shared.challenger].astype(str)
    sold = {name: sum(float(np.nansum(at.y[labels == name])) for at in common) for name in np.unique(labels)}
    for name in sorted(sold, key=lambda name: -sold[name]):
        rows = labels == name
        pasts = [[at.champion[0][rows] for at in common], [at.challenger[0][rows] for at in common]]
        yield Errors(name, *(_wape([at.y[rows] for at in common], past) for past in pasts))


def _wape(y: list[FloatArray], f: list[FloatArray]) -> float:
    """The error over all cutoffs together."""
    return float(metrics.wape(np.concatenate([each.ravel() for each in y]), np.concatenate([each.ravel() for each in f])))


def _ahead(of: Ensemble, days: pd.DatetimeIndex) -> FloatArray:
    """What a version expects of each series on these days together, shape (n,), units."""
    units: FloatArray = np.nan_to_num(of.expected[:, of.panel.ahead(of.horizon).get_indexer(days)]).sum(axis=1)
    return units


def _amounts(a: Ensemble, b: Ensemble, days: pd.DatetimeIndex) -> Iterator[Amounts]:
    """What both expect of every series that one of them has."""
    of = [pd.Series(_ahead(each, days), index=each.panel.unique_ids) for each in (a, b)]
    table = pd.concat(of, axis=1, keys=["a", "b"])
    for name, first, second in table.itertuples():
        yield Amounts(str(name), float(first), float(second))
