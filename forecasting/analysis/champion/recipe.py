"""Whether the challenger's recipe is worse: the errors of both backtests on the same days and series, cutoff by cutoff."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from forecasting.analysis.champion.figures import Comparison
from forecasting.analysis.champion.paired import FEWEST_CUTOFFS, compared
from forecasting.core.arrays import FloatArray, known_sum, nanmean
from forecasting.core.period import DAY
from forecasting.training.ensemble import Ensemble

CODE: Final = "code"
"""Member of a manifest: the release of Shelfcast that trained it."""
NEAR_DAYS: Final = 3
"""Days between two cutoffs that are still common."""
LEAST_OVERLAP: Final = 0.8
"""Share of the shorter horizon that both must have forecast."""


_NO_RECIPE: Final = ("seed", "whole_backtest")
"""Settings that do not say how models learn."""


def is_same(champion: Mapping[str, Any], challenger: Mapping[str, Any]) -> bool:
    """Whether two manifests tell of one recipe: the same settings but for `_NO_RECIPE`, the same code and libraries."""
    return _recipe(champion) == _recipe(challenger)


def _recipe(facts: Mapping[str, Any]) -> tuple[Any, ...]:
    settings = {name: value for name, value in facts.get("settings", {}).items() if name not in _NO_RECIPE}
    return settings, facts.get(CODE), facts.get("libraries")


@dataclass(frozen=True, eq=False)
class Shared:
    """The series that two versions share.

    Args:
        champion: Their positions in the champion.
        challenger: Their positions in the challenger, in the same order.
    """

    champion: np.ndarray
    challenger: np.ndarray

    def __len__(self) -> int:
        return len(self.champion)


def shared_series(champion: Ensemble, challenger: Ensemble) -> Shared:
    """The series that both learned from."""
    at = pd.Index(champion.panel.unique_ids).get_indexer(pd.Index(challenger.panel.unique_ids))
    return Shared(at[at >= 0], np.flatnonzero(at >= 0))


@dataclass(frozen=True, eq=False)
class CommonDays:
    """What both versions forecast after one cutoff, for n series on the same h days; shape (n, h) each, NaN where one of the three is unknown.

    Args:
        cutoff: The challenger's.
        places: Positions of the cutoff in the champion's backtest and in the challenger's.
        y: Sold, by the challenger's sales: what was corrected since counts for both.
        champion: Its line, and what it expected.
        challenger: The same.
    """

    cutoff: str
    places: tuple[int, int]
    y: FloatArray
    champion: tuple[FloatArray, FloatArray]
    challenger: tuple[FloatArray, FloatArray]


def common_days(champion: Ensemble, challenger: Ensemble, shared: Shared) -> list[CommonDays]:
    """What both forecast at cutoffs that both have, or that lie up to 3 days apart where most days are the same."""
    return list(_common_days(champion, challenger, shared))


def _common_days(champion: Ensemble, challenger: Ensemble, shared: Shared) -> Iterator[CommonDays]:
    theirs, ours = champion.past, challenger.past
    if not len(theirs.cutoffs):
        return
    near = NEAR_DAYS if challenger.panel.period == DAY else 0
    for place, cutoff in enumerate(ours.cutoffs):
        apart = np.asarray((theirs.cutoffs - cutoff).days)
        other = int(np.abs(apart).argmin())
        shift = int(apart[other])
        first, last = max(shift, 0), min(ours.horizon, theirs.horizon + shift)
        if abs(shift) > near or last - first < LEAST_OVERLAP * min(ours.horizon, theirs.horizon):
            continue
        y = ours.y[place, shared.challenger, first:last]
        new = tuple(of[place, shared.challenger, first:last] for of in _lines(challenger))
        old = tuple(of[other, shared.champion, first - shift : last - shift] for of in _lines(champion))
        known = np.isfinite(y) & np.isfinite(new[0]) & np.isfinite(old[0])
        y, *of = (np.where(known, values, np.nan) for values in (y, *old, *new))
        yield CommonDays(f"{cutoff:%Y-%m-%d}", (other, place), y, (of[0], of[1]), (of[2], of[3]))


def _lines(ensemble: Ensemble) -> tuple[FloatArray, FloatArray]:
    """What an ensemble forecast in the past: the line, and what it expected."""
    return ensemble.errors.f, ensemble.expected_errors.f


def compared_recipes(challenger: Ensemble, days: list[CommonDays], shared: Shared) -> Comparison | None:
    """The errors of both at common cutoffs, by the measure that suits the file; None where too few cutoffs say anything.

    Where most series sell on few days a forecast of zeros has the least absolute error: there what was expected counts, by squared errors.
    """
    judged = [at for at in days if known_sum(at.y, None) > 0]
    if len(judged) < FEWEST_CUTOFFS:
        return None
    seldom = np.median([_sells_seldom(at.y) for at in judged]) > 0.5
    scale = _scale(challenger.panel.sales[shared.challenger])
    errors = np.array([[_rmsse(at.y, f[1], scale) if seldom else _wape(at.y, f[0]) for f in (at.champion, at.challenger)] for at in judged])
    if not (np.isfinite(errors).all() and (errors[:, 0] > 0).all()):
        return None
    return compared("rmsse" if seldom else "wape", [at.cutoff for at in judged], errors[:, 0], errors[:, 1])


def _sells_seldom(y: FloatArray) -> float:
    """The share of series with sales of which more than half the days have none."""
    sells = known_sum(y, 1) > 0
    none = nanmean((y == 0) * np.where(np.isfinite(y), 1.0, np.nan), axis=1)
    return float((none[sells] > 0.5).mean())


def _wape(y: FloatArray, f: FloatArray) -> float:
    return float(known_sum(np.abs(y - f), None) / known_sum(y, None))


def _scale(sales: FloatArray) -> FloatArray:
    """The mean squared step from one day to the next, shape (n,)."""
    return nanmean(np.diff(sales, axis=1) ** 2, axis=1)


def _rmsse(y: FloatArray, f: FloatArray, scale: FloatArray) -> float:
    """The root of the mean over series of their squared error, each by its own scale."""
    each = nanmean((y - f) ** 2, axis=1) / np.where(scale > 0, scale, np.nan)
    return float(np.sqrt(nanmean(each[None], axis=1)[0]))
