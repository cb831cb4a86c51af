"""What was known at past cutoffs, and what was sold after them."""

from __future__ import annotations

import numpy as np

from forecasting.core.arrays import FloatArray, added_up
from forecasting.inventory.levels import demand, textbook
from forecasting.inventory.levels.order_levels import rounded
from forecasting.inventory.simulation.shelf import KnownDemand
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import Stock
from forecasting.training.ensemble import Ensemble


def levels_then(
    ensemble: Ensemble, shelves: Stock, rows: np.ndarray, every: int, chances: tuple[FloatArray, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Our levels and the textbook's at every cutoff and review, by what was known then, shape (K, r, h); both NaN where ours are unknown.

    Args:
        ensemble: The ensemble that forecasts.
        shelves: Terms of the series at `rows`.
        rows: Positions of r series.
        every: Steps from one review to the next.
        chances: Shape (r,) each: the quantile of demand for our levels, and the chance for the textbook's normal distribution.
    """
    from scipy.special import ndtri

    ours = demand.past_levels(ensemble, rows, shelves.lead, np.full(len(rows), every), chances[0])
    steps = shelves.mean_lead + every
    spread = shelves[state.LEAD_TIME_SD] / ensemble.panel.period.days
    theirs = textbook.past_levels(ensemble, rows, ndtri(chances[1]), steps, spread, every=every)
    whole = ensemble.whole_units[rows][:, None]
    return rounded(whole, ours), np.where(np.isnan(ours), np.nan, rounded(whole, theirs))


def sold_then(ensemble: Ensemble, rows: np.ndarray, cut: int) -> tuple[FloatArray, KnownDemand]:
    """Demand after a cutoff, shape (r, h), and which of it is known: 0 on closed days, what was expected on days without a row.

    Whole units are rounded as they add up: 0.4 a day are two units in five days, not none.
    """
    y, f = (values[cut, rows] for values in ensemble.expected_errors)
    closed = np.isnan(y) & (f == 0)
    known = np.nan_to_num(f)
    guess = np.where(ensemble.whole_units[rows][:, None], np.diff(np.round(added_up(known)), axis=1), known)
    return np.where(np.isfinite(y), y, guess), KnownDemand(np.isfinite(y) | closed, ~closed)


def draw_lead_times(lead: FloatArray, steps: int, *, seed: int) -> np.ndarray:
    """Lead times of the orders of each step, drawn by their chances `lead` (r, m), shape (r, steps)."""
    if (lead.max(axis=1) == 1).all():
        return np.repeat(lead.argmax(axis=1)[:, None], steps, axis=1)
    random = np.random.default_rng(seed).random((len(lead), steps))
    takes = np.zeros(random.shape, dtype=int)
    for below in np.cumsum(lead, axis=1).T[:-1]:
        takes += random >= below[:, None]
    return takes
