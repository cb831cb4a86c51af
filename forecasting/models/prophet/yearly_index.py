"""The yearly season that all series of a file share, from a history of little more than one year."""

from __future__ import annotations

import numpy as np

from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel

_EXTRA_WEEKS = 4
"""Weeks beyond a year that a history needs at least."""
_MIN_INDEX = 0.1
_MIN_SHARE_OF_DAYS = 0.9
"""Share of the file's days that a series must have to count in its year."""


def yearly_index(panel: Panel, horizon: int) -> FloatArray:
    """Sales of the file around each day over those of a mean week of the year, shape (d + horizon,): 1 is as usual.

    A model that cannot learn a year by itself (Prophet wants two) learns from sales over the index, and its forecast times the index is what it
    says. The index is the file's total a day over 7 days around each, its growth from year to year taken out, averaged over the years; it is
    drawn towards 1 by the share of its variance that is noise from week to week. All 1 where the history is shorter than a year and four weeks.

    Source: the ratio-to-trend decomposition, e.g. Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3.4, on the sum of all series.
    """
    year, d = panel.period.year, len(panel.dates)
    if d < year + _EXTRA_WEEKS * panel.period.cycle:
        return np.ones(d + horizon)
    total = _total(panel)
    growth = _growth(total, year)
    level = _around(total, panel.period.cycle) / growth ** (np.arange(d) / year)
    by_day = np.array([level[start::year].mean() for start in range(year)])
    mean = by_day.mean()
    if not mean > 0:
        return np.ones(d + horizon)
    shape = np.maximum(by_day / mean, _MIN_INDEX) ** _share_of_signal(by_day, panel.period.cycle)
    return shape[np.arange(d + horizon) % year]


def _total(panel: Panel) -> FloatArray:
    """Total sales on each day of the series that exist throughout, shape (d,); of all series if none does."""
    known = np.isfinite(panel.sales)
    whole = known.mean(axis=1) >= _MIN_SHARE_OF_DAYS
    rows = whole if whole.any() else np.ones(len(panel), dtype=bool)
    return np.where(known[rows], panel.sales[rows], 0.0).sum(axis=0)


def _growth(total: FloatArray, year: int) -> float:
    """Sales as a multiple of those of the same days a year before; 1 where either are 0."""
    now, before = total[year:].sum(), total[:-year].sum()
    return float(now / before) if now > 0 and before > 0 else 1.0


def _around(total: FloatArray, cycle: int) -> FloatArray:
    """Mean of the week around each day, shape (d,); beyond the ends, the days a week further in stand in."""
    if cycle == 1:
        return total
    half = cycle // 2
    padded = np.concatenate([total[cycle - half : cycle], total, total[-cycle : half - cycle]])
    return np.convolve(padded, np.full(cycle, 1.0 / cycle), "valid")


def _share_of_signal(by_day: FloatArray, cycle: int) -> float:
    """Share of the variance among the weeks of a year that is not noise from week to week, in [0, 1]."""
    weeks = np.log(np.maximum(by_day[: len(by_day) // cycle * cycle].reshape(-1, cycle).mean(axis=1), 1e-12))
    noise = (np.median(np.abs(np.diff(weeks))) / 0.6745) ** 2 / 2.0
    return float(np.clip(1.0 - noise / max(weeks.var(), 1e-12), 0.0, 1.0))
