"""The level of the file and of its groups: the newest weeks against what a version's weeks usually miss by, by Student's t."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from forecasting.analysis.monitoring.grading import LOOK, LOOKS, Graded, Past
from forecasting.analysis.monitoring.groups import Groups
from forecasting.core.arrays import BoolArray, FloatArray, nanmean, share
from forecasting.core.period import Period

ALPHA: Final = 0.005
"""How unlikely a week is that is an alarm; half of what a look a week may have, since every day is looked at."""
FLOOR_SHARE: Final = 0.05
"""Share of the mean week that the size of a week counts as, at least."""
MIN_STEPS_SHARE: Final = 0.5
"""Share of a week's days that have to be ordinary and known for it to count."""
MIN_OTHERS: Final = 0.1
"""Share of the file that lies outside of a group, at least, for what all others did to be taken out of it."""
MAX_FOUND: Final = 12


@dataclass(frozen=True, eq=False)
class Spreads:
    """How far weeks of G sets usually lie from their forecast, in square roots of units.

    Args:
        shift: Variance of a version's mean, shape (G,).
        week: Variance of a week around it, shape (G,).
        floor: Units that a week counts as, at least, shape (G,).
        freedom: Degrees of freedom, shape (G,).
    """

    shift: FloatArray
    week: FloatArray
    floor: FloatArray
    freedom: FloatArray

    def deviation(self, weeks: int) -> FloatArray:
        """Standard deviation of the mean of so many weeks, shape (G,)."""
        return np.sqrt(np.maximum(self.shift + self.week / weeks, 1e-12))


@dataclass(frozen=True, eq=False)
class Sums:
    """Units sold and expected in weeks, shape (..., sets, weeks); NaN in weeks that do not count."""

    sold: FloatArray
    expected: FloatArray


def week_sums(y: FloatArray, expected: FloatArray, ordinary: BoolArray, look: int) -> tuple[Sums, BoolArray]:
    """Sums of each series over weeks of `look` steps, 0 for what is not known, and which weeks count.

    Args:
        y: Shape (..., n, t); the steps that make no whole week at the end are left out.
        expected: Of the same shape.
        ordinary: Shape (..., t).
        look: Steps of a week.

    Returns:
        Sums of shape (..., n, weeks), and shape (..., weeks).
    """
    weeks = y.shape[-1] // look
    both = np.asarray(np.isfinite(y) & np.isfinite(expected) & ordinary[..., None, :])
    sums = [np.where(both, values, 0.0)[..., : weeks * look].reshape(*y.shape[:-1], weeks, look).sum(axis=-1) for values in (y, expected)]
    some = np.asarray(both.any(axis=-2))[..., : weeks * look].reshape(*y.shape[:-2], weeks, look).mean(axis=-1)
    return Sums(*sums), np.asarray(some >= MIN_STEPS_SHARE)


def deviations(own: Sums, total: Sums, counts: BoolArray, floor: FloatArray) -> FloatArray:
    """Sold less expected of each set, in square roots of units, after all others, shape (..., G, weeks); NaN where it does not count.

    Args:
        own: Of the sets.
        total: Of the file, shape (..., 1, weeks); zeros where nothing is to be taken out.
        counts: Weeks that count, shape (..., weeks).
        floor: Units that a week counts as, at least, shape (G,).
    """
    others = total.expected - own.expected
    factor = np.where(others > MIN_OTHERS * total.expected, share(total.sold - own.sold, others), 1.0)
    planned = own.expected * np.where(np.isfinite(factor), factor, 1.0)
    result = (own.sold - planned) / np.sqrt(np.maximum(planned, floor[:, None]))
    return np.where(counts[..., None, :] & (own.expected > 0), result, np.nan)


def nothing_taken_out(of: Sums) -> Sums:
    """In place of the file: zeros."""
    return Sums(np.zeros_like(of.sold), np.zeros_like(of.expected))


