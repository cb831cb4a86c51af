"""Profiles of the past of many rows at each day: levels, weekday means, the day of the month. Nothing looks ahead.

A row is a series or a group's total. `values` has shape (rows, days) and is 0 where `observed` is 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.core.arrays import FloatArray, added_up
from forecasting.models.features.inputs import Float32Array
from forecasting.models.features.time_spans import Spans

_PRIOR_DAYS = 7.0
"""Days that the mean of the whole past weighs within a level."""
_MONTHS = 6
"""Months back that an index of the day of the month is averaged over."""
MONTH_DAY_LAG = 17
"""Days after which a day's month-day index is known: it compares with the two weeks and a day around."""


@dataclass(frozen=True, eq=False)
class Profiles:
    """Profiles of rows over d days.

    Args:
        values, observed: Shape (rows, d).
        level: Mean of the last days, drawn to the mean of the whole past; before day o, for o in [0, d]; shape (rows, d + 1).
        short, around, recent, long: Mean of the last so many (by the spans) same weekdays up to day t, this one included; shape (rows, d).
        month_day: Share that this day of the month sells more than the days around it, the last six times up to day t; shape (rows, d).
    """

    values: Float32Array
    observed: Float32Array
    level: Float32Array
    short: Float32Array
    around: Float32Array
    recent: Float32Array
    long: Float32Array
    month_day: Float32Array


def profiles(values: FloatArray, observed: FloatArray, spans: Spans, *, level_days: int, month_days: np.ndarray | None) -> Profiles:
    """The profiles of rows; without `month_days` (the day of the month of each day) their `month_day` is empty."""
    level = _level(values, observed, level_days)
    counts = spans.short, spans.around, spans.recent, spans.long
    weeks = [weekday_mean(values, observed, count, spans.cycle) for count in counts]
    index: FloatArray = np.zeros((len(values), 0))
    if month_days is not None:
        index = _month_day_index(values * observed, _around(weeks[1], spans.smooth_lag) * observed, level[:, 1:], month_days)
    return Profiles(*(np.ascontiguousarray(array, dtype=np.float32) for array in (values, observed, level, *weeks, index)))


def trailing_mean(values: FloatArray, observed: FloatArray, days: int) -> Float32Array:
    """Mean of the observed values of the last `days` days before day o, 0 without any; shape (rows, d + 1)."""
    return (_trailing(values, days) / np.maximum(_trailing(observed, days), 1)).astype(np.float32)


def a_year_ago(origins: np.ndarray, steps: np.ndarray, spans: Spans) -> np.ndarray:
    """The day a year before each day ahead, or two years where the neighbours of that day are not known yet; shape (b, k), that of the steps."""
    return origins[:, None] + steps - spans.year * ((steps + spans.smooth_lag) // spans.year + 1)


def at(array: Float32Array, rows: np.ndarray, days: np.ndarray) -> Float32Array:
    """Values of rows (b,) on days (b, k), shape (b, k); a day outside the array counts as the nearest one inside."""
    width = array.shape[1]
    return array.reshape(-1)[rows[:, None] * width + np.clip(days, 0, width - 1)]


def _level(values: FloatArray, observed: FloatArray, days: int) -> FloatArray:
    past = added_up(values) / np.maximum(added_up(observed), 1)
    return (_trailing(values, days) + _PRIOR_DAYS * past) / (_trailing(observed, days) + _PRIOR_DAYS)


def weekday_mean(values: FloatArray, observed: FloatArray, weeks: int, cycle: int) -> FloatArray:
    """Mean of the observed values on the last `weeks` equal days of the cycle, up to each day; 0 without any. Unobserved values must be 0."""
    return _weekday_sum(values, weeks, cycle) / np.maximum(_weekday_sum(observed, weeks, cycle), 1)


def _weekday_sum(values: FloatArray, weeks: int, cycle: int) -> FloatArray:
    """Sum over the last `weeks` equal weekdays up to each day."""
    rows, days = values.shape
    padded = np.zeros((rows, -(-days // cycle) * cycle))
    padded[:, :days] = values
    sums = padded.reshape(rows, -1, cycle).cumsum(axis=1)
    sums[:, weeks:] -= sums[:, :-weeks].copy()
    return sums.reshape(rows, -1)[:, :days]


def _around(up_to: FloatArray, lag: int) -> FloatArray:
    """Mean of the same weekdays around each day; 0 for the last days, whose later neighbours are not known."""
    around = np.zeros_like(up_to)
    around[:, : -lag or None] = up_to[:, lag:]
    return around


def _month_day_index(values: FloatArray, around: FloatArray, level: FloatArray, month_days: np.ndarray) -> FloatArray:
    """Sales of this day of the month and its neighbours over those of the days around, minus 1, times 3; shrunk to 0."""
    order = np.lexsort((np.arange(len(month_days)), month_days))
    place = np.arange(len(order))
    starts = np.searchsorted(month_days[order], month_days[order], side="left")
    since = np.maximum(place + 1 - _MONTHS, starts)

    def recent(array: FloatArray) -> FloatArray:
        sums = added_up(_three(array)[:, order])
        recent_sums = np.empty_like(array)
        recent_sums[:, order] = sums[:, 1:] - sums[:, since]
        return recent_sums

    shrink = 1.5 * level + 1e-9
    return np.clip(3 * ((recent(values) + shrink) / (recent(around) + shrink) - 1), -5, 5)


def _three(values: FloatArray) -> FloatArray:
    """Sum of each day with the day before and the day after."""
    total = values.copy()
    total[:, 1:] += values[:, :-1]
    total[:, :-1] += values[:, 1:]
    return total


def _trailing(values: FloatArray, days: int) -> FloatArray:
    """Sum of the last `days` days before day o; shape (rows, d + 1)."""
    sums = added_up(values)
    return sums - sums[:, np.maximum(np.arange(sums.shape[1]) - days, 0)]
