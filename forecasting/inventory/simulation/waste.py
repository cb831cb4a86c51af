"""Units that are expected to spoil, from the distribution of demand over the time that they keep.

An order brings the position to a level S. As the oldest units leave first, its last one is sold in time if the demand D of the lead time and of
the steps that goods keep after it is at least S; else E[(S - D)+] units of the position outlive their shelf life. Where goods keep for L steps,
longer than a review period of R, the orders of L / R reviews count the same units, so that R / L is the share of one (Chazan & Gal 1977,
Management Science 23(5), 512-521, for R = 1).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.core.arrays import FloatArray, midpoints
from forecasting.inventory.levels import demand
from forecasting.inventory.stock.state import Stock
from forecasting.training.ensemble import Ensemble

QUANTILES: Final = midpoints(20)
"""Equally likely values by which the demand after a past cutoff is represented."""


def order_waste(ensemble: Ensemble, shelves: Stock, rows: np.ndarray, position: FloatArray, every: np.ndarray, *, start: int = 0) -> FloatArray:
    """Units of today's order that are expected to spoil, shape (r,); 0 where goods keep, NaN where the demand of so many steps is unknown.

    Args:
        ensemble: The ensemble that forecasts.
        shelves: Stock and terms of the series at `rows`.
        rows: Positions of r series.
        position: Shape (r,), units on hand and on order with today's order.
        every: Shape (r,), steps from one review to the next.
        start: Steps after the last sales that went by before the counting.
    """
    waste = np.where(np.isinf(shelves.life), 0.0, np.nan)
    ends = np.flatnonzero(np.isfinite(shelves.life))
    if len(ends):
        life = shelves.life[ends].astype(int)
        values = demand.demand_over(ensemble, rows[ends], shelves.lead[ends], life, start=start).values
        waste[ends] = np.maximum(position[ends, None] - values, 0.0).mean(axis=1) * np.minimum(every[ends] / life, 1.0)
    return waste


def past_waste(ensemble: Ensemble, shelves: Stock, rows: np.ndarray, level: FloatArray, every: int) -> FloatArray:
    """Units a step that were expected to spoil after each past cutoff, by what was known then, shape (K, r); 0 where goods keep, NaN where unknown.

    Args:
        ensemble: The ensemble that forecasts.
        shelves: Terms of the series at `rows`.
        rows: Positions of r series.
        level: Shape (K, r), units up to which an order at the cutoff brought the position.
        every: Steps from one review to the next.
    """
    waste = np.zeros(level.shape)
    ends = np.flatnonzero(np.isfinite(shelves.life))
    if not len(ends):
        return waste
    life, left = shelves.life[ends].astype(int), np.zeros((len(level), len(ends)))
    for chance in QUANTILES:
        sold = demand.past_levels(ensemble, rows[ends], shelves.lead[ends], life, np.full(len(ends), chance))[:, :, 0]
        left += np.maximum(level[:, ends] - sold, 0.0) / len(QUANTILES)
    waste[:, ends] = left * np.minimum(every / life, 1.0) / every
    return waste
