"""The days that two versions both forecast after past cutoffs, and the series that both have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from forecasting.core.arrays import FloatArray
from forecasting.core.period import DAY
from forecasting.training.ensemble import Ensemble

NEAR_DAYS: Final = 3
"""Days between two cutoffs that are still common."""
LEAST_OVERLAP: Final = 0.8
"""Share of the shorter horizon that both must have forecast."""


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
