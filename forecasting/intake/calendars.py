"""Days from numbers of years, months and days, in the calendars that shops write."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
from pyarrow import compute

Days = np.ndarray[tuple[int, ...], np.dtype[np.datetime64]]

PERSIAN: Final = "Persian"
NO_DAY: Final = np.datetime64("NaT", "D")
BUDDHIST_YEARS: Final = (2450, 2643)
"""Years that can only be meant in the Thai calendar: 1907 to 2100."""
BUDDHIST_AHEAD: Final = 543
PERSIAN_YEARS: Final = (1300, 1409)
"""Years that are meant in the Persian calendar, 1921 to 2031. From 1410 on they are those of the Islamic calendar, 1989 and later."""
ISLAMIC_YEARS: Final = (1410, 1460)
NOTED_TEXTS: Final = 1000
"""Distinct texts that are looked at for years of another calendar."""
_PERSIAN_EPOCH: Final = np.datetime64("2025-03-21", "D")
"""The first day of the Persian year 1404."""
_LEAP_REMAINDERS: Final = (1, 5, 9, 13, 17, 22, 26, 30)
"""What leap years of the Persian calendar leave when divided by 33; right for the years 1244 to 1530."""
_YEAR: Final = r"(?:^|[^0-9])(?P<y>{})(?:[^0-9]|$)"


def days_of(year: np.ndarray, month: np.ndarray, day: np.ndarray, valid: np.ndarray) -> Days:
    """Days from their numbers, shape (n,); NaT where the calendar has no such day. Years of two digits are those from 2000 on."""
    year = np.where(valid & (year >= 0) & (year < 100), year + 2000, year)
    year = np.where(_within(year, BUDDHIST_YEARS), year - BUDDHIST_AHEAD, year)
    good = valid & (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1)
    starts = ((np.where(good, year, 1970) - 1970) * 12 + np.where(good, month, 1) - 1).astype("datetime64[M]")
    days = starts.astype("datetime64[D]") + (day - 1).astype("timedelta64[D]")
    days = np.where(good & (days.astype("datetime64[M]") == starts), days, NO_DAY)
    persian = _within(year, PERSIAN_YEARS)
    return np.where(persian, _persian(year, month, day, good & persian), days) if persian.any() else days


def notes(texts: pa.Array, column: str, days: Days) -> tuple[str, ...]:
    """That years of another calendar were converted, for a person."""
    texts, days = texts[:NOTED_TEXTS], days[:NOTED_TEXTS]
    lines = []
    for name, (first, last) in (("Thai (Buddhist)", BUDDHIST_YEARS), (PERSIAN, PERSIAN_YEARS)):
        place = _first_with_year(texts, first, last, days)
        if place is not None:
            day = days[place].item()
            lines.append(f"{column} has {name} years: {texts[place].as_py()} is {day.day} {day:%B %Y}.")
    return tuple(lines)


def has_islamic_years(days: Days) -> bool:
    """Whether most of the days have a year that is meant in the Islamic calendar."""
    given = days[~np.isnat(days)]
    years = given.astype("datetime64[Y]").astype(int) + 1970
    return len(given) > 0 and float(_within(years, ISLAMIC_YEARS).mean()) > 1 / 2


def _first_with_year(texts: pa.Array, first: int, last: int, days: Days) -> int | None:
    fields = compute.extract_regex(texts, _YEAR.format(r"[0-9]{4}"))
    if fields.null_count == len(fields):
        return None
    years = integers(fields.field("y"))
    places = np.flatnonzero(_within(years, (first, last)) & ~np.isnat(days))
    return int(places[0]) if len(places) else None


def _persian(year: np.ndarray, month: np.ndarray, day: np.ndarray, valid: np.ndarray) -> Days:
    """Days of the Persian calendar: six months of 31 days, five of 30, and one of 29, or 30 in leap years."""
    leap = np.isin(year % 33, _LEAP_REMAINDERS)
    length = np.where(month <= 6, 31, np.where(month < 12, 30, np.where(leap, 30, 29)))
    before = (month - 1) * 30 + np.minimum(month - 1, 6) + day - 1
    leaps = np.concatenate([[0], np.cumsum(np.isin(np.arange(*_around(PERSIAN_YEARS)) % 33, _LEAP_REMAINDERS))])
    place = np.clip(year - PERSIAN_YEARS[0], 0, PERSIAN_YEARS[1] - PERSIAN_YEARS[0])
    since = (year - 1404) * 365 + leaps[place] - leaps[1404 - PERSIAN_YEARS[0]]
    return np.where(valid & (day <= length), _PERSIAN_EPOCH + (since + before).astype("timedelta64[D]"), NO_DAY)


def _around(years: tuple[int, int]) -> tuple[int, int]:
    return years[0], years[1] + 1


def _within(year: np.ndarray, years: tuple[int, int]) -> np.ndarray:
    return (year >= years[0]) & (year <= years[1])


def years(texts: pa.Array) -> np.ndarray:
    """The year of each text, 0 where there is none, and -1 for 0001, which programs write for no date, and 0026, of which nobody knows what it is."""
    written_out = compute.match_substring_regex(compute.fill_null(texts, ""), r"^00\d\d").to_numpy(zero_copy_only=False)
    return np.where(written_out, -1, integers(texts))


def integers(texts: pa.Array) -> np.ndarray:
    """The whole number of each text, 0 where there is none."""
    filled = compute.if_else(compute.equal(compute.fill_null(texts, ""), ""), "0", compute.fill_null(texts, "0"))
    return filled.cast(pa.int64()).to_numpy(zero_copy_only=False)
