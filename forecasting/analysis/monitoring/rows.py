"""Do rows come as they usually do? Missing series, stores that fall silent or report nothing but zeros, and uploads that stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from forecasting.analysis.monitoring.grading import LOOK, last_look
from forecasting.analysis.monitoring.groups import Groups
from forecasting.core.arrays import BoolArray, FloatArray, share
from forecasting.core.period import DAY, Period

CHANCE = 0.001
"""How likely chance may lead to one finding among all series, or all groups."""
LEARNED_STEPS = {"day": 182, "week": 52, "month": 24}
RATE_STEPS = {"day": 28, "week": 8, "month": 6}
OPEN_SHARE = 0.5
"""Share of a weekday's dates with rows from which a series or a group usually has some on it."""
FILE_SHARE = 0.2
"""Share of the usual rows that a day has to have for the file to be open."""
MIN_POINTS, TIMES_MAD, MIN_WEEKS = 0.03, 6.0, 8
MIN_ZERO_STEPS = 2
NOTHING = 0.02
"""Share of what was expected up to which a group sold as good as nothing."""


@dataclass(frozen=True, eq=False)
class History:
    """Which rows came, on the newest steps.

    Args:
        dates: Shape (t,).
        period: What a step is.
        rows: Whether a series has sales on a step, shape (n, t).
        ordinary: Steps that are no holiday and not beside one, shape (t,).
    """

    dates: pd.DatetimeIndex
    period: Period
    rows: BoolArray
    ordinary: BoolArray

    @property
    def open(self) -> BoolArray:
        """Steps on which the file has rows as usual, shape (t,)."""
        count = self.rows.sum(axis=0)
        return np.asarray(count >= max(FILE_SHARE * float(np.median(count[count > 0])) if (count > 0).any() else 1.0, 1.0))


class Silent(NamedTuple):
    """Sets of which rows stopped, shape (G,) each.

    Args:
        steps: Steps without a row on which one usually came.
        since: Position of the step after the last row; 0 where there never was one.
        logarithm: Of the chance of that.
        stopped: Whether it is a finding.
    """

    steps: np.ndarray
    since: np.ndarray
    logarithm: FloatArray
    stopped: BoolArray


def silent(rows: BoolArray, history: History) -> Silent:
    """Sets whose rows stopped: of steps on which they usually come, too many are without.

    Args:
        rows: Whether each set has rows, shape (G, t).
        history: Of the whole file: steps on which it is closed, or which are holidays, do not count.
    """
    sets, t = rows.shape
    last = np.where(rows.any(axis=1), t - 1 - rows[:, ::-1].argmax(axis=1), -1)
    step = np.arange(t)
    usable = history.open & history.ordinary
    learned = (step <= last[:, None]) & (step > last[:, None] - LEARNED_STEPS[history.period.name]) & usable
    weekday = history.dates.day_of_week.to_numpy() if history.period == DAY else np.zeros(t, dtype=int)
    usual = np.zeros((sets, t), dtype=bool)
    for day in np.unique(weekday):
        on = np.flatnonzero(weekday == day)
        of_day = learned[:, on]
        usual[:, on] = ((of_day & rows[:, on]).sum(axis=1) > OPEN_SHARE * of_day.sum(axis=1))[:, None]
    came, known = ((learned & usual & values).sum(axis=1) for values in (rows, True))
    missing = 1 - (came + 1) / (known + 2)
    steps = (usual & usable & (step > last[:, None])).sum(axis=1)
    logarithm = steps * np.log(missing)
    stopped = (last >= 0) & (steps > 0) & (known >= RATE_STEPS[history.period.name]) & (logarithm < np.log(CHANCE / max(sets, 1)))
    return Silent(steps, last + 1, logarithm, stopped)


class Zeros(NamedTuple):
    """Groups that report nothing but zeros, shape (G,) each: for how many steps, since which step, and whether it is a finding."""

    steps: np.ndarray
    since: np.ndarray
    stopped: BoolArray


