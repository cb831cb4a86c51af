"""Which quantile of demand keeps a promise where unmet demand is lost.

A level that covers the demand of lead time + review period with probability p leaves a stockout in a cycle with probability 1 - p only where
unmet demand waits. In a shop it is lost, and so is not ordered again: what was ordered for it comes all the same and serves the next days.
Where several orders are under way at once this counts (Bijvank & Vis 2011, European Journal of Operational Research 215, 1-13): with a lead time
of seven days and a review every day, stockouts are half as frequent as promised, and the shelf holds more than the promise needs.

What a cycle loses is exactly max(0, X - what the cycles during its lead time lost), X the excess of demand over the level. Where cycles are
independent and normal, how often that is above 0 depends on p and on the number of those cycles alone, not on mean or spread; errors that last
from day to day, or forecasts that are wrong for weeks, change the share by less than a tenth.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from forecasting.panel import FloatArray

_PATHS: Final = 4000
_CYCLES: Final = 20
_PLACES: Final = np.linspace(-3.0, 3.5, 27)
"""Levels, in standard deviations above the mean."""


def covering(p: FloatArray, lead: FloatArray, review: np.ndarray) -> FloatArray:
    """The quantiles of demand over lead time and review period that leave no stockout in a cycle with the promised chances.

    Args:
        p: Shape (r,): promised chances, in (0, 1).
        lead: Shape (r, m): chances of a lead time of 0, 1, ... steps; what counts is their mean.
        review: Shape (r,), steps from one review to the next, at least 1.

    Returns:
        Shape (r,), at most p.

    Example:
        >>> a_week = np.array([[0, 0, 0, 0, 0, 0, 0, 1.0]])
        >>> [covering(np.array([0.95]), a_week, np.array([review])).round(2).item() for review in (1, 7, 14)]
        [0.91, 0.94, 0.95]
    """
    from scipy.special import ndtr, ndtri  # type: ignore[import-untyped]

    under_way = np.floor(lead @ np.arange(lead.shape[1]) / review + 1e-9).astype(int)
    made = p.astype(float)
    for count in np.unique(under_way[under_way > 0]):
        same = under_way == count
        made[same] = ndtr(np.interp(ndtri(p[same]), ndtri(_kept(int(count))), _PLACES))
    return np.asarray(np.minimum(made, p))


@lru_cache(maxsize=64)
def _kept(under_way: int) -> FloatArray:
    """How often a cycle loses nothing at the levels `_PLACES`, by simulation of cycles with so many orders under way, shape (27,).

    Demand that is lost is held against demand that is not covered in the same paths, so that chance mostly cancels.
    """
    from scipy.special import ndtr

    random = np.random.default_rng(0)
    warm = 2 * (under_way + 1)
    demand = np.cumsum(random.normal(size=(warm + _CYCLES + under_way + 1, _PATHS)), axis=0)
    total = (demand[under_way + 1 :] - demand[: -under_way - 1]) / np.sqrt(under_way + 1)
    shares = []
    for place in _PLACES:
        lost = np.zeros_like(total)
        for cycle, x in enumerate(total):
            lost[cycle] = np.maximum(x - place - lost[max(cycle - under_way, 0) : cycle].sum(axis=0), 0.0)
        shares.append((lost[warm:] > 0).mean() / max((total[warm:] > place).mean(), 1e-12))
    kept: FloatArray = np.maximum.accumulate(1 - np.minimum(shares, 1.0) * ndtr(-_PLACES))
    return kept + 1e-12 * np.arange(len(kept))
