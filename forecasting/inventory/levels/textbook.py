"""The order-up-to level of the textbooks: mean x days + z x standard deviation x square root of days, from the last eight weeks.

It takes days for independent, normal and all alike, which is what every forecast here is held against (Silver, Pyke & Thomas 2017,
ch. 6). Its user keeps it up to date: at each review it knows all sales before it.
"""

from __future__ import annotations

import numpy as np

from forecasting.core.arrays import FloatArray, added_up
from forecasting.inventory.arithmetic import textbook_level
from forecasting.training.ensemble import Ensemble

WEEKS = 8
"""Seasons (steps, where the sales have no short one) whose sales it looks at."""


def level_now(made: Ensemble, rows: np.ndarray, z: FloatArray, steps: FloatArray, spread: FloatArray | float = 0.0) -> FloatArray:
    """The level today, shape (r,) or (k, r) as `z`, units.

    Args:
        made: Whose sales.
        rows: Positions of r series.
        z: Shape (r,), or (k, r) for k levels: the standard normal quantile of the service level.
        steps: Shape (r,): steps that an order covers, lead time and review period.
        spread: Standard deviation of the lead time, in steps.
    """
    mean, sd = (values[:, -1] for values in _recent(made, rows, np.array([len(made.panel.dates)])))
    return textbook_level(mean, sd, z, steps, spread)


def past_levels(
    made: Ensemble, rows: np.ndarray, z: FloatArray, steps: FloatArray, spread: FloatArray | float = 0.0, *, every: int = 1
) -> FloatArray:
    """The level at the reviews after each cutoff, shape (K, r, days judged), units: place t knows the sales of t steps after the cutoff.

    Args:
        made: Whose sales.
        rows: Positions of r series.
        z: Shape (r,), or one for all: the standard normal quantile of the service level.
        steps: Shape (r,): steps that an order covers, lead time and review period.
        spread: Standard deviation of the lead time, in steps.
        every: Steps from one review to the next; between them levels are NaN.
    """
    judged, cuts = made.past.horizon, made.panel.dates.get_indexer(made.past.cutoffs) + 1
    reviews = np.arange(0, judged, every)
    mean, sd = _recent(made, rows, (cuts[:, None] + reviews).ravel())
    levels = np.full((len(cuts), len(rows), judged), np.nan)
    levels[:, :, reviews] = np.moveaxis(textbook_level(mean.T, sd.T, z, steps, spread).T.reshape(len(rows), len(cuts), len(reviews)), 1, 0)
    return levels


def _recent(made: Ensemble, rows: np.ndarray, known: np.ndarray) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of the sales of the last weeks when so many steps were known, shape (r, len(known)) each, units a step.

    A step without a row counts as one without sales, from the series' first row on; before it both are 0.
    """
    started = made.panel.started[rows][:, None]
    earliest = np.maximum(known - WEEKS * made.panel.period.cycle, 0)
    from_ = int(earliest.min()) if len(earliest) else 0
    count = np.maximum(known - np.maximum(started, earliest), 1)
    filled = np.nan_to_num(made.panel.sales[rows, from_ : int(known.max(initial=0))])
    total, squares = added_up(filled), added_up(filled**2)
    y, y2 = (sums[:, known - from_] - sums[:, earliest - from_] for sums in (total, squares))
    mean = y / count
    return mean, np.sqrt(np.maximum(y2 - count * mean**2, 0.0) / np.maximum(count - 1, 1))