def zero_chance(sold: FloatArray, expected: FloatArray) -> FloatArray:
    """How likely each group sells as good as nothing on a step on which something is expected, shape (G,).

    Args:
        sold: Units of each group at past cutoffs, shape (K, G, h).
        expected: What was expected, of the same shape.
    """
    none, known = (sold <= NOTHING * expected) & (expected > 0), np.isfinite(sold) & (expected > 0)
    return np.asarray((none.sum(axis=(0, 2)) + 1) / (known.sum(axis=(0, 2)) + 2))


def only_zeros(sold: FloatArray, expected: FloatArray, chance: FloatArray) -> Zeros:
    """Groups that sell as good as nothing although something is expected, on too many steps in a row.

    Args:
        sold: Units of each group, shape (G, t); NaN without any rows.
        expected: What was expected, shape (G, t).
        chance: As `zero_chance` gives it, shape (G,).
    """
    sets, t = sold.shape
    none, known = (sold <= NOTHING * expected) & (expected > 0), np.isfinite(sold) & (expected > 0)
    sells = known & ~none
    last = np.where(sells.any(axis=1), t - 1 - sells[:, ::-1].argmax(axis=1), -1)
    steps = (none & (np.arange(t) > last[:, None])).sum(axis=1)
    stopped = (steps >= MIN_ZERO_STEPS) & (steps * np.log(chance) < np.log(CHANCE / max(sets, 1)))
    return Zeros(steps, last + 1, stopped)


class RowsCheck(NamedTuple):
    """Rows of the newest week against those that the series' own rates expect: `ratio`, the `usual` one, and how far below it may lie.

    Series that are new have no rate and do not count.
    """

    ratio: float
    usual: float
    margin: float

    @property
    def is_off(self) -> bool:
        """Whether rows are missing."""
        return bool(self.usual - self.ratio > self.margin)


def check_rows(history: History, usable: BoolArray) -> RowsCheck | None:
    """The rows of the newest week; None for files of too few weeks.

    Args:
        history: Which rows came.
        usable: Series that count, shape (n,): not those of groups that fell silent.
    """
    look, rate = LOOK[history.period.name], RATE_STEPS[history.period.name]
    end = last_look(history.dates, history.period)
    is_open = history.open[:end] & history.ordinary[:end]
    came = np.zeros((int(usable.sum()), end + 1), dtype=np.int16)
    np.cumsum(history.rows[usable, :end] & is_open, axis=1, out=came[:, 1:])
    ratios = []
    for stop in range(end, rate + look - 1, -look):
        start = stop - look
        now, before = int(is_open[start:stop].sum()), int(is_open[start - rate : start].sum())
        if now >= look / 2 and before >= rate / 2:
            earlier = came[:, start] - came[:, start - rate]
            newest = int((came[:, stop] - came[:, start])[earlier > 0].sum())
            ratios.append(float(share(np.asarray(float(newest)), np.asarray(earlier.sum() / before * now))))
        elif stop == end:
            return None
    if len(ratios) <= MIN_WEEKS:
        return None
    past = np.array(ratios[1:53])
    usual = float(np.median(past))
    return RowsCheck(ratios[0], usual, max(TIMES_MAD * float(np.median(np.abs(past - usual))), MIN_POINTS))


def upload_overdue(uploads: pd.DatetimeIndex, now: pd.Timestamp) -> tuple[int, int] | None:
    """Days since the last upload and the days that usually lie between two, where it is overdue by a day or more; else None.

    Args:
        uploads: When sales were uploaded.
        now: The moment.
    """
    days = uploads.normalize().unique().sort_values()[-60:]
    if len(days) < MIN_WEEKS:
        return None
    gaps = np.diff(days.to_numpy()).astype("timedelta64[D]").astype(int)
    usual = int(np.quantile(gaps, 0.9, method="higher"))
    age = int((now.normalize() - days[-1]).days)
    return (age, usual) if age > usual else None


def group_rows(history: History, groups: Groups) -> BoolArray:
    """Whether any series of a group has a row, shape (G, t)."""
    return groups.some(history.rows)
