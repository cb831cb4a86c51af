"""Steps of a calendar gathered into whole weeks or months."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from forecasting.core.arrays import FloatArray
from forecasting.core.period import MONTH, PERIODS, Period

_DAYS_A_WEEK = 7
_MONDAY = np.datetime64("1970-01-05")


class Spans(NamedTuple):
    """Whole days, weeks or months, one after the other.

    Args:
        dates: The day on which each begins, shape (s,): a week's Monday, the first of a month; for steps that stay as they are the step's date.
        first: Position of each one's first step in the calendar, shape (s,).
        stop: Position behind its last step, shape (s,).
    """

    dates: pd.DatetimeIndex
    first: np.ndarray
    stop: np.ndarray

    def select(self, which: np.ndarray) -> Spans:
        """The spans at these positions, or under this mask."""
        return Spans(self.dates[which], self.first[which], self.stop[which])

    def sums(self, values: FloatArray) -> FloatArray:
        """Sums of the known values in each span along the last axis, shape (..., s); NaN where none is known.

        Example:
            >>> spans_of(pd.date_range("2026-06-01", periods=14), PERIODS["day"], PERIODS["week"]).sums(np.arange(14.0))
            array([21., 70.])
        """
        if not len(self.first):
            return np.zeros((*values.shape[:-1], 0))
        begin = int(self.first.min())
        needed = values[..., begin : int(self.stop.max())]
        known = np.isfinite(needed)
        total, count = (_added(part, self.first - begin, self.stop - begin) for part in (np.where(known, needed, 0.0), known.astype(float)))
        return np.where(count > 0, total, np.nan)


def _added(values: FloatArray, first: np.ndarray, stop: np.ndarray) -> FloatArray:
    """Sums from each first position up to each stop, along the last axis; the zero behind the values lets the last stop lie at their end."""
    padded = np.concatenate([values, np.zeros((*values.shape[:-1], 1))], axis=-1)
    sums: FloatArray = np.add.reduceat(padded, np.column_stack([first, stop]).ravel(), axis=-1)[..., ::2]
    return sums


def levels_of(period: Period) -> tuple[Period, ...]:
    """What sales can be looked at by: their own steps, and all that is coarser.

    Example:
        >>> [level.name for level in levels_of(PERIODS["week"])]
        ['week', 'month']
    """
    levels = tuple(PERIODS.values())
    return levels[levels.index(period) :]


def spans_of(dates: pd.DatetimeIndex, period: Period, level: Period) -> Spans:
    """The whole spans of a gap-free calendar; what its two ends cut is left out.

    Args:
        dates: The steps, ascending.
        period: What a step is.
        level: What a span is: the period itself, or a coarser one. Weeks begin on Monday; weeks of a file belong to the month that dates them.
    """
    if level == period:
        return Spans(dates, np.arange(len(dates)), np.arange(len(dates)) + 1)
    codes = _codes(dates, level)
    first = np.flatnonzero(np.diff(codes, prepend=codes[0] - 1))
    stop = np.append(first[1:], len(dates))
    starts = _starts(dates[first], level)
    before, after = (_codes(period.ahead(day, 1, start=start), level)[0] for day, start in ((dates[0], -1), (dates[-1], 1)))
    whole = slice(int(before == codes[0]), len(first) - int(after == codes[-1]))
    return Spans(starts[whole], first[whole], stop[whole])


def _codes(dates: pd.DatetimeIndex, level: Period) -> np.ndarray:
    """A whole number a week or month, ascending by one."""
    if level == MONTH:
        return np.asarray(dates.year * 12 + dates.month)
    return np.asarray((dates.to_numpy() - _MONDAY) // np.timedelta64(_DAYS_A_WEEK, "D"))


def _starts(dates: pd.DatetimeIndex, level: Period) -> pd.DatetimeIndex:
    away = dates.day - 1 if level == MONTH else dates.day_of_week
    return pd.DatetimeIndex(dates.normalize() - pd.to_timedelta(away, unit="D"))
