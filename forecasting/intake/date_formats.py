"""Days in the many ways that people and programs write them."""

from __future__ import annotations

import unicodedata
from typing import Final

import numpy as np
import pyarrow as pa
from pyarrow import compute

from forecasting.core.errors import AmbiguousDates

Days = np.ndarray[tuple[int, ...], np.dtype[np.datetime64]]

_TIME: Final = r"(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?)?(?: ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?$"
_WEEKDAY: Final = r"^(?:\p{L}+\.?,? +)?"
_YEAR_FIRST: Final = r"^(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})" + _TIME
_COMPACT: Final = r"^(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:\.0)?" + _TIME
_YEAR_LAST: Final = _WEEKDAY + r"(?P<a>\d{1,2})(?P<sep>[-/.]) ?(?P<b>\d{1,2})[-/.] ?(?P<y>\d{4}|\d{2})" + _TIME
_NAMED: Final = _WEEKDAY + r"(?P<d>\d{1,2})\.?[-/ ]*(?P<m>\p{L}{3,})\.?,?[-/ ]*(?P<y>\d{4}|\d{2})" + _TIME
_NAMED_FIRST: Final = r"^(?P<m>\p{L}{3,})\.?[-/ ]*(?P<d>\d{1,2})(?:st|nd|rd|th)?,?[-/ ]+(?P<y>\d{4})" + _TIME
_WHOLE_MONTHS: Final = (
    r"^(?P<y>\d{4})[-/](?P<m>\d{1,2})$",
    r"^(?P<m>\d{1,2})[-/](?P<y>\d{4})$",
    r"^(?P<m>\p{L}{3,})\.?[-/ ']*(?P<y>\d{4}|\d{2})$",
    r"^(?P<y>\d{4})[-/ ]*(?P<m>\p{L}{3,})\.?$",
)
_ISO_WEEK: Final = r"^(?P<y>\d{4})[- ]?[Ww](?P<w>\d{1,2})$"
_SERIAL: Final = r"^(?P<n>\d{5})(?:\.\d+)?$"
_SERIAL_ZERO: Final = np.datetime64("1899-12-30", "D")
"""Day 0 of workbooks, right for every day since March 1900."""

_MONTHS: Final = (
    "january januar janvier enero gennaio januari janeiro",
    "february februar fevrier febrero febbraio februari fevereiro",
    "march marz maerz mars marzo maart marco mrz",
    "april avril abril aprile",
    "may mai mayo maggio mei maio",
    "june juni juin junio giugno junho",
    "july juli juillet julio luglio julho",
    "august aout agosto augustus",
    "september septembre septiembre settembre setembro",
    "october oktober octobre octubre ottobre outubro",
    "november novembre noviembre novembro",
    "december dezember decembre diciembre dicembre dezembro",
)


def parse_days(texts: pa.Array, *, column: str, day_first: bool | None = None, serial: bool = False) -> Days:
    """The day of each text, NaT where there is none, shape (n,), unit day.

    A time of day and its zone are dropped: the day is the one that was written. Dates with the year last are read in the order, day first
    or month first, that fits more of the column, so a single 31/12 decides for all. Dots mean day first wherever dates are written with
    them. A column of nothing but months ("Jan 2026") or ISO weeks ("2026-W05") is read as their first days.

    Args:
        texts: Distinct texts.
        column: The name of their column, for the text of AmbiguousDates.
        day_first: Whether the day comes first, if the person said so; None to find out.
        serial: Whether five digits are a day number of a workbook.

    Raises:
        AmbiguousDates: Both orders fit equally well and give different days.
    """
    trimmed = compute.utf8_trim_whitespace(texts)
    days = np.full(len(texts), np.datetime64("NaT", "D"))
    for pattern in (_YEAR_FIRST, _COMPACT, _NAMED, _NAMED_FIRST):
        _fill(days, _by_fields(trimmed, pattern))
        if not np.isnat(days).any():
            return days
    _fill(days, _year_last(trimmed, column, day_first))
    if serial:
        _fill(days, _serials(trimmed))
    if np.isnat(days).all():
        _fill(days, _months_or_weeks(trimmed))
    return days


def looks_like_days(texts: pa.Array) -> np.ndarray:
    """Which texts are days in any order, shape (n,)."""
    return ~np.isnat(parse_days(texts, column="", day_first=True)) | ~np.isnat(parse_days(texts, column="", day_first=False))


def _fill(days: Days, parsed: Days) -> None:
    open_ = np.isnat(days)
    days[open_] = parsed[open_]


def _by_fields(texts: pa.Array, pattern: str) -> Days:
    fields = compute.extract_regex(texts, pattern)
    if fields.null_count == len(fields):
        return np.full(len(texts), np.datetime64("NaT", "D"))
    months = fields.field("m")
    named = pattern in (_NAMED, _NAMED_FIRST)
    month = _month_numbers(months) if named else _integers(months)
    return _days(_integers(fields.field("y")), month, _integers(fields.field("d")), fields.is_valid().to_numpy(zero_copy_only=False))


