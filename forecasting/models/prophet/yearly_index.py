"""The year that all series of a file share, as far as it can be known from little more than one year."""

from __future__ import annotations

import numpy as np

from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel

_EXTRA = 4
"""Weeks beyond a year that a history needs."""
_LOWEST = 0.1
_NEW = 0.9
"""Share of the file's days that a series must have to speak for its year."""


def index(panel: Panel, horizon: int) -> FloatArray:
    """How much more than in a mean week of the year the file sells around each day, shape (d + horizon,): 1 is as usual.

    A model that cannot learn a year by itself (Prophet wants two) learns from sales over the index, and its forecast times the index is what it
    says. The index is the file's total a day over 7 days around each, its growth from year to year taken out, averaged over the years; it is
    drawn towards 1 by the share of its variance that is noise from week to week. All 1 where the history is shorter than a year and four weeks.

    Source: the ratio-to-trend decomposition, e.g. Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3.4, on the sum of all series.
    """
    year, d = panel.period.year, len(panel.dates)
    if d < year + _EXTRA * panel.period.cycle:
        return np.ones(d + horizon)
    total = _total(panel)
    growth = _growth(total, year)
    level = _around(total, panel.period.cycle) / growth ** (np.arange(d) / year)
    by_day = np.array([level[start::year].mean() for start in range(year)])
    mean = by_day.mean()
    if not mean > 0:
        return np.ones(d + horizon)
    shape = np.maximum(by_day / mean, _LOWEST) ** _share_of_signal(by_day, panel.period.cycle)
    return shape[np.arange(d + horizon) % year]


def _total(panel: Panel) -> FloatArray:
    """What is sold in all a day by the series that were there all along, shape (d,); by all series if none was."""
    known = np.isfinite(panel.sales)
    whole = known.mean(axis=1) >= _NEW
    rows = whole if whole.any() else np.ones(len(panel), dtype=bool)
    return np.where(known[rows], panel.sales[rows], 0.0).sum(axis=0)


def _growth(total: FloatArray, year: int) -> float:
    """Sales over those of the same days a year before; 1 where either are none."""
    now, before = total[year:].sum(), total[:-year].sum()
    return float(now / before) if now > 0 and before > 0 else 1.0


def _around(total: FloatArray, cycle: int) -> FloatArray:
    """Mean of the week around each day, shape (d,); of fewer days at the ends, repeated by what lies a week further in."""
    if cycle == 1:
        return total
    half = cycle // 2
    padded = np.concatenate([total[cycle - half : cycle], total, total[-cycle : half - cycle]])
    return np.convolve(padded, np.full(cycle, 1.0 / cycle), "valid")


def _share_of_signal(by_day: FloatArray, cycle: int) -> float:
    """Share of the variance of the weeks of a year that is not noise from week to week, in [0, 1]."""
    weeks = np.log(np.maximum(by_day[: len(by_day) // cycle * cycle].reshape(-1, cycle).mean(axis=1), 1e-12))
    noise = (np.median(np.abs(np.diff(weeks))) / 0.6745) ** 2 / 2.0
    return float(np.clip(1.0 - noise / max(weeks.var(), 1e-12), 0.0, 1.0))