def learn_spreads(past: Past, groups: Groups, look: int) -> tuple[Spreads, Spreads]:
    """The spreads of the file, and of its groups after the file: half their own, half those of all groups."""
    of_series, counts = week_sums(past.y, past.expected, past.ordinary, look)
    total = Sums(*(values.sum(axis=1, keepdims=True) for values in (of_series.sold, of_series.expected)))
    file = _spreads(total, nothing_taken_out(total), counts, past.cutoffs)
    if not len(groups):
        return file, Spreads(*(np.empty(0) for _ in range(4)))
    own = Sums(groups.sums(of_series.sold), groups.sums(of_series.expected))
    each = _spreads(own, total, counts, past.cutoffs)
    pooled = replace(each, shift=(each.shift + each.shift.mean()) / 2, week=(each.week + each.week.mean()) / 2)
    return file, replace(pooled, freedom=np.full(len(groups), float(past.cutoffs * min(len(groups), 4))))


def _spreads(own: Sums, total: Sums, counts: BoolArray, cutoffs: int) -> Spreads:
    usual = nanmean(np.where(counts[:, None], own.expected, np.nan), axis=(0, 2))
    floor = np.maximum(np.nan_to_num(FLOOR_SHARE * usual), 1.0)
    w = deviations(own, total, counts, floor)
    means = nanmean(w, axis=2)
    around = w - means[:, :, None]
    shift, week = (np.nan_to_num(nanmean(values**2, axis=axis)) for values, axis in ((means, 0), (around, (0, 2))))
    weeks = max(w.shape[2], 1)
    return Spreads(shift, week * weeks / max(weeks - 1, 1), floor, np.full(len(floor), float(cutoffs)))


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
        deviation = np.sqrt(np.maximum(spreads.shift + spreads.week / count, 1e-12))
        statistic = np.abs(nanmean(newest, axis=1)) / deviation
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
    sizes = groups.member.sum(axis=1)
    while len(groups) and len(found) < MAX_FOUND:
        total = _total(of_series, left)
        own = Sums(*(groups.sums(values * left[:, None]) for values in (of_series.sold, of_series.expected)))
        p = p_values(deviations(own, total, counts, spreads[1].floor), spreads[1], looks)
        p[groups.member @ left < 0.5 * sizes] = 1.0
        clearest = int(np.lexsort((-_relative(own), p))[0])
        if p[clearest] >= ALPHA / len(groups):
            break
        found.append((clearest, float(p[clearest])))
        left &= groups.member[clearest] == 0
    total = _total(of_series, left if left.any() else usable)
    p_file = p_values(deviations(total, nothing_taken_out(total), counts, spreads[0].floor), spreads[0], looks)
    return Levels(float(p_file[0]), tuple(found), usable & ~left)


def newest_weeks(graded: Graded) -> tuple[Sums, BoolArray]:
    """Sums of each series in the newest weeks that are tested, up to the last step, and which of them count."""
    look, end = LOOK[graded.period.name], len(graded.dates)
    steps = min(end // look, max(LOOKS[graded.period.name])) * look
    part = slice(end - steps, end)
    return week_sums(graded.y[:, part], graded.expected[:, part], graded.ordinary[part], look)


def smallest_change(spreads: Spreads, units: FloatArray, alpha: float, period: Period) -> FloatArray:
    """The change that the mean of the newest weeks shows as an alarm, as a share, shape (G,); NaN where nothing is expected.

    Args:
        spreads: Of the sets.
        units: What is expected of each in a week.
        alpha: How unlikely an alarm is by chance.
    """
    from scipy.special import stdtrit

    needed = stdtrit(spreads.freedom, 1 - alpha / 2) * spreads.deviation(max(LOOKS[period.name]))
    return share(needed, np.sqrt(np.maximum(units, 0.0)))


def _total(of_series: Sums, rows: BoolArray) -> Sums:
    return Sums(*(values[rows].sum(axis=0, keepdims=True) for values in (of_series.sold, of_series.expected)))


def _relative(own: Sums) -> FloatArray:
    """By how much each set missed its forecast, as a share."""
    return np.abs(np.nan_to_num(share(own.sold.sum(axis=1), own.expected.sum(axis=1)), nan=1.0) - 1)
