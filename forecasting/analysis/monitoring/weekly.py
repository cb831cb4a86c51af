"""The level of the file and of its groups: the newest weeks against what a version's weeks usually miss by, by Student's t."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.analysis.monitoring.grading import LOOK, LOOKS, Graded
from forecasting.analysis.monitoring.groups import Groups
from forecasting.analysis.monitoring.spreads import Spreads
from forecasting.analysis.monitoring.week_sums import Sums, deviations, nothing_taken_out, week_sums
from forecasting.core.arrays import BoolArray, FloatArray, nanmean, share

ALPHA: Final = 0.005
"""How unlikely a week is that is an alarm; half of what a look a week may have, since every day is looked at."""
MAX_FOUND: Final = 12


def p_values(w: FloatArray, spreads: Spreads, looks: tuple[int, ...]) -> FloatArray:
    """How likely chance leads this far, the smaller one of the looks, shape (G,); 1 where nothing can be said.

    Args:
        w: Deviations of the newest weeks, the newest last, shape (G, weeks).
        spreads: Of the same sets.
        looks: Numbers of newest weeks whose mean is tested.
    """
    from scipy.special import stdtr

    smallest = np.ones(len(w))
    for weeks in looks:
        newest = w[:, -weeks:]
        enough = np.isfinite(newest).sum(axis=1) * 2 > weeks
        count = np.maximum(np.isfinite(newest).sum(axis=1), 1)
        statistic = np.abs(nanmean(newest, axis=1)) / spreads.deviation(count)
        p = 2 * stdtr(spreads.freedom, -np.nan_to_num(statistic))
        smallest = np.where(enough & (newest.shape[1] >= weeks), np.minimum(smallest, p), smallest)
    return smallest


@dataclass(frozen=True, eq=False)
class Levels:
    """What moved, from the top.

    Args:
        file: How likely chance moves the file this far, with the groups that moved left out.
        groups: Positions of the groups that moved, the clearest first, and how likely chance moves each this far.
        moved: Series of these groups, shape (n,).
    """

    file: float
    groups: tuple[tuple[int, float], ...]
    moved: BoolArray


def find_levels(graded: Graded, groups: Groups, spreads: tuple[Spreads, Spreads], usable: BoolArray) -> Levels:
    """The groups whose level moved against all others, one after the other, each with those before left out; then the file.

    Args:
        graded: The newest steps.
        groups: The groups.
        spreads: Of the file and of the groups.
        usable: Series that count, shape (n,): not those of which rows are missing.
    """
    period = graded.period
    of_series, counts = newest_weeks(graded)
    looks, left, found = LOOKS[period.name], usable.copy(), list[tuple[int, float]]()
    sizes, candidates = groups.sizes, np.ones(len(groups), dtype=bool)
    while candidates.any() and len(found) < MAX_FOUND:
        total = _total(of_series, left)
        own = Sums(*(groups.sums(values * left[:, None]) for values in (of_series.sold, of_series.expected)))
        p = p_values(deviations(own, total, counts, spreads[1].floor), spreads[1], looks)
        p[~candidates | (groups.counts(left) < 0.5 * sizes)] = 1.0
        clearest = int(np.lexsort((-_relative(own), p))[0])
        if p[clearest] >= ALPHA / len(groups):
            break
        candidates[clearest] = False
        member = groups.member(clearest)
        if not _is_one_series(Sums(of_series.sold[:, counts], of_series.expected[:, counts]), left & member, left & ~member):
            found.append((clearest, float(p[clearest])))
            left &= ~member
    total = _total(of_series, left if left.any() else usable)
    p_file = p_values(deviations(total, nothing_taken_out(total), counts, spreads[0].floor), spreads[0], looks)
    return Levels(float(p_file[0]), tuple(found), usable & ~left)


def _is_one_series(of_series: Sums, member: BoolArray, others: BoolArray) -> bool:
    """Whether a group moved because one of its series did: without that one it moved less than half as far, or the other way.

    Args:
        of_series: Sums of each series in the weeks that count, shape (n, weeks).
        member: Series of the group, shape (n,).
        others: All others.
    """
    sold, expected = of_series.sold.sum(axis=1), of_series.expected.sum(axis=1)
    factor = sold[others].sum() / expected[others].sum() if expected[others].sum() > 0 else 1.0
    missed, planned = (sold - expected * factor)[member], expected[member] * factor
    size = share(missed.sum(), planned.sum())
    largest = int((np.sign(size) * missed).argmax())
    without = share(missed.sum() - missed[largest], planned.sum() - planned[largest])
    return bool(np.sign(size) * np.nan_to_num(without) < abs(size) / 2)


def newest_weeks(graded: Graded) -> tuple[Sums, BoolArray]:
    """Sums of each series in the newest weeks that are tested, up to the last step, and which of them count."""
    look, end = LOOK[graded.period.name], len(graded.dates)
    steps = min(end // look, max(LOOKS[graded.period.name])) * look
    part = slice(end - steps, end)
    return week_sums(graded.y[:, part], graded.expected[:, part], graded.ordinary[part], look)


def _total(of_series: Sums, rows: BoolArray) -> Sums:
    return Sums(*(values[rows].sum(axis=0, keepdims=True) for values in (of_series.sold, of_series.expected)))


def _relative(own: Sums) -> FloatArray:
    """By how much each set missed its forecast, as a share."""
    return np.abs(np.nan_to_num(share(own.sold.sum(axis=1), own.expected.sum(axis=1)), nan=1.0) - 1)
