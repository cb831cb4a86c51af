"""Do the days of the week sell as forecast? Dates that are off by a day move units from one weekday to the next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecasting.analysis.monitoring.grading import Graded, Past, last_look
from forecasting.core.arrays import BoolArray, FloatArray, share
from forecasting.core.period import DAY

TIMES_LARGEST = 1.25
MIN_DISTANCE = 0.03
WEEK = 7


class ProfileCheck(NamedTuple):
    """Share of a week's units that sold on other weekdays than forecast.

    Args:
        moved: In the newest whole week without a holiday; NaN without one.
        limit: Where an alarm begins.
    """

    moved: float
    limit: float

    @property
    def is_off(self) -> bool:
        """Whether it is an alarm."""
        return bool(self.moved > self.limit)


def check_profile(past: Past, graded: Graded, usable: BoolArray) -> ProfileCheck | None:
    """The newest week beside those of past cutoffs; None for files of weeks or months, or without past weeks."""
    if graded.period != DAY:
        return None
    weeks = past.y.shape[2] // WEEK
    before = [
        _moved(past.y[cut, :, part], past.expected[cut, :, part], past.ordinary[cut, part]) for cut in range(past.cutoffs) for part in _parts(weeks)
    ]
    known = np.array([each for each in before if np.isfinite(each)])
    end = last_look(graded.dates, graded.period)
    if len(known) < WEEK or end < WEEK:
        return None
    part = slice(end - WEEK, end)
    moved = _moved(graded.y[usable, part], graded.expected[usable, part], graded.ordinary[part])
    return ProfileCheck(moved, max(TIMES_LARGEST * float(known.max()), MIN_DISTANCE))


def _parts(weeks: int) -> list[slice]:
    return [slice(week * WEEK, (week + 1) * WEEK) for week in range(weeks)]


def _moved(y: FloatArray, expected: FloatArray, ordinary: BoolArray) -> float:
    """Half the sum of the differences between the days' shares of the units sold, and of those forecast; NaN in a week that is not whole."""
    both = np.isfinite(y) & np.isfinite(expected)
    if not ordinary.all() or both.any(axis=0).sum() < WEEK - 1:
        return float("nan")
    shares = [share(units, np.full(WEEK, units.sum())) for units in (np.where(both, values, 0.0).sum(axis=0) for values in (y, expected))]
    return float(np.abs(shares[0] - shares[1]).sum() / 2)
