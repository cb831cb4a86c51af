"""The order-up-to level of the textbooks: mean x days + z x standard deviation x square root of days, from the last eight weeks.

It takes days for independent, normal and all alike, which is what every forecast here is held against (Silver, Pyke & Thomas 2017, 6.7 and
7.9). Its user keeps it up to date: at each review it knows all sales before it.
"""

from __future__ import annotations

import numpy as np

from forecasting.ensemble import Ensemble
from forecasting.panel import FloatArray

WEEKS = 8
"""Seasons (steps, where the sales have no short one) whose sales it looks at."""


def level_now(made: Ensemble, rows: np.ndarray, z: FloatArray, steps: FloatArray, spread: FloatArray | float = 0.0) -> FloatArray:
    """The level today, shape (r,), units.

    Args:
        made: Whose sales.
        rows: Positions of r series.
        z: Shape (r,): the standard normal quantile of the service level.
        steps: Shape (r,): steps that an order covers, lead time and review period.
        spread: Standard deviation of the lead time, in steps.
    """
    mean, sd = (values[:, -1] for values in _recent(made, rows, np.array([len(made.panel.dates)])))
    return _level(mean, sd, z, steps, spread)


def past_levels(
    made: Ensemble, rows: np.ndarray, z: FloatArray, steps: FloatArray, spread: FloatArray | float = 0.0, *, sold: FloatArray | None = None
) -> FloatArray:
    """The level at each step after each cutoff, shape (K, r, days judged), units: place t knows the sales of t steps after the cutoff.

    Args:
        made: Whose sales.
        rows: Positions of r series.
        z: Shape (r,), or one for all: the standard normal quantile of the service level.
        steps: Shape (r,): steps that an order covers, lead time and review period.
        spread: Standard deviation of the lead time, in steps.
        sold: Shape (n, d): sales to take instead of the panel's.
    """
    judged = made.past.horizon
    levels = np.full((len(made.past.cutoffs), len(rows), judged), np.nan)
    for cut, last in enumerate(made.panel.dates.get_indexer(made.past.cutoffs)):
        mean, sd = _recent(made, rows, last + 1 + np.arange(judged), sold)
        levels[cut] = _level(mean.T, sd.T, z, steps, spread).T
    return levels


def _level(mean: FloatArray, sd: FloatArray, z: FloatArray, steps: FloatArray, spread: FloatArray | float) -> FloatArray:
    """The variance of a sum over a number of steps that varies itself: steps x sd^2 + mean^2 x spread^2."""
    level: FloatArray = np.maximum(mean * steps + z * np.sqrt(steps * sd**2 + mean**2 * spread**2), 0.0)
    return level


def _recent(made: Ensemble, rows: np.ndarray, known: np.ndarray, sold: FloatArray | None = None) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of the sales of the last weeks when so many steps were known, shape (r, len(known)) each, units a step.

    A step without a row counts as one without sales, from the series' first row on; before it both are 0.
    """
    sales = (made.panel.sales if sold is None else sold)[rows]
    started = np.isfinite(sales).argmax(axis=1)[:, None]
    days = WEEKS * made.panel.period.cycle
    filled = np.nan_to_num(sales)
    first = np.minimum(np.maximum(started, known - days), known)
    count = np.maximum(known - first, 1)
    total, squares = (np.pad(np.cumsum(values, axis=1), ((0, 0), (1, 0))) for values in (filled, filled**2))
    last = np.broadcast_to(known, first.shape)
    y, y2 = (np.take_along_axis(sums, last, axis=1) - np.take_along_axis(sums, first, axis=1) for sums in (total, squares))
    mean = y / count
    variance = np.maximum(y2 - count * mean**2, 0.0) / np.maximum(count - 1, 1)
    return mean, np.sqrt(variance)
