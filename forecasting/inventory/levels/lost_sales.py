"""Which quantile of demand keeps a promise where unmet demand is lost.

A level that covers the demand of lead time + review period with probability p leaves a stockout in a cycle with probability 1 - p only where
unmet demand waits. In a shop it is lost, and so is not ordered again: what was ordered for it comes all the same and serves the next days.
Where several orders are under way at once this counts (Bijvank & Vis 2011, European Journal of Operational Research 215, 1-13): with a lead time
of seven days and a review every day, stockouts are half as frequent as promised, and the shelf holds more than the promise needs.

What a cycle loses is exactly max(0, X - what the cycles during its lead time lost), X the excess of demand over the level. Where cycles are
independent, how often that is above 0 depends on p, on the number of those cycles, and on how many cycles want nothing at all, but not on mean or
spread; errors that last from day to day, or forecasts that are wrong for weeks, change the share by less than a tenth.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from forecasting.core.arrays import FloatArray
from forecasting.training.ensemble import Ensemble

_PATHS: Final = 4000
_CYCLES: Final = 20
_PLACES: Final = np.linspace(-3.0, 3.5, 27)
"""Levels, as standard normal quantiles of the chance that they cover demand."""
_TENTHS: Final = 10
_DOUBT: Final = 2.0
"""Days with sales on the day after that a series is credited with: with few sales nothing is certain."""
_SIZE: Final = 4.0
"""Shape of the gamma distribution of what cycles want that want anything: a spread of half the mean."""


def idle(made: Ensemble, rows: np.ndarray) -> FloatArray:
    """The share of steps that want nothing, shape (r,), in [0, 1): of those after a step with sales, so that seasons and launches do not count.

    From the sales before the first cutoff alone, so that levels of the past do not know what came after.
    """
    end = len(made.panel.dates) if not len(made.past.cutoffs) else int(made.panel.dates.get_indexer(made.past.cutoffs[:1])[0]) + 1
    sales = made.panel.sales[rows, :end]
    after = (sales[:, :-1] > 0) & np.isfinite(sales[:, 1:])
    return (after & (sales[:, 1:] == 0)).sum(axis=1) / (after.sum(axis=1) + _DOUBT)


def covering(p: FloatArray, lead: FloatArray, review: np.ndarray, idle: FloatArray) -> FloatArray:
    """The quantiles of demand over lead time and review period that leave no stockout in a cycle with the promised chances.

    Args:
        p: Shape (r,): promised chances, in (0, 1).
        lead: Shape (r, m): chances of a lead time of 0, 1, ... steps; what counts is their mean.
        review: Shape (r,), steps from one review to the next, at least 1.
        idle: Shape (r,): share of steps that want nothing, in [0, 1].

    Returns:
        Shape (r,), at most p.

    Example:
        >>> a_week = np.array([[0, 0, 0, 0, 0, 0, 0, 1.0]])
        >>> [covering(np.array([0.95]), a_week, np.array([review]), np.zeros(1)).round(2).item() for review in (1, 7, 14)]
        [0.91, 0.94, 0.95]
    """
    from scipy.special import ndtr, ndtri

    under_way = np.floor(lead @ np.arange(lead.shape[1]) / review + 1e-9).astype(int)
    tenths = np.minimum(np.floor(_TENTHS * idle**review + 1e-9).astype(int), _TENTHS - 1)
    made = p.astype(float)
    for count, none in np.unique(np.column_stack([under_way, tenths])[under_way > 0], axis=0):
        same = (under_way == count) & (tenths == none)
        made[same] = ndtr(np.interp(ndtri(p[same]), ndtri(_kept(int(count), int(none))), _PLACES))
    return np.minimum(made, p)


@lru_cache(maxsize=128)
def _kept(under_way: int, none: int) -> FloatArray:
    """How often a cycle loses nothing at the levels `_PLACES`, by simulation, shape (27,).

    Demand that is lost is held against demand that is not covered in the same paths, so that chance mostly cancels.

    Args:
        under_way: Orders that are under way when one is placed.
        none: Tenths of all cycles that want nothing; the others want a normal, or where there are any, a gamma amount.
    """
    from scipy.special import ndtr

    random = np.random.default_rng(0)
    warm = 2 * (under_way + 1)
    shape = (warm + _CYCLES + under_way + 1, _PATHS)
    wanted = np.where(random.random(shape) < none / _TENTHS, 0.0, random.gamma(_SIZE, 1 / _SIZE, shape)) if none else random.normal(size=shape)
    demand = np.pad(np.cumsum(wanted, axis=0), ((1, 0), (0, 0)))
    total, last = demand[under_way + 1 :] - demand[: -under_way - 1], wanted[under_way:] if none else np.full(1, np.inf)
    shares = []
    for level in np.quantile(total, ndtr(_PLACES)):
        lost = np.zeros_like(total)
        for cycle, x in enumerate(total):
            before = lost[max(cycle - under_way, 0) : cycle].sum(axis=0)
            lost[cycle] = np.clip(x - level - before, 0.0, last[cycle % len(last)])
        shares.append((lost[warm:] > 0).mean() / max((total[warm:] > level).mean(), 1e-12))
    kept = np.maximum.accumulate(1 - np.minimum(shares, 1.0) * ndtr(-_PLACES))
    return kept + 1e-12 * np.arange(len(kept))
