"""Periods that are only counted, "d_1", "Week 5", or named without a year, "Jan": a first day says which days they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from forecasting.core.errors import AmbiguousDates
from forecasting.intake.calendar_names import month_numbers
from forecasting.intake.calendars import NO_DAY, Days
from forecasting.intake.date_order import long

UNITS: Final = ("day", "week", "month")
"""What a counted period may be; others have no length that is known."""
MIN_COUNTED: Final = 3
"""Texts that count periods, at least, for a column to be one of such."""
MAX_WEEK: Final = 53
"""The last week that a year may have."""
_WORDS: Final = {
    "day": "d day days tag tage dia día día jour giorno dag",
    "week": "w wk week weeks kw cw woche kalenderwoche semaine sem semana settimana vecka uge uke viikko tydzień неделя hafta",
    "month": "m month monat mois mes mês mese maand måned měsíc miesiąc месяц ay",
    "period": "p period periode période periodo y year jahr année q quarter quartal",
}
_UNIT_OF: Final = {word: unit for unit, words in _WORDS.items() for word in words.split()}
_COUNTED: Final = re.compile(r"^([^\W\d_]+)\.?[ _.-]*(\d{1,4})$")
_MONTHS: Final = 12


@dataclass(frozen=True)
class Counted:
    """One period: which unit, and its number."""

    unit: str
    number: int


def counted(text: str) -> Counted | None:
    """The period that a text counts; None for another text.

    Example:
        >>> counted("d_1913"), counted("KW 5"), counted("Jan")
        (Counted(unit='day', number=1913), Counted(unit='week', number=5), None)
    """
    match = _COUNTED.match(text.strip())
    unit = _UNIT_OF.get(match[1].casefold(), "") if match else ""
    return Counted(unit, int(match[2])) if match and unit else None


def counted_all(texts: Sequence[str]) -> list[Counted] | None:
    """The periods of distinct texts, if every one counts one of the same unit, or is a month's name; None for others.

    Months by name are counted on from the first: those after December are of the next year.
    """
    if len(texts) < MIN_COUNTED:
        return None
    numbers = [counted(text) for text in texts]
    known = [number for number in numbers if number is not None and number.unit in UNITS]
    if len(known) == len(texts):
        return known if len({number.unit for number in known}) == 1 else None
    names = month_numbers(texts) if not any(c.isdecimal() for text in texts for c in text) and len(texts) <= _MONTHS else {}
    if len(names) != len(texts) or len(set(names.values())) != len(texts):
        return None
    first = names[texts[0]]
    return [Counted("month", first + (names[text] - first) % _MONTHS) for text in texts]


def days(periods: Sequence[Counted], start: date) -> Days:
    """The first day of each period, where the one with the smallest number begins on a day; of months, on the first of its month."""
    numbers = np.array([period.number for period in periods])
    after, unit = numbers - numbers.min(), periods[0].unit
    if unit == "month":
        return (np.datetime64(start, "M") + after).astype("datetime64[D]")
    return np.datetime64(start, "D") + after * (7 if unit == "week" else 1) if len(numbers) else np.full(0, NO_DAY)


def question(periods: Sequence[Counted], texts: Sequence[str], column: str, today: date) -> AmbiguousDates:
    """On which day the first period begins: so that the last one ended before today."""
    span, unit = max(period.number for period in periods) - min(period.number for period in periods), periods[0].unit
    first = texts[int(np.argmin([period.number for period in periods]))]
    starts = [_start(unit, span, today)]
    if unit == "week" and max(period.number for period in periods) <= MAX_WEEK:
        starts = list(dict.fromkeys([_in_calendar(min(period.number for period in periods), span, today), *starts]))
    if unit == "month" and counted(first) is None:
        month = (periods[0].number - 1) % _MONTHS + 1
        latest = starts[0].replace(month=month, year=starts[0].year - (month > starts[0].month))
        starts = [latest, latest.replace(year=latest.year - 1)]
    return AmbiguousDates(
        f"The {unit}s in {column} have no year ({first}). On which day does {first} begin? --start-date YYYY-MM-DD says it on the command line.",
        column=column,
        examples=[first],
        kind="start",
        choices=[(start.isoformat(), _means(first, start, days(periods, start), unit), {"start_date": start}) for start in starts],
    )


def _means(first: str, start: date, begins: Days, unit: str) -> str:
    return f"{first} begins on {long(start)}, and the last {unit} on {long(begins.max().item())}"


def _in_calendar(number: int, span: int, today: date) -> date:
    """The Monday of the calendar week with this number, in the latest year in which the last of the weeks ended before today."""
    days = (date.fromisocalendar(year, min(number, MAX_WEEK - 1), 1) for year in range(today.year, 1, -1))
    return next(day for day in days if day + timedelta(weeks=span + 1) <= today)


def _start(unit: str, span: int, today: date) -> date:
    """The latest first day with which the last period ended before today."""
    if unit == "day":
        return today - timedelta(days=1 + span)
    if unit == "week":
        monday = today - timedelta(days=today.weekday())
        return monday - timedelta(weeks=1 + span)
    return (np.datetime64(today, "M") - 1 - span).astype("datetime64[D]").item()
