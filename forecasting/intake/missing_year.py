"""Dates without a year, which a first day completes."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np

from forecasting.core.errors import AmbiguousDates, InputError
from forecasting.intake.calendars import Days, days_of
from forecasting.intake.date_order import long
from forecasting.intake.named_dates import LEAP_YEAR

MIN_FALL_DAYS: Final = 300
"""Days by which one row lies before the row above from which the calendar begins again."""
MIN_GAP_DAYS: Final = 31
"""Days of the year in a row without sales from which a file is one of part of a year."""
_YEAR_DAYS: Final = 366


def with_years(days: Days, start: date, column: str) -> Days:
    """The days with the years that put each in the year from a first day on.

    Args:
        days: The day of each row in the year 2000, in the order of the file, shape (n,).
        start: No day lies before it, or a year or more after it.
        column: Their column, for the message.

    Raises:
        InputError: The rows run through the calendar more than once.
    """
    month = days.astype("datetime64[M]").astype(int) % 12 + 1
    day = (days - days.astype("datetime64[M]")).astype(int) + 1
    given = ~np.isnat(days)
    this, following = (days_of(np.full(len(days), start.year + later), month, day, given) for later in (0, 1))
    placed = np.where(this >= np.datetime64(start, "D"), this, following)
    steps = np.diff(placed[~np.isnat(placed)]).astype(int)
    if (steps < -MIN_FALL_DAYS).any():
        raise InputError(
            f"The dates in {column} have no year, and the rows run through the calendar more than once, so that a first day does not say which year "
            f"each has. Export the dates with their year, e.g. 2026-03-31, and upload that."
        )
    return placed


def question(days: Days, example: str, column: str, today: date) -> AmbiguousDates:
    """In which year the rows begin: the last one in which they lie before today, or the one before."""
    first = _first(days)
    latest = next(year for year in range(today.year, 0, -1) if _last(days, _start(first, year), column) <= today)
    starts = [_start(first, year) for year in (latest, latest - 1)]
    return AmbiguousDates(
        f"The dates in {column} have no year ({example}). On which day do they begin? --start-date YYYY-MM-DD says it on the command line.",
        column=column,
        examples=[example],
        kind="year",
        choices=[
            (str(start.year), f"The sales run from {long(start)} to {long(_last(days, start, column))}", {"start_date": start}) for start in starts
        ],
    )


def _first(days: Days) -> date:
    """The day on which the rows begin, in the year 2000: after the longest part of the year without any, or that of the first row."""
    given = np.unique(days[~np.isnat(days)])
    gaps = np.diff(np.append(given, given[0] + _YEAR_DAYS)).astype(int)
    longest = int(gaps.argmax())
    start = given[(longest + 1) % len(given)] if gaps[longest] > MIN_GAP_DAYS else days[~np.isnat(days)][0]
    return date.fromisoformat(str(start))


def _start(first: date, year: int) -> date:
    return date(year, 3, 1) if (first.month, first.day) == (2, 29) else first.replace(year=year)


def _last(days: Days, start: date, column: str) -> date:
    """The last day of the rows that begin on a day."""
    given = np.unique(days[~np.isnat(days)])
    since = (given - np.datetime64(start.replace(year=LEAP_YEAR), "D")).astype(int) % _YEAR_DAYS
    placed = with_years(given[np.argsort(since)], start, column)
    return date.fromisoformat(str(np.append(placed[~np.isnat(placed)], np.datetime64(start, "D")).max()))