def _year_last(texts: pa.Array, column: str, day_first: bool | None) -> Days:
    fields = compute.extract_regex(texts, _YEAR_LAST)
    valid = fields.is_valid().to_numpy(zero_copy_only=False)
    if not valid.any():
        return np.full(len(texts), np.datetime64("NaT", "D"))
    first, second, year = (_integers(fields.field(name)) for name in ("a", "b", "y"))
    by_day, by_month = _days(year, second, first, valid), _days(year, first, second, valid)
    if day_first is None:
        dots = bool(compute.all(compute.equal(fields.field("sep").filter(pa.array(valid)), ".")).as_py())
        day_first = _order(by_day, by_month, dots=dots)
    if day_first is None:
        shown = texts.filter(pa.array(valid & (by_day != by_month))).to_pylist()[:3]
        raise AmbiguousDates(
            f"The dates in {column} can be read two ways: is {shown[0]} {_long(by_day, by_month, first=True)} or "
            f"{_long(by_day, by_month, first=False)}? Say whether the day or the month comes first.",
            column=column,
            examples=shown,
            readings=[f"{shown[0]} is {_long(by_day, by_month, first=first)}" for first in (True, False)],
        )
    return by_day if day_first else by_month


def _order(by_day: Days, by_month: Days, *, dots: bool) -> bool | None:
    """Whether the day comes first; None if the dates do not decide it."""
    for_day = int((~np.isnat(by_day) & np.isnat(by_month)).sum())
    for_month = int((~np.isnat(by_month) & np.isnat(by_day)).sum())
    if for_day != for_month:
        return for_day > for_month
    both = ~np.isnat(by_day) & ~np.isnat(by_month)
    return True if dots or (not (by_day != by_month)[both].any() and not for_day) else None


def _long(by_day: Days, by_month: Days, *, first: bool) -> str:
    place = int(np.flatnonzero(~np.isnat(by_day) & ~np.isnat(by_month) & (by_day != by_month))[0])
    day = (by_day if first else by_month)[place].item()
    return f"{day.day} {day:%B %Y}"


def _serials(texts: pa.Array) -> Days:
    fields = compute.extract_regex(texts, _SERIAL)
    days = _SERIAL_ZERO + _integers(fields.field("n")).astype("timedelta64[D]")
    return np.where(fields.is_valid().to_numpy(zero_copy_only=False), days, np.datetime64("NaT", "D"))


def _months_or_weeks(texts: pa.Array) -> Days:
    """The first day of each month or ISO week that has no day."""
    days = np.full(len(texts), np.datetime64("NaT", "D"))
    for pattern in _WHOLE_MONTHS:
        fields = compute.extract_regex(texts, pattern)
        month = _month_numbers(fields.field("m")) if r"\p{L}" in pattern else _integers(fields.field("m"))
        year, valid = _integers(fields.field("y")), fields.is_valid().to_numpy(zero_copy_only=False)
        _fill(days, _days(year, month, np.ones_like(month), valid))
    fields = compute.extract_regex(texts, _ISO_WEEK)
    year, week = _integers(fields.field("y")), _integers(fields.field("w"))
    fourth = _days(year, np.ones_like(week), np.full_like(week, 4), week >= 1)
    monday = fourth - (fourth.astype(np.int64) + 3) % 7 + (week - 1) * 7
    same_year = (monday + 3).astype("datetime64[Y]") == fourth.astype("datetime64[Y]")
    _fill(days, np.where(same_year, monday, np.datetime64("NaT", "D")))
    return days


def _integers(texts: pa.Array) -> np.ndarray:
    filled = compute.if_else(compute.equal(compute.fill_null(texts, ""), ""), "0", compute.fill_null(texts, "0"))
    return filled.cast(pa.int64()).to_numpy(zero_copy_only=False)


def _month_numbers(texts: pa.Array) -> np.ndarray:
    """The month of each text, 1 to 12; 0 if it is no name of a month in a known language."""
    encoded = compute.fill_null(texts, "").dictionary_encode()
    numbers = np.array([_month(name) for name in encoded.dictionary.to_pylist()], dtype=np.int64)
    return numbers[encoded.indices.to_numpy(zero_copy_only=False)]


def _month(name: str) -> int:
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    numbers = {number for number, names in enumerate(_MONTHS, 1) for full in names.split() if len(plain) >= 3 and full.startswith(plain)}
    return numbers.pop() if len(numbers) == 1 else 0


def _days(year: np.ndarray, month: np.ndarray, day: np.ndarray, valid: np.ndarray) -> Days:
    """Days from their numbers of year, month and day; NaT where the calendar has no such day."""
    year = np.where(valid & (year < 100), year + 2000, year)
    good = valid & (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1)
    starts = ((np.where(good, year, 1970) - 1970) * 12 + np.where(good, month, 1) - 1).astype("datetime64[M]")
    days = starts.astype("datetime64[D]") + (day - 1).astype("timedelta64[D]")
    return np.where(good & (days.astype("datetime64[M]") == starts), days, np.datetime64("NaT", "D"))
