"""Outliers: sales far beyond anything else in their series, from a mistake of the till or an order that does not come back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.arrays import FloatArray, median
from forecasting.core.panel import Panel

_CYCLES = 4
"""Weeks on either side whose same weekday gives the usual sales of a day."""
_MIN_TIMES_USUAL = 6.0
"""An outlier sold at least this many times what its day usually sells."""
_MIN_TIMES_NEXT = 3.0
"""An outlier exceeds its usual day at least this many times as far as every day that is no outlier."""
_MIN_TIMES_LARGER = 1.5
"""An outlier is at least this many times as large as every other day of the series that is none."""
_MAX_PROBABILITY = 1e-3
_MAX_OUTLIERS = 3
_MIN_DAYS = 15
_DAYS_PER_OUTLIER = 50
"""Days with sales for each outlier that a series may have."""
_SERIES_AT_ONCE = 500
_MIN_TIMES_RAISED = 2.5
_MIN_SHARE_RAISED = 0.3


@dataclass(frozen=True)
class Outlier:
    """One day of one series.

    Args:
        row: Of the panel.
        column: Of the panel.
        sold: Units sold.
        usual: Units that such a day usually sells, above 0.
    """

    row: int
    column: int
    sold: float
    usual: float


def find_outliers(panel: Panel) -> list[Outlier]:
    """The days that sold at least 6 times the usual, and more than chance explains, in a series that never sells like that.

    The usual is the median of the same weekday in the 4 weeks on either side (on a promotion times what promotions do in this series), at least
    the median day with sales. A day is an outlier if no other order comes near it: sorted by how far they lie beyond their usual, it lies 3
    times beyond the next, which the tail of the other orders makes less likely than 1 in 1,000 (so where big orders are normal, there is
    none). A peak a year later or earlier, one shared by at least 30 % of the file, product, store, category or region, or a few at the very end
    (the start of something new) is left as it is.

    Source of the tail: Hill 1975, A simple general approach to inference about the tail of a distribution.
    """
    outliers = []
    suspects = _suspects(panel.sales)
    for start in range(0, len(suspects), _SERIES_AT_ONCE):
        rows = suspects[start : start + _SERIES_AT_ONCE]
        for row, usual in zip(rows, _usual(panel, rows), strict=True):
            columns = _beyond(panel.sales[row], usual, panel)
            outliers += [Outlier(int(row), int(column), float(panel.sales[row, column]), float(usual[column])) for column in columns]
    groups = _groups(panel)
    shared = {column: _shared(_raised(panel.sales, column, panel.period.cycle), groups) for column in {outlier.column for outlier in outliers}}
    return [outlier for outlier in outliers if not shared[outlier.column][outlier.row]]


def _suspects(sales: FloatArray) -> np.ndarray:
    """Series in which one to three days sold clearly more than all others, by their largest days only."""
    if sales.shape[1] < _MIN_DAYS:
        return np.arange(0)
    known = np.where(np.isfinite(sales), sales, 0.0)
    top = -np.sort(np.partition(-known, _MAX_OUTLIERS, axis=1)[:, : _MAX_OUTLIERS + 1], axis=1)
    apart = (top[:, :-1] > 0) & (top[:, :-1] >= _MIN_TIMES_LARGER * top[:, 1:])
    return np.flatnonzero(apart.any(axis=1) & ((known > 0).sum(axis=1) >= _MIN_DAYS))


def _usual(panel: Panel, rows: np.ndarray) -> FloatArray:
    """What each day of some series usually sells, shape (rows, d), in units, above 0."""
    sales = panel.sales[rows]
    usual = np.fmax(_neighbours(sales, panel.period.cycle), median(np.where(sales > 0, sales, np.nan))[:, None])
    if schema.PROMO in panel.drivers:
        promoted = np.nan_to_num(panel.drivers[schema.PROMO][rows, : sales.shape[1]]) > 0
        times = np.fmax(1.0, median(np.where(promoted, sales / usual, np.nan)))
        usual = np.where(promoted, usual * times[:, None], usual)
    return usual


def _neighbours(sales: FloatArray, cycle: int) -> FloatArray:
    """Median of the same weekday in the weeks around each day, itself included, shape of `sales` (..., d); NaN where none is known."""
    reach = _CYCLES * cycle
    padding = [(0, 0)] * (sales.ndim - 1) + [(reach, reach)]
    padded = np.pad(sales, padding, constant_values=np.nan)
    d = sales.shape[-1]
    return median(np.stack([padded[..., k * cycle : k * cycle + d] for k in range(2 * _CYCLES + 1)], axis=-1))


def _beyond(sales: FloatArray, usual: FloatArray, panel: Panel) -> np.ndarray:
    """Columns of the outliers of one series: as many as stand apart together."""
    sold = np.flatnonzero(sales > 0)
    times = sales[sold] / usual[sold]
    order = np.argsort(-times, kind="stable")
    sold, times = sold[order], times[order]
    for count in range(min(_MAX_OUTLIERS, max(1, len(sold) // _DAYS_PER_OUTLIER)), 0, -1):
        columns, rest = sold[:count], sold[count:]
        apart = times[count - 1] >= _MIN_TIMES_USUAL and sales[columns].min() >= _MIN_TIMES_LARGER * sales[rest].max()
        if apart and _unlikely(times[count - 1], times[count:]) and not _returns(columns, len(sales), panel):
            return columns
    return np.arange(0)


def _unlikely(smallest: float, rest: FloatArray) -> bool:
    """Whether the tail of the rest (sorted, largest first) hardly ever reaches as far as the smallest outlier.

    The logarithms of the k largest beyond the next are exponential with a mean that Hill estimates; a further one lies g beyond the largest with a
    probability of (1 + g / (k * mean))^-k.
    """
    k = min(max(10, len(rest) // 5), len(rest) - 1)
    tail = np.log(rest[:k]) - np.log(rest[k])
    gap = float(np.log(smallest / rest[0]))
    return bool(gap >= np.log(_MIN_TIMES_NEXT) and (1 + gap / max(tail.sum(), 1e-9)) ** -k < _MAX_PROBABILITY)


def _returns(columns: np.ndarray, d: int, panel: Panel) -> bool:
    """Whether two of the days lie a year apart (Easter moves by up to four weeks), or all of several in the last two weeks."""
    if len(columns) < 2:
        return False
    year, week = panel.period.year, max(1, round(panel.period.year / 52))
    off = (np.abs(columns[:, None] - columns) + 2 * week) % year
    apart = np.abs(columns[:, None] - columns) >= year - 2 * week
    recent = columns.min() >= d - max(2 * panel.period.cycle, 2)
    return bool((apart & (off <= 6 * week)).any() or recent)


def _raised(sales: FloatArray, column: int, cycle: int) -> FloatArray:
    """1 for each series that sold clearly more on a day than in the weeks around it, else 0, shape (n,); NaN where unknown."""
    steps = np.array([k * cycle for k in range(-_CYCLES, _CYCLES + 1) if k]) + column
    around = median(sales[:, steps[(steps >= 0) & (steps < sales.shape[1])]])
    known = np.isfinite(sales[:, column]) & (around > 0)
    return np.where(known, sales[:, column] >= _MIN_TIMES_RAISED * around, np.nan)


def _groups(panel: Panel) -> list[np.ndarray]:
    """Codes of the series, shape (n,), one array for each way in which series belong together: all, then by each column that exists."""
    columns = [name for name in (*panel.keys, schema.CATEGORY) if name in panel.series]
    return [np.zeros(len(panel), dtype=np.int64), *(pd.factorize(panel.series[name], use_na_sentinel=False)[0] for name in columns)]


def _shared(raised: FloatArray, groups: list[np.ndarray]) -> np.ndarray:
    """Whether enough other series of a group of each series rose on a day, shape (n,) of bool: at least 3, and 30 % of those known.

    Args:
        raised: What `_raised` gave for the day, shape (n,).
        groups: What `_groups` gave.
    """
    rose, known = np.nan_to_num(raised), np.isfinite(raised).astype(float)
    shared = np.zeros(len(raised), dtype=bool)
    for codes in groups:
        count = np.bincount(codes, weights=rose)[codes] - rose
        shared |= (count >= 3) & (count >= _MIN_SHARE_RAISED * (np.bincount(codes, weights=known)[codes] - known))
    return shared
