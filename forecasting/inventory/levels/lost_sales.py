"""The quantile of demand that keeps a promise where unmet demand is lost.

A level that covers the demand of lead time + review period with probability p leaves a stockout in a cycle with probability 1 - p only where
unmet demand waits. In a shop it is lost, and so is not ordered again: the order that was placed for it arrives all the same and serves the next
days. This matters where several orders are under way (Bijvank & Vis 2011, European Journal of Operational Research 215, 1-13): with a lead time
of seven days and a review every day, stockouts are half as frequent as promised, and the shelf holds more than the promise needs.

A cycle loses exactly max(0, X - losses of the cycles during its lead time), X being the excess of demand over the level. Where cycles are
independent, the share of cycles with a loss depends on p, on the number of cycles in a lead time, and on the share of cycles without any demand,
but not on mean or spread; errors that last from day to day, or forecasts that are wrong for weeks, change that share by less than a tenth.
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
"""Pairs of consecutive days with sales that every series is credited with, since few sales prove little."""
_SIZE: Final = 4.0
"""Shape of the gamma distribution of demand in cycles with any: its spread is half its mean."""


def idle_share(ensemble: Ensemble, rows: np.ndarray) -> FloatArray:
    """The share of steps without demand, shape (r,), in [0, 1), among the steps after a step with sales, so that seasons and launches do not count.

    Only sales before the first cutoff are read, so that levels of the past do not know later sales.
    """
    end = len(ensemble.panel.dates) if not len(ensemble.past.cutoffs) else int(ensemble.panel.dates.get_indexer(ensemble.past.cutoffs[:1])[0]) + 1
    sales = ensemble.panel.sales[rows, :end]
    after = (sales[:, :-1] > 0) & np.isfinite(sales[:, 1:])
    return (after & (sales[:, 1:] == 0)).sum(axis=1) / (after.sum(axis=1) + _DOUBT)


def covering_quantiles(p: FloatArray, lead: FloatArray, review: np.ndarray, idle: FloatArray) -> FloatArray:
    """The quantiles of demand over lead time and review period that leave no stockout in a cycle with the promised chances.

    Args:
        p: Shape (r,): promised chances, in (0, 1).
        lead: Shape (r, m): chances of a lead time of 0, 1, ... steps; only its mean counts.
        review: Shape (r,), steps from one review to the next, at least 1.
        idle: Shape (r,): share of steps without demand, in [0, 1].

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
    chances = p.astype(float)
    for count, none in np.unique(np.column_stack([under_way, tenths])[under_way > 0], axis=0):
        same = (under_way == count) & (tenths == none)
        chances[same] = ndtr(np.interp(ndtri(p[same]), ndtri(_share_without_loss(int(count), int(none))), _PLACES))
    return np.minimum(chances, p)


@lru_cache(maxsize=128)
def _share_without_loss(under_way: int, none: int) -> FloatArray:
    """The share of cycles that lose nothing at the levels `_PLACES`, by simulation, shape (27,).

    Lost demand is compared with uncovered demand on the same simulated paths, so that most of the chance cancels.

    Args:
        under_way: Orders that are under way when one is placed.
        none: Tenths of all cycles that have no demand. Demand of the other cycles is normal if `none` is 0, else gamma.
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
    without_loss = np.maximum.accumulate(1 - np.minimum(shares, 1.0) * ndtr(-_PLACES))
    return without_loss + 1e-12 * np.arange(len(without_loss))
