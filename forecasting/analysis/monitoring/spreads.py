"""How far the weeks of a file and of its groups usually lie from their forecast, learned at past cutoffs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from forecasting.analysis.monitoring.grading import LOOKS, Past
from forecasting.analysis.monitoring.groups import Groups
from forecasting.analysis.monitoring.week_sums import Sums, deviations, nothing_taken_out, week_sums
from forecasting.core.arrays import BoolArray, FloatArray, nanmean, share
from forecasting.core.period import Period

FLOOR_SHARE: Final = 0.05
"""Share of the mean week that the size of a week counts as, at least."""
GROWTH: Final = 0.7
"""Power of a group's size by which its weeks' misses vary more than single customers would make them: categories and stores are off together."""


@dataclass(frozen=True, eq=False)
class Spreads:
    """How far weeks of G sets usually lie from their forecast, in square roots of units.

    Args:
        shift: Variance of a version's mean, shape (G,).
        week: Variance of a week around it, shape (G,).
        floor: Units that a week counts as, at least, shape (G,).
        freedom: Degrees of freedom of both together.
    """

    shift: FloatArray
    week: FloatArray
    floor: FloatArray
    freedom: float

    def deviation(self, weeks: float | np.ndarray) -> FloatArray:
        """Standard deviation of the mean of so many weeks, shape (G,)."""
        return np.sqrt(np.maximum(self.shift + self.week / weeks, 1e-12))

    def reach(self, p: float, weeks: float) -> FloatArray:
        """How far the mean of so many weeks lies from 0 with this chance at most to the one side, shape (G,)."""
        from scipy.special import stdtrit

        return float(stdtrit(self.freedom, 1 - p)) * self.deviation(weeks)


def learn_spreads(past: Past, groups: Groups, look: int) -> tuple[Spreads, Spreads]:
    """The spreads of the file, and of its groups after the file: half their own, half those of all groups."""
    of_series, counts = week_sums(past.y, past.expected, past.ordinary, look)
    total = Sums(*(values.sum(axis=1, keepdims=True) for values in (of_series.sold, of_series.expected)))
    file = _spreads(total, nothing_taken_out(total), counts, past.cutoffs)
    if not len(groups):
        return file, Spreads(np.empty(0), np.empty(0), np.empty(0), 1.0)
    own = Sums(groups.sums(of_series.sold), groups.sums(of_series.expected))
    each = _spreads(own, total, counts, past.cutoffs * min(len(groups), 4))
    usual = np.maximum(_usual(own, counts), each.floor) ** GROWTH
    return file, replace(each, shift=_steadied(each.shift, usual), week=_steadied(each.week, usual))


def _steadied(variance: FloatArray, usual: FloatArray) -> FloatArray:
    """Variances of groups, half their own and half what all groups have for their size, shape (G,)."""
    return np.asarray((variance + (variance / usual).mean() * usual) / 2)


def _usual(own: Sums, counts: BoolArray) -> FloatArray:
    """Units that a week of each set is expected to have, shape (G,)."""
    return np.nan_to_num(nanmean(np.where(counts[:, None], own.expected, np.nan), axis=(0, 2)))


def _spreads(own: Sums, total: Sums, counts: BoolArray, freedom: int) -> Spreads:
    floor = np.maximum(FLOOR_SHARE * _usual(own, counts), 1.0)
    w = deviations(own, total, counts, floor)
    means = nanmean(w, axis=2)
    around = w - means[:, :, None]
    shift, week = (np.nan_to_num(nanmean(values**2, axis=axis)) for values, axis in ((means, 0), (around, (0, 2))))
    weeks = max(w.shape[2], 1)
    return Spreads(shift, week * weeks / max(weeks - 1, 1), floor, float(freedom))


def smallest_change(spreads: Spreads, units: FloatArray, alpha: float, period: Period) -> FloatArray:
    """The change that the mean of the newest weeks shows as an alarm, as a share, shape (G,); NaN where nothing is expected.

    Args:
        spreads: Of the sets.
        units: What is expected of each in a week.
        alpha: How unlikely an alarm is by chance.
    """
    return share(spreads.reach(alpha / 2, max(LOOKS[period.name])), np.sqrt(np.maximum(units, 0.0)))
