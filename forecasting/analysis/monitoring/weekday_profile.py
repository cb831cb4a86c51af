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


def learn_limit(past: Past) -> float:
    """Where an alarm begins, in files of days: beyond the worst week of past cutoffs; NaN with fewer than seven weeks without a holiday."""
    weeks = past.y.shape[2] // WEEK
    y, expected = (values[..., : weeks * WEEK].reshape(*values.shape[:2], weeks, WEEK) for values in (past.y, past.expected))
    moved = np.array([_moved(y[cut], expected[cut], past.ordinary[cut, : weeks * WEEK].reshape(weeks, WEEK)) for cut in range(past.cutoffs)])
    known = moved[np.isfinite(moved)]
    return max(TIMES_LARGEST * float(known.max()), MIN_DISTANCE) if len(known) >= WEEK else float("nan")


def check_profile(limit: float, graded: Graded, usable: BoolArray) -> ProfileCheck | None:
    """The newest whole week; None for files of weeks or months, or where nothing is known of past weeks.

    Args:
        limit: As `learn_limit` gives it.
        graded: The newest steps.
        usable: Series that count, shape (n,).
    """
    end = last_look(graded.dates, graded.period)
    if graded.period != DAY or np.isnan(limit) or end < WEEK:
        return None
    part = slice(end - WEEK, end)
    moved = _moved(graded.y[usable, None, part], graded.expected[usable, None, part], graded.ordinary[None, part])
    return ProfileCheck(float(moved[0]), limit)


def _moved(y: FloatArray, expected: FloatArray, ordinary: BoolArray) -> FloatArray:
    """Half the sum of the differences between the days' shares of the units sold, and of those forecast; NaN for a week that is not whole.

    Args:
        y: Shape (n, weeks, 7), in units.
        expected: Of the same shape.
        ordinary: Shape (weeks, 7).
    """
    both = np.isfinite(y) & np.isfinite(expected)
    whole = ordinary.all(axis=1) & (both.any(axis=0).sum(axis=1) >= WEEK - 1)
    sold, planned = (np.where(both, values, 0.0).sum(axis=0) for values in (y, expected))
    shares = [share(units, np.broadcast_to(units.sum(axis=1, keepdims=True), units.shape)) for units in (sold, planned)]
    return np.where(whole, np.abs(shares[0] - shares[1]).sum(axis=1) / 2, np.nan)
