"""Dates with the name of their month, in whatever order and language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from forecasting.intake.calendar_names import is_weekday, month_numbers
from forecasting.intake.calendars import Days, days_of

MAX_CHARACTERS: Final = 60
"""Characters of a date at most."""
LEAP_YEAR: Final = 2000
"""The year that stands for the missing one; it has a 29 February."""
MAX_WORDS: Final = 3
"""Words of a date at most, without those that only join its parts."""
MAX_NAMES: Final = 100
"""Distinct words of a column of dates at most: the names of months and days of the week in a few spellings."""
_TOKEN: Final = re.compile(r"[0-9]+|[^0-9\s,/\-–—()]+")
_MARKS: Final = ".'’`,،"
_FILLERS: Final = (
    "a al am au d d' da gada de del den der do d’ e el er god godine ik il j l' le m nd ngày năm o of r rd re roku sd st th the"
    " van y yil ª ° º ère í "
    "г гг го год года и й р року рік ที่ พ.ศ พศ วันที่"
)
"""Words and endings between the parts of a date."""


@dataclass(frozen=True, eq=False)
class NamedDates:
    """What texts with the name of a month are, NaT where they are nothing of it.

    Args:
        days: Whole dates, shape (n,).
        months: First days of months without a day, shape (n,).
        yearless: Days without a year, in the year 2000, shape (n,).
    """

    days: Days
    months: Days
    yearless: Days


def read(texts: pa.Array) -> NamedDates:
    """The dates in distinct bare texts."""
    fillers = frozenset(_FILLERS.split())
    split = [_tokens(text, fillers) for text in texts.to_pylist()]
    words = {word for tokens in split for word in tokens if not word.isdecimal()}
    months = month_numbers(sorted(words)) if 0 < len(words) <= MAX_NAMES else {}
    first = {named[0] for tokens in split if len(named := [word for word in tokens if word in months]) > 1}
    weekdays = {word for word in first | (words - months.keys()) if is_weekday(word)} if months else set()
    parts = [_parts(tokens, months, weekdays) if months else None for tokens in split]
    year, month, day = (np.array([part[place] if part else 0 for part in parts], dtype=np.int64) for place in range(3))
    by_name = month > 0
    whole, yearly = by_name & (day > 0) & (year >= 0), by_name & (day == 0)
    short = by_name & (year < 0)
    if short.any() and _are_years(texts, parts, short):
        year, day, yearly, short = np.where(short, day, year), np.where(short, 0, day), yearly | short, short & False
    return NamedDates(
        days_of(year, month, day, whole),
        days_of(year, month, np.ones_like(day), yearly),
        days_of(np.full_like(year, LEAP_YEAR), month, day, short),
    )


def _tokens(text: str, fillers: frozenset[str]) -> list[str]:
    if len(text) > MAX_CHARACTERS or not any(c.isdecimal() for c in text) or not any(c.isalpha() for c in text):
        return []
    tokens = [token for part in _TOKEN.findall(text) if (token := part.strip(_MARKS)) and token.casefold() not in fillers]
    numbers = [token for token in tokens if token.isdecimal()]
    words = len(tokens) - len(numbers)
    of_dates = all(len(number) <= 2 or len(number) == 4 for number in numbers) and 1 <= len(numbers) <= 2
    return tokens if of_dates and 1 <= words <= MAX_WORDS and (words == 1 or len(numbers) == 2) else []


def _parts(tokens: list[str], months: dict[str, int], weekdays: set[str]) -> tuple[int, int, int] | None:
    """Year, month and day of the parts of a text; day 0 if it has none, year -1 if it has none."""
    words = [token for token in tokens if not token.isdecimal()]
    if len(words) > 1 and words[0] in weekdays:
        words = words[1:]
    named = [word for word in words if word in months]
    if len(named) != 1 or any(word not in weekdays for word in words if word not in months):
        return None
    numbers = [token for token in tokens if token.isdecimal()]
    if len(numbers) == 1:
        number = int(numbers[0])
        return (number, months[named[0]], 0) if len(numbers[0]) == 4 else (-1, months[named[0]], number)
    if len(numbers) != 2:
        return None
    year, day = (0, 1) if len(numbers[0]) == 4 else (1, 0)
    if len(numbers[day]) > 2 or len(numbers[year]) not in (2, 4) or re.fullmatch(r"00\d\d", numbers[year]):
        return None
    return int(numbers[year]), months[named[0]], int(numbers[day])


def _are_years(texts: pa.Array, parts: list[tuple[int, int, int] | None], short: np.ndarray) -> bool:
    """Whether the one number of each text is a year: Jan-24, Feb-24 are months, Mar 1, Mar 2 are days."""
    shown = [(text, part) for text, part, is_short in zip(texts.to_pylist(), parts, short, strict=True) if is_short and part]
    if any(part[0] > 0 for part in parts if part):
        return True
    if any(not re.search(r"^\D+[0-9]{2}$", text) for text, _ in shown):
        return False
    return len({part[1] for _, part in shown}) >= len({part[2] for _, part in shown})
