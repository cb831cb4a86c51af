"""What one step of a sales file is: a day, a week or a month."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
import pandas as pd

from forecasting.core import numerals

MIN_DATES: Final = 4
"""Fewest dates by which weeks, and months dated on one day, are recognised."""
MIN_DATES_NEAR_MONTH_ENDS: Final = 6
"""Fewest dates by which months that are dated on different days, such as the last working day, are recognised."""
_MONTH_END: Final = 31
_DAYS_OF: Final = {"day": 1, "week": 7, "month": 31}
_ADJECTIVES: Final = {"day": "daily", "week": "weekly", "month": "monthly"}


@dataclass(frozen=True)
class Period:
    """The step from one row of a series to the next, and its seasons.

    Args:
        name: "day", "week" or "month".
        cycle: Steps of the short season: 7 days; 1 where there is none.
        year: Steps of a year that keeps the short season whole: 364 days, 52 weeks, 12 months.
        day_of_month: On which day months are dated, 31 for their last one; 0: on the day of the last date known. Two periods that differ in this
            alone are equal.
    """

    name: str
    cycle: int
    year: int
    day_of_month: int = field(default=0, compare=False)

    @property
    def season(self) -> int:
        """Steps after which sales repeat: the short season, or the year where there is none."""
        return self.cycle if self.cycle > 1 else self.year

    @property
    def days(self) -> int:
        """Days of one step; a month counts as 31."""
        return _DAYS_OF[self.name]

    @property
    def plural(self) -> str:
        """ "days", "weeks", "months"."""
        return f"{self.name}s"

    @property
    def adjective(self) -> str:
        """ "daily", "weekly", "monthly"."""
        return _ADJECTIVES[self.name]

    def count(self, steps: int) -> str:
        """A number of steps as text: "1 week", "13 weeks"."""
        return f"{numerals.write(steps)} {self.name if steps == 1 else self.plural}"

    def steps(self, days: int) -> int:
        """Days counted in steps, rounded up; a month counts as 31 days, so that a quarter is 3 months and a year 12.

        Example:
            >>> [period.steps(90) for period in (DAY, WEEK, MONTH)]
            [90, 13, 3]
        """
        return -(-days // _DAYS_OF[self.name])

    def ahead(self, last: pd.Timestamp, count: int, *, start: int = 1) -> pd.DatetimeIndex:
        """The `count` steps after a date: months on their day of the month, or on the last day of those too short for it.

        Args:
            last: The date.
            count: How many.
            start: How many steps after the date the first one lies.

        Example:
            >>> [f"{day:%d %b}" for day in MONTH.ahead(pd.Timestamp(2026, 1, 31), 3)]
            ['28 Feb', '31 Mar', '30 Apr']
        """
        return _ahead(self.name, self.day_of_month, last, count, start).copy()

    def begin(self, dates: pd.DatetimeIndex) -> pd.DatetimeIndex:
        """The first day of each step: of a month its first, on whatever day it is dated; of a week the day on which it is dated.

        Example:
            >>> [f"{day:%d %b}" for day in MONTH.begin(pd.DatetimeIndex(["2026-01-31", "2026-02-28"]))]
            ['01 Jan', '01 Feb']
        """
        return dates.to_period("M").to_timestamp().as_unit("us") if self == MONTH else dates

    def positions(self, dates: pd.DatetimeIndex, first: pd.Timestamp) -> np.ndarray:
        """Steps from the first date to each date, shape (len(dates),) of int; a date between two steps belongs to the earlier one."""
        if self == MONTH:
            return np.asarray((dates.year - first.year) * 12 + dates.month - first.month, dtype=np.int64)
        return (dates.to_numpy() - first.to_datetime64()) // np.timedelta64(_DAYS_OF[self.name], "D")


@lru_cache(maxsize=64)
def _ahead(name: str, day_of_month: int, last: pd.Timestamp, count: int, start: int) -> pd.DatetimeIndex:
    if name != MONTH.name:
        length = _DAYS_OF[name]
        return pd.date_range(last + pd.Timedelta(days=length * start), periods=count, freq=f"{length}D").as_unit("us")
    months = pd.period_range(last, periods=start + count, freq="M")[start:]
    day = np.minimum(day_of_month or last.day, months.days_in_month)
    return pd.DatetimeIndex(months.to_timestamp() + pd.to_timedelta(day - 1, unit="D")).as_unit("us")


DAY: Final = Period("day", 7, 364)
WEEK: Final = Period("week", 1, 52)
MONTH: Final = Period("month", 1, 12)
PERIODS: Final = {period.name: period for period in (DAY, WEEK, MONTH)}


def period_of_dates(dates: pd.DatetimeIndex) -> Period:
    """The period of a file that has sales on these dates.

    Months: one date a month at most, on the same day of each or its last one; from 6 months on it is enough that all lie in the first, or in
    the last, seven days (the last working day). Weeks: all dates lie whole weeks apart. Days: everything else, and fewer than 4 dates, which
    show nothing yet.
    """
    days = pd.DatetimeIndex(dates.unique()).normalize().unique().sort_values()
    if len(days) < MIN_DATES:
        return DAY
    day_of_month = _day_of_month(days)
    if day_of_month:
        return Period(MONTH.name, MONTH.cycle, MONTH.year, day_of_month)
    return DAY if ((days - days[0]).days % 7).any() else WEEK


def _day_of_month(dates: pd.DatetimeIndex) -> int:
    """The day of the month on which dates that come once a month are dated, 31 for its last; 0 if they are no such dates."""
    if (dates.year * 12 + dates.month).has_duplicates:
        return 0
    day, length = dates.day.to_numpy(), dates.days_in_month.to_numpy()
    latest = int(day.max())
    if (day == length).all():
        return _MONTH_END
    if (day == np.minimum(latest, length)).all():
        return latest
    if len(dates) < MIN_DATES_NEAR_MONTH_ENDS:
        return 0
    return 1 if latest <= 7 else _MONTH_END if (day > length - 7).all() else 0
