"""Whether promises were kept in the past, by more than chance."""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.core.arrays import FloatArray
from forecasting.inventory.levels.order_levels import Levels
from forecasting.inventory.policy import DAILY, Rule
from forecasting.inventory.stock.state import Stock

KEPT, NOT_KEPT, NOT_JUDGED = "kept", "not kept", "not judged"
MAX_CHANCE_OF_FALSE_ALARM: Final = 0.01
"""A promise counts as not kept if a kept promise would look as bad with at most this chance."""


def promise(kept: FloatArray, cycles: FloatArray, p: FloatArray, independent: FloatArray) -> np.ndarray:
    """Whether promises were kept, shape (r,) of text: not if luck leaves so few good cycles with a chance
    below `MAX_CHANCE_OF_FALSE_ALARM` (binomial).

    Args:
        kept: Shape (r,), cycles in which nothing was lost.
        cycles: Shape (r,), cycles judged; 0 for none.
        p: Shape (r,), the promised chance that a cycle loses nothing.
        independent: Shape (r,), the share of cycles that count as independent, in (0, 1]: cycles that wait for the same days share their luck.
    """
    from scipy.special import betainc

    n = np.maximum(cycles * independent, np.minimum(cycles, 1.0))
    good = n * np.divide(kept, cycles, out=np.ones(len(kept)), where=cycles > 0)
    tail = np.where(good < n, betainc(np.maximum(n - good, 1e-9), good + 1, 1 - p), 1.0)
    return np.select([cycles == 0, tail < MAX_CHANCE_OF_FALSE_ALARM], [NOT_JUDGED, NOT_KEPT], KEPT).astype(object)


def independent(shelves: Stock, levels: Levels, rule: Rule) -> FloatArray:
    """The share of cycles that count as independent, shape (r,): those whose lead time + review period do not overlap."""
    if rule in DAILY:
        return np.ones(len(shelves))
    every = np.maximum(levels.cover, 1)
    return every / (shelves.mean_lead + every)
