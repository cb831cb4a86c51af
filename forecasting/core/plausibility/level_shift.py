"""A file that would shift the level of everything: money in place of units, weeks in place of days, cents.

It shows where two things hold: the usual sales of most series, each beside its own saved ones, are several times what they were, or a fraction; and
the sales of all of them together on a day are beyond what they ever were on one, so that no holiday or season of before explains them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.core.arrays import FloatArray
from forecasting.core.plausibility.past import Past
from forecasting.core.plausibility.rows import Rows, Runs

MIN_TIMES: Final = 3.0
"""How many times the level of before, or what fraction of it, is asked about."""
BEYOND: Final = 1.5
"""How many times the most ever sold on a day, or what fraction of the least, the usual day of the upload is."""
MIN_SHARE: Final = 0.8
"""Share of the series that shift the same way, at least half as much."""
MIN_ROWS, MIN_DAYS = 8, 10
"""Rows of the upload that tell its level, and days that tell the level before, at least."""
RARE, SOME_DAYS = 0.02, 4
"""Share of the days of before that were too odd to count, such as Christmas; and days of an upload from which its usual day is no such day itself."""
ROUNDING: Final = 1e-9
"""By how much the logarithm of a level may be off."""
WEEKS: Final = (5.0, 9.0)
"""How many times the level of a day is taken for a week's sales."""


@dataclass(frozen=True, slots=True)
class LevelShift:
    """A level that is another one than before.

    Args:
        times: How many times that of before, above 0, not 1.
        series: How many series tell it.
        likely: What would look like this, for a person; empty if nothing known does.
    """

    times: float
    series: int
    likely: str = ""

    def __str__(self) -> str:
        level = f"{self.times:,.3g} times what" if self.times > 1 else f"1/{_rounded(1 / self.times)} of what"
        likely = f", as {self.likely} would be" if self.likely else ""
        whose = f"of {self.series:,} known series" if self.series > 1 else "of the one known series"
        return f"The usual sales {whose} are about {level} they were{likely}. Are they right?"


def level_shift(past: Past, upload: Rows, price: Callable[[], float] = lambda: np.nan) -> LevelShift | None:
    """The shift between the saved sales and an upload, of the series that both have; None if there is none.

    Args:
        past: The saved sales, whose rows are read only where a few numbers a series cannot tell.
        upload: Those of the upload.
        price: Tells what a unit usually costs; NaN if that is not known.

    Example:
        >>> days = np.arange(28)
        >>> before = Rows(np.tile([4.0, 5, 6, 5, 7, 9, 3], 4), np.zeros(28, int), days)
        >>> level_shift(Past.of(before), Rows(100 * before.units, before.series, 28 + days)).times
        100.0
    """
    given = upload.sold()
    shared = np.intersect1d(past.series, Runs.of(given.series).codes)
    given = given.where(np.isin(given.series, shared))
    if len(given.series) < MIN_ROWS or not _may_shift(past, _usual(given), shared):
        return None
    return _shift(past.rows_of(shared), given, price)


def _may_shift(past: Past, usual: FloatArray, shared: np.ndarray) -> bool:
    """Whether the usual sales of the series may be another level than before, as far as the bounds of their medians tell."""
    lower, upper = (bounds[past.places_of(shared)] for bounds in past.medians())
    with np.errstate(divide="ignore"):
        least, most = (float(np.median(np.log(usual / bound))) for bound in (upper, lower))
    return bool(most > np.log(MIN_TIMES) - ROUNDING or least < ROUNDING - np.log(MIN_TIMES))


def _shift(past: Rows, given: Rows, price: Callable[[], float]) -> LevelShift | None:
    """The shift between saved rows and those of an upload, all above zero and of the same series."""
    if len(_by_day(past)) < MIN_DAYS:
        return None
    ratios = np.log(_usual(given) / _usual(past))
    shift = float(np.median(ratios))
    alike = float((np.sign(shift) * ratios > abs(shift) / 2).mean())
    if abs(shift) < np.log(MIN_TIMES) or alike < MIN_SHARE or not _is_beyond(past, given, up=shift > 0):
        return None
    times = float(f"{np.exp(shift):.3g}")
    return LevelShift(times, len(ratios), _likely(times, price()))


def _rounded(times: float) -> str:
    return f"{times:,.0f}" if times >= 10 else f"{times:.2g}"


def _usual(rows: Rows) -> FloatArray:
    """The median of each series; those with equally many rows together."""
    runs = Runs.of(rows.series)
    usual = np.empty(len(runs.codes))
    for count in np.unique(runs.counts).tolist():
        alike = runs.counts == count
        usual[alike] = np.median(rows.units[runs.starts[alike][:, None] + np.arange(count)], axis=1)
    return usual


def _is_beyond(past: Rows, given: Rows, *, up: bool) -> bool:
    """Whether a usual day of the upload is beyond all days of before, by the sales of a series on it."""
    before, now = (_by_day(rows) for rows in (past, given))
    rare = RARE if len(now) >= SOME_DAYS else 0.0
    least, most = np.quantile(before, (rare, 1 - rare))
    return bool(np.median(now) > BEYOND * most) if up else bool(BEYOND * np.median(now) < least)


def _by_day(rows: Rows) -> FloatArray:
    """The mean sales of the series that sold on each day."""
    days = rows.days - rows.days.min(initial=0)
    count = np.bincount(days)
    return np.bincount(days, weights=rows.units)[count > 0] / count[count > 0]


def _likely(times: float, price: float) -> str:
    """What would shift the level so."""
    factor = max(times, 1 / times)
    if np.isfinite(price) and price > 0 and abs(np.log(times / price)) < np.log(1.25):
        return "money in place of units"
    if any(abs(np.log(factor / power)) < np.log(1.25) for power in (100.0, 1000.0)):
        return "cents in place of whole money, or a decimal mark read wrongly," if times > 1 else "thousands in place of units"
    if WEEKS[0] <= factor <= WEEKS[1]:
        return "weeks in place of days" if times > 1 else "days in place of weeks"
    return ""
