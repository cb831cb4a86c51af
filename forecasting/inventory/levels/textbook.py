"""The order-up-to level of the textbooks: mean x days + z x standard deviation x square root of days, from the last eight weeks.

It assumes that days are independent, normal and all alike; every forecast here is compared with it (Silver, Pyke & Thomas 2017, ch. 6). It is
kept up to date: at each review it knows all earlier sales.
"""

from __future__ import annotations

import numpy as np

from forecasting.core.arrays import FloatArray, added_up
from forecasting.inventory.arithmetic import textbook_level
from forecasting.training.ensemble import Ensemble

N_CYCLES = 8
"""Weeks (single steps in files of weeks or months) of sales that the level is worked out from."""


def level_now(ensemble: Ensemble, rows: np.ndarray, z: FloatArray, steps: FloatArray, spread: FloatArray | float = 0.0) -> FloatArray:
    """The level today, shape (r,) or (k, r) as `z`, units.

    Args:
        ensemble: The ensemble that forecasts.
        rows: Positions of r series.
        z: Shape (r,), or (k, r) for k levels: the standard normal quantile of the service level.
        steps: Shape (r,): steps that an order covers, lead time and review period.
        spread: Standard deviation of the lead time, in steps.
    """
    mean, sd = (values[:, -1] for values in _recent(ensemble, rows, np.array([len(ensemble.panel.dates)])))
    return textbook_level(mean, sd, z, steps, spread)


def past_levels(
    ensemble: Ensemble, rows: np.ndarray, z: FloatArray, steps: FloatArray, spread: FloatArray | float = 0.0, *, every: int = 1
) -> FloatArray:
    """The level at the reviews after each cutoff, shape (K, r, days judged), units: place t knows the sales of t steps after the cutoff.

    Args:
        ensemble: The ensemble that forecasts.
        rows: Positions of r series.
        z: Shape (r,), or one for all: the standard normal quantile of the service level.
        steps: Shape (r,): steps that an order covers, lead time and review period.
        spread: Standard deviation of the lead time, in steps.
        every: Steps from one review to the next; between them levels are NaN.
    """
    judged, cuts = ensemble.past.horizon, ensemble.panel.dates.get_indexer(ensemble.past.cutoffs) + 1
    reviews = np.arange(0, judged, every)
    mean, sd = _recent(ensemble, rows, (cuts[:, None] + reviews).ravel())
    levels = np.full((len(cuts), len(rows), judged), np.nan)
    levels[:, :, reviews] = np.moveaxis(textbook_level(mean.T, sd.T, z, steps, spread).T.reshape(len(rows), len(cuts), len(reviews)), 1, 0)
    return levels


def _recent(ensemble: Ensemble, rows: np.ndarray, known: np.ndarray) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of the last weeks' sales after the first `known` steps, shape (r, len(known)) each, units a step.

    A step without a row counts as one without sales, from the series' first row on; before it both are 0.
    """
    started = ensemble.panel.started[rows][:, None]
    earliest = np.maximum(known - N_CYCLES * ensemble.panel.period.cycle, 0)
    from_ = int(earliest.min()) if len(earliest) else 0
    count = np.maximum(known - np.maximum(started, earliest), 1)
    filled = np.nan_to_num(ensemble.panel.sales[rows, from_ : int(known.max(initial=0))])
    total, squares = added_up(filled), added_up(filled**2)
    y, y2 = (sums[:, known - from_] - sums[:, earliest - from_] for sums in (total, squares))
    mean = y / count
    return mean, np.sqrt(np.maximum(y2 - count * mean**2, 0.0) / np.maximum(count - 1, 1))
