"""What the past of many rows says at each of its days: levels, weekday means, the day of the month. Nothing looks ahead.

A row is a series or a group's total. `values` has shape (rows, days) and is 0 where `observed` is 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.models.lstm_layout import YEAR, Float32Array
from forecasting.panel import FloatArray

_PRIOR_DAYS = 7.0
"""A level counts the mean of the whole past as so many days."""
_MONTHS = 6
"""Times that a day of the month is looked back at."""
MONTH_DAY_LAG = 17
"""Days after which a day's month-day index is known: it compares with the two weeks and a day around."""
SMOOTH_LAG = 14
"""Days after which the five same weekdays around a day are known."""


@dataclass(frozen=True, eq=False)
class Profiles:
    """Profiles of rows over d days.

    Args:
        values, observed: Shape (rows, d).
        level: Mean of the last days, drawn to the mean of the whole past; before day o, for o in [0, d]; shape (rows, d + 1).
        weeks_4, weeks_5, weeks_8, weeks_52: Mean of the last so many same weekdays up to day t, this one included; shape (rows, d).
        month_day: Share that this day of the month sells more than the days around it, the last six times up to day t; shape (rows, d).
    """

    values: Float32Array
    observed: Float32Array
    level: Float32Array
    weeks_4: Float32Array
    weeks_5: Float32Array
    weeks_8: Float32Array
    weeks_52: Float32Array
    month_day: Float32Array


def profiles(values: FloatArray, observed: FloatArray, *, level_days: int, month_days: np.ndarray | None) -> Profiles:
    """The profiles of these rows; without `month_days` (the day of the month of each day) that one is empty."""
    level = _level(values, observed, level_days)
    weeks = {count: _weekday_mean(values, observed, count) for count in (4, 5, 8, 52)}
    index: FloatArray = np.zeros((len(values), 0))
    if month_days is not None:
        index = _month_day_index(values * observed, _around(weeks[5]) * observed, level[:, 1:], month_days)
    return Profiles(*(np.ascontiguousarray(array, dtype=np.float32) for array in (values, observed, level, *weeks.values(), index)))


def trailing_mean(values: FloatArray, observed: FloatArray, days: int) -> Float32Array:
    """Mean of the observed of the last `days` days before day o, 0 without any; shape (rows, d + 1)."""
    return (_trailing(values, days) / np.maximum(_trailing(observed, days), 1)).astype(np.float32)


def a_year_ago(origins: np.ndarray, horizon: int) -> np.ndarray:
    """The day 364 days before each day ahead, or a further year back where that one's neighbours are not known; shape (b, horizon)."""
    steps = np.arange(horizon)
    days: np.ndarray = origins[:, None] + steps - YEAR * ((steps + SMOOTH_LAG) // YEAR + 1)
    return days


def at(array: Float32Array, rows: np.ndarray, days: np.ndarray) -> Float32Array:
    """Values of these rows (b,) on these days (b, k); a day outside is the nearest one inside."""
    width = array.shape[1]
    found: Float32Array = array.reshape(-1)[rows[:, None] * width + np.clip(days, 0, width - 1)]
    return found


def _level(values: FloatArray, observed: FloatArray, days: int) -> FloatArray:
    past = _cumulative(values) / np.maximum(_cumulative(observed), 1)
    return (_trailing(values, days) + _PRIOR_DAYS * past) / (_trailing(observed, days) + _PRIOR_DAYS)


def _weekday_mean(values: FloatArray, observed: FloatArray, weeks: int) -> FloatArray:
    return _weekday_sum(values, weeks) / np.maximum(_weekday_sum(observed, weeks), 1)


def _weekday_sum(values: FloatArray, weeks: int) -> FloatArray:
    """Sum of the last `weeks` days of the same weekday up to each day."""
    rows, days = values.shape
    padded = np.zeros((rows, -(-days // 7) * 7))
    padded[:, :days] = values
    sums = padded.reshape(rows, -1, 7).cumsum(axis=1)
    sums[:, weeks:] -= sums[:, :-weeks].copy()
    return sums.reshape(rows, -1)[:, :days]


def _around(weeks_5: FloatArray) -> FloatArray:
    """Mean of the five same weekdays around each day; 0 for the last days, whose neighbours are not known."""
    around = np.zeros_like(weeks_5)
    around[:, : -SMOOTH_LAG or None] = weeks_5[:, SMOOTH_LAG:]
    return around


def _month_day_index(values: FloatArray, around: FloatArray, level: FloatArray, month_days: np.ndarray) -> FloatArray:
    """Sales of this day of the month and its neighbours over those of the days around, minus 1, times 3; shrunk to 0."""
    order = np.lexsort((np.arange(len(month_days)), month_days))
    place = np.arange(len(order))
    starts = np.searchsorted(month_days[order], month_days[order], side="left")
    since = np.maximum(place + 1 - _MONTHS, starts)

    def recent(array: FloatArray) -> FloatArray:
        sums = _cumulative(_three(array)[:, order])
        found = np.empty_like(array)
        found[:, order] = sums[:, 1:] - sums[:, since]
        return found

    shrink = 1.5 * level + 1e-9
    return np.clip(3 * ((recent(values) + shrink) / (recent(around) + shrink) - 1), -5, 5)


def _three(values: FloatArray) -> FloatArray:
    """Each day with the days before and after it."""
    total = values.copy()
    total[:, 1:] += values[:, :-1]
    total[:, :-1] += values[:, 1:]
    return total


def _cumulative(values: FloatArray) -> FloatArray:
    """Sum of all days before day o; shape (rows, d + 1)."""
    sums = np.zeros((values.shape[0], values.shape[1] + 1))
    np.cumsum(values, axis=1, out=sums[:, 1:])
    return sums


def _trailing(values: FloatArray, days: int) -> FloatArray:
    """Sum of the last `days` days before day o; shape (rows, d + 1)."""
    sums = _cumulative(values)
    return sums - sums[:, np.maximum(np.arange(sums.shape[1]) - days, 0)]
