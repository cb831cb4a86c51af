"""Days in the many ways that people and programs write them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa
from pyarrow import compute

from forecasting.core.errors import AmbiguousDates, InputError
from forecasting.intake import calendars, date_numbers, date_order, date_texts, eras, named_dates, whole_periods
from forecasting.intake.answers import DateOrder
from forecasting.intake.calendars import NO_DAY, Days, days_of, integers, years

__all__ = ["DateHints", "Days", "DaysRead", "looks_like_days", "parse_days", "read_days"]

LAST_DAY: Final = date(2199, 12, 31)
"""The last plausible day where nobody says which day is today."""
MAX_DATES: Final = 20_000
"""Distinct dates without times of a column at most, for all that is known: 55 years of days. A column with more is probed first."""
PROBED_TEXTS: Final = 2000
"""Distinct texts that are probed."""
_TIME: Final = r"(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?)?(?: ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?$"
_ISO: Final = r"^(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})" + _TIME
_YEAR_FIRST: Final = r"^(?:[^\s0-9.,/\-]+\.?,? +)?(?P<y>\d{4})[-/._ ] ?(?P<m>\d{1,2})[-/._ ] ?(?P<d>\d{1,2})\.?$"
_COMPACT: Final = r"^(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:\.0)?$"
_LIKE_DATES: Final = r"\p{Nd}.*[^0-9].*\p{Nd}|[0-9]{6}|[^0-9]\p{Nd}|\p{Nd}[^0-9]"
"""What every date has: two numbers, a long one, or one next to a word."""
_LIKE_YEAR_LAST: Final = r"[0-9]{1,2}[-/. ] ?[0-9]{1,2}[-/. ] ?[0-9]{2}|^[0-9]{8}$"
_YEARLESS: Final = r"^(?P<a>\d{1,2})(?P<s>[-/.] ?)(?P<b>\d{1,2})\.?$"
_COMPACT_YEARS: Final = (1300, 2700)
"""Years that eight digits may begin with."""


@dataclass(frozen=True, kw_only=True)
class DateHints:
    """What is known of a column of dates.

    Args:
        column: Its name, for messages.
        order: What comes first in 03/04/05, if a person said so.
        last_plausible: Days beyond are mistakes.
        numbers: Whether 46082, 1772366400 and 202403 are days, as programs write them.
        year_first: Whether two digits in front may be the year where nobody said what comes first.
        lenient: Whether quarters and the like are left without a day, instead of refused.
        ranges: Whether a text can be a range of days.
    """

    column: str
    order: DateOrder | None = None
    last_plausible: date = LAST_DAY
    numbers: bool = False
    year_first: bool = True
    lenient: bool = False
    ranges: bool = True


@dataclass(frozen=True, eq=False)
class DaysRead:
    """The days of texts.

    Args:
        days: NaT where there is none, shape (n,), unit day.
        yearless: Days without a year, in the year 2000, shape (n,), if those are all that there is; else None.
        notes: What a person should know, a sentence each.
    """

    days: Days
    yearless: Days | None = None
    notes: tuple[str, ...] = ()


def read_days(texts: pa.Array, hints: DateHints) -> DaysRead:
    """The day of each text.

    A time of day and its zone are dropped: the day is the one that was written. Dates of three numbers with the year last are read in the
    order, day first or month first, that fits more of the column, so a single 31/12 decides for all. Dots mean day first wherever dates are
    written with them. A column of nothing but months ("Jan 2026"), weeks ("2026-W05") or ranges of days is read as their first days.

    Args:
        texts: Distinct texts.
        hints: What is known of their column.

    Raises:
        AmbiguousDates: Several orders fit equally well and give different days.
        InputError: The column has quarters, or years of the Islamic calendar.
    """
    read = _days_read(texts, hints)
    if not hints.lenient and calendars.has_islamic_years(read.days):
        raise InputError(
            f"{hints.column} has years of the Islamic calendar, which cannot be converted for sure: its months begin when the moon is seen. Export "
            "the sales with dates such as 2026-03-31 and upload that."
        )
    return read


def _days_read(texts: pa.Array, hints: DateHints) -> DaysRead:
    trimmed = compute.utf8_trim_whitespace(texts)
    filled = compute.not_equal(trimmed, "").to_numpy(zero_copy_only=False)
    days = _by_fields(trimmed, _ISO)
    if not np.isnat(days[filled]).any():
        return DaysRead(days, notes=calendars.notes(trimmed, hints.column, days))
    western = eras.western(trimmed, numbers=hints.numbers)
    read = _of_many(western, days, hints)
    return read if western is trimmed else replace(read, notes=(*read.notes, *eras.note(trimmed, western, hints.column, read.days)))


def _of_many(trimmed: pa.Array, days: Days, hints: DateHints) -> DaysRead:
    """The day of each text by its date alone, which many have in common where there are times; `days` are those that ISO dates have."""
    timeless = date_texts.without_times(trimmed).dictionary_encode()
    if len(timeless.dictionary) > MAX_DATES and np.isnat(_read(date_texts.bare(timeless.dictionary[:PROBED_TEXTS]), hints).days).all():
        return DaysRead(days)
    read = _read(date_texts.bare(timeless.dictionary), hints)
    places = timeless.indices.to_numpy(zero_copy_only=False)
    return DaysRead(read.days[places], None if read.yearless is None else read.yearless[places], read.notes)


def parse_days(texts: pa.Array, *, column: str, day_first: bool | None = None, serial: bool = False) -> Days:
    """The day of each text as `read_days` gives it.

    Args:
        texts: Distinct texts.
        column: The name of their column, for messages.
        day_first: Whether the day comes first, if the person said so; None to find out.
        serial: Whether numbers are days, as programs write them.

    Raises:
        AmbiguousDates: Several orders fit equally well and give different days.
        InputError: The column has quarters, or years of the Islamic calendar.
    """
    order: DateOrder | None = None if day_first is None else "day" if day_first else "month"
    return read_days(texts, DateHints(column=column, order=order, numbers=serial, year_first=False)).days


def looks_like_days(texts: pa.Array) -> np.ndarray:
    """Which texts are days in any order, months, weeks or quarters, shape (n,)."""
    looks = np.zeros(len(texts), dtype=bool)
    if not _any(texts, _LIKE_DATES):
        return looks
    looks |= whole_periods.are_longer(texts)
    for order in ("day", "month") if _any(texts, _LIKE_YEAR_LAST) else ("day",):
        read = read_days(texts, DateHints(column="", order=order, lenient=True))
        looks |= ~np.isnat(read.days)
        if read.yearless is not None:
            looks |= ~np.isnat(read.yearless) & compute.match_substring_regex(texts, r"\p{L}").to_numpy(zero_copy_only=False)
    trimmed = compute.utf8_trim_whitespace(texts)
    if date_numbers.are_months(trimmed, LAST_DAY):
        looks |= ~np.isnat(date_numbers.months(trimmed, LAST_DAY))
    return looks | ~np.isnat(whole_periods.numbered_weeks(trimmed, ""))


def _any(texts: pa.Array, pattern: str) -> bool:
    return bool(compute.any(compute.match_substring_regex(texts, pattern)).as_py())


def _read(texts: pa.Array, hints: DateHints) -> DaysRead:
    """The day of each bare text."""
    if not hints.lenient:
        whole_periods.refuse(texts, hints.column)
    days = _by_fields(texts, _YEAR_FIRST)
    _fill(days, _compact(texts))
    last = hints.last_plausible if hints.year_first else None
    open_ = _open(texts, days)
    if hints.numbers and np.isnat(_numbered_periods(texts, hints)).all():
        open_ = date_numbers.divided(open_)
    _fill(days, date_order.year_last(open_, column=hints.column, order=hints.order, last_plausible=last))
    named = named_dates.read(_open(texts, days))
    _fill(days, named.days)
    lines: tuple[str, ...] = ()
    if hints.numbers:
        numbers, lines = date_numbers.read(_open(texts, days), hints.column, hints.last_plausible)
        _fill(days, numbers)
    if not np.isnat(days).all():
        return DaysRead(days, notes=(*lines, *calendars.notes(texts, hints.column, days)))
    return _whole_periods(texts, named, hints)


def _whole_periods(texts: pa.Array, named: named_dates.NamedDates, hints: DateHints) -> DaysRead:
    """The first days of months, weeks and ranges, or days without a year, of a column that has no whole dates."""
    days = named.months.copy()
    _fill(days, whole_periods.months(texts))
    weeks = whole_periods.weeks(texts)
    if hints.numbers:
        numbered = whole_periods.numbered_weeks(texts, hints.column)
        _fill(weeks, numbered)
        _fill(days, _numbered_periods(texts, hints))
    _fill(days, weeks)
    if not np.isnat(days).all():
        notes = (*whole_periods.weeks_note(texts, hints.column, weeks), *calendars.notes(texts, hints.column, days))
        return DaysRead(days, notes=notes)
    if hints.ranges and (ends := whole_periods.ends(texts)) is not None:
        return _ranges(texts, ends, hints)
    short = whole_periods.short_months(texts)
    if not np.isnat(short).all():
        return DaysRead(short, notes=whole_periods.short_note(texts, hints.column, short))
    if not np.isnat(named.yearless).all():
        return DaysRead(days, named.yearless)
    yearless = _yearless(texts, hints)
    return DaysRead(days, yearless if yearless is not None and not np.isnat(yearless).all() else None)


def _numbered_periods(texts: pa.Array, hints: DateHints) -> Days:
    """The first days of weeks such as 202405, or of months such as 202403, where all texts are such; else NaT."""
    weeks = whole_periods.numbered_weeks(texts, hints.column)
    return date_numbers.months(texts, hints.last_plausible) if np.isnat(weeks).all() else weeks


def _ranges(texts: pa.Array, ends: tuple[pa.Array, pa.Array], hints: DateHints) -> DaysRead:
    """The first day of each range; both ends show the order of day and month."""
    read = read_days(pa.concat_arrays(ends), replace(hints, ranges=False)).days
    first, last = read[: len(texts)], read[len(texts) :]
    year_before = _year_before(first)
    first = np.where((first > last) & (last - year_before < np.timedelta64(366, "D")), year_before, first)
    days = np.where(first <= last, first, NO_DAY)
    places = np.flatnonzero(~np.isnat(days))
    if not len(places):
        return DaysRead(days)
    example = f"{texts[int(places[0])].as_py()} is {date_order.long(days[places[0]].item())}"
    return DaysRead(days, notes=(f"Ranges of days in {hints.column} were read as their first days: {example}.",))


def _year_before(days: Days) -> Days:
    months = days.astype("datetime64[M]")
    return (months - 12).astype("datetime64[D]") + (days - months)


def _yearless(texts: pa.Array, hints: DateHints) -> Days | None:
    """Days such as 03-01 or 1/3 in the year 2000; None if there are none."""
    fields = compute.extract_regex(texts, _YEARLESS)
    if fields.null_count == len(fields):
        return None
    separators = compute.fill_null(compute.utf8_trim(fields.field("s"), " "), "")
    parts = [compute.fill_null(fields.field(name), "") for name in ("a", "b")]
    whole = compute.binary_join_element_wise(*parts, pa.array([str(named_dates.LEAP_YEAR)] * len(texts)), separators)
    order = None if hints.order == "year" else hints.order
    dates = compute.if_else(fields.is_valid(), whole, "")
    try:
        return date_order.year_last(dates, column=hints.column, order=order, last_plausible=hints.last_plausible)
    except AmbiguousDates as error:
        raise error.without(rf"[-/. ]*{named_dates.LEAP_YEAR}") from error


def _open(texts: pa.Array, days: Days) -> pa.Array:
    """The texts that have no day yet, the others empty."""
    return compute.if_else(pa.array(np.isnat(days)), texts, "")


def _fill(days: Days, parsed: Days) -> None:
    open_ = np.isnat(days)
    days[open_] = parsed[open_]


def _compact(texts: pa.Array) -> Days:
    """Days such as 20260301; NaT for other numbers of eight digits."""
    days = _by_fields(texts, _COMPACT)
    years = days.astype("datetime64[Y]").astype(int) + 1970
    return np.where((years >= _COMPACT_YEARS[0]) & (years <= _COMPACT_YEARS[1]), days, NO_DAY)


def _by_fields(texts: pa.Array, pattern: str) -> Days:
    fields = compute.extract_regex(texts, pattern)
    if fields.null_count == len(fields):
        return np.full(len(texts), NO_DAY)
    month, day = (integers(fields.field(name)) for name in ("m", "d"))
    return days_of(years(fields.field("y")), month, day, fields.is_valid().to_numpy(zero_copy_only=False))
