"""Days of sales beside the forecasts they are graded by, and the same of past cutoffs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from forecasting.analysis.monitoring.scores import Yardstick, scores
from forecasting.core.arrays import BoolArray, FloatArray
from forecasting.core.period import DAY, Period

LOOK: Final = {"day": 7, "week": 1, "month": 1}
"""Steps that are added up for one look at the file and its groups."""
LOOKS: Final = {"day": (1, 2, 4), "week": (1, 2, 4), "month": (1, 3)}
"""Newest looks whose mean is tested."""
STEPS_A_YEAR: Final = {"day": 365.0, "week": 52.0, "month": 12.0}
MIN_CUTOFFS: Final = 3
"""Past cutoffs below which no level and no coverage is judged."""


@dataclass(frozen=True, eq=False)
class Past:
    """Forecasts of n series at K past cutoffs, over h steps.

    Args:
        y: Units sold, shape (K, n, h); NaN where not known.
        line: The line of each step, in units.
        expected: What was expected, in units.
        outside: 1 where the 80 % range, learned from the other cutoffs, did not hold what was sold, 0 where it did, -1 where that is not known.
        ordinary: Steps that are no holiday and not beside one, shape (K, h).
        starts: The first step after each cutoff, shape (K,).
    """

    y: FloatArray
    line: FloatArray
    expected: FloatArray
    outside: np.ndarray
    ordinary: BoolArray
    starts: pd.DatetimeIndex

    @property
    def cutoffs(self) -> int:
        """How many."""
        return len(self.y)


@dataclass(frozen=True, eq=False)
class Graded:
    """The newest t steps of n series, each beside the forecast that was live when it began; NaN where there was none.

    Args:
        dates: Shape (t,).
        period: What a step is.
        version: The version that each step is graded by, shape (t,); 0 for none.
        ordinary: Steps that are no holiday and not beside one, shape (t,).
        y: Units sold, shape (n, t).
        line: The line, shape (n, t).
        expected: What was expected, shape (n, t).
        lower: Lower end of the 80 % range, shape (n, t).
        upper: Its upper end.
        scale: As `published_frame` has it, shape (n, t).
        bins: As `published_frame` has them, shape (n, t).
        dispersion: Of each version, shape (n,).
        reference: Of each version, shape (b, q).
        power: Of each version.
    """

    dates: pd.DatetimeIndex
    period: Period
    version: np.ndarray
    ordinary: BoolArray
    y: FloatArray
    line: FloatArray
    expected: FloatArray
    lower: FloatArray
    upper: FloatArray
    scale: FloatArray
    bins: np.ndarray
    dispersion: Mapping[int, FloatArray]
    reference: Mapping[int, FloatArray]
    power: Mapping[int, float]

    @property
    def known(self) -> BoolArray:
        """Where sales and a forecast are known, shape (n, t)."""
        return np.isfinite(self.y) & np.isfinite(self.expected)

    @property
    def days(self) -> int:
        """Steps on which anything was graded."""
        return int(self.known.any(axis=0).sum())

    @property
    def outside(self) -> np.ndarray:
        """1 where the 80 % range did not hold what was sold, 0 where it did, -1 where that is not known, shape (n, t)."""
        known = np.isfinite(self.y) & np.isfinite(self.lower) & np.isfinite(self.upper)
        return np.where(known, ((self.y < self.lower) | (self.y > self.upper)).astype(np.int8), np.int8(-1))

    def normal_scores(self, factor: FloatArray) -> FloatArray:
        """Scores of ordinary steps, with what is common taken in, shape (n, t); NaN for the others."""
        result = np.full(self.y.shape, np.nan)
        for version in np.unique(self.version[self.version > 0]):
            number = int(version)
            if number not in self.reference or not len(self.reference[number]):
                continue
            steps = (self.version == version) & self.ordinary
            counts = self.bins[:, steps] < 0
            f = np.where(counts, self.expected[:, steps], self.line[:, steps]) * factor[:, steps]
            scale = np.where(counts, self.scale[:, steps], self.scale[:, steps] * factor[:, steps] ** (self.power[number] / 2))
            by = Yardstick(scale, self.bins[:, steps], self.dispersion[number])
            result[:, steps] = scores(self.y[:, steps], f, by, self.reference[number])
        return result


def last_look(dates: pd.DatetimeIndex, period: Period) -> int:
    """Steps up to the end of the newest whole week (Monday to Sunday), or of the newest step of a file of weeks or months; 0 for none."""
    if period != DAY or not len(dates):
        return len(dates)
    sundays = np.flatnonzero(dates.day_of_week.to_numpy() == 6)
    return int(sundays[-1]) + 1 if len(sundays) else 0


def next_look(last: pd.Timestamp, period: Period) -> pd.Timestamp:
    """The step after which the file and its groups are looked at again."""
    return last + pd.Timedelta(days=(6 - last.day_of_week) or 7) if period == DAY else period.ahead(last, 1)[0]
