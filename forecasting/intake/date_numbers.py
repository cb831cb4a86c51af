"""Days that programs write as one number: day numbers of workbooks, seconds since 1970, months such as 202403."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa
from pyarrow import compute

from forecasting.intake.calendars import NO_DAY, Days, days_of, integers
from forecasting.intake.date_order import long

FIRST_PLAUSIBLE: Final = np.datetime64("1990-01-01", "D")
SERIAL_ZERO: Final = np.datetime64("1899-12-30", "D")
"""Day 0 of workbooks, right for every day since March 1900."""
SECONDS_A_DAY: Final = 86_400
MIN_MONTHS: Final = 3
"""Distinct numbers from which 202401, 202402, ... can be known as months by themselves."""
_SERIAL: Final = r"^(?P<n>\d{5})(?:[.,]\d+)?$"
_EPOCHS: Final = {9: 1, 10: 1, 12: 10**3, 13: 10**3, 16: 10**6, 19: 10**9}
"""Digits of a moment since 1990 -> its units in a second."""
_NAMES: Final = {1: "seconds", 10**3: "milliseconds", 10**6: "microseconds", 10**9: "nanoseconds"}
LAST_MOMENT: Final = date(2040, 12, 31)
"""The last day until which a column of numbers is one of days for its name alone."""
_MONTHS: Final = (
    r"^(?P<y>(?:19|20|25)\d{2})[. ]?(?P<m>0[1-9]|1[0-2])$",
    r"^(?P<m>0[1-9]|1[0-2])[. ]?(?P<y>(?:19|20|25)\d{2})$",
)
_SIX_DIGITS: Final = r"^(\d{2})(\d{2})(\d{2})$"


def read(texts: pa.Array, column: str, last_plausible: date) -> tuple[Days, tuple[str, ...]]:
    """The day of each text that is such a number and a plausible day, NaT for any other, and notes for a person.

    Args:
        texts: Distinct bare texts.
        column: The name of their column.
        last_plausible: Days beyond are none.
    """
    serial = _plausible(_serials(texts), last_plausible)
    lines = _note(texts, serial, f"{column} has day numbers of a workbook")
    days = serial
    for digits, units in _EPOCHS.items():
        moment = _plausible(_moments(texts, digits, units), last_plausible)
        lines += _note(texts, moment, f"{column} has {_NAMES[units]} since 1970, read as days in UTC") if not lines else ()
        days = np.where(np.isnat(days), moment, days)
    return days, lines


def months(texts: pa.Array, last_plausible: date) -> Days:
    """The first day of each month such as 202403, 03.2024 or 032024, if all texts are months of one form; else NaT."""
    filled = compute.not_equal(texts, "").to_numpy(zero_copy_only=False)
    for pattern in _MONTHS:
        fields = compute.extract_regex(texts, pattern)
        valid = fields.is_valid().to_numpy(zero_copy_only=False)
        month = integers(fields.field("m"))
        days = _plausible(days_of(integers(fields.field("y")), month, np.ones_like(month), valid), last_plausible)
        if filled.any() and not np.isnat(days[filled]).any():
            return days
    return np.full(len(texts), NO_DAY)


def divided(texts: pa.Array) -> pa.Array:
    """Texts of six digits with strokes between each two of them, 26/03/01, if all are such dates and no months or weeks; else as they are."""
    filled = texts.filter(compute.not_equal(texts, ""))
    if not len(filled) or not compute.all(compute.match_substring_regex(filled, _SIX_DIGITS)).as_py():
        return texts
    return compute.replace_substring_regex(texts, _SIX_DIGITS, r"\1/\2/\3")


def are_moments(texts: pa.Array) -> bool:
    """Whether all texts are seconds since 1970, or in smaller units, or days of a workbook, that a date may be."""
    if not len(texts):
        return False
    days, _ = read(texts, "", LAST_MOMENT)
    return not np.isnat(days).any()


def are_months(texts: pa.Array, last_plausible: date) -> bool:
    """Whether texts are months such as 202403 with few gaps between them, which numbers of anything else are not."""
    days = months(texts, last_plausible)
    given = np.unique(days[~np.isnat(days)].astype("datetime64[M]").astype(int))
    return len(given) >= MIN_MONTHS and bool(given[-1] - given[0] < 2 * len(given))


def _serials(texts: pa.Array) -> Days:
    fields = compute.extract_regex(texts, _SERIAL)
    days = SERIAL_ZERO + integers(fields.field("n")).astype("timedelta64[D]")
    return np.where(fields.is_valid().to_numpy(zero_copy_only=False), days, NO_DAY)


def _moments(texts: pa.Array, digits: int, units: int) -> Days:
    fields = compute.extract_regex(texts, rf"^(?P<n>[0-9]{{{digits}}})(?:\.\d+)?$")
    valid = fields.is_valid().to_numpy(zero_copy_only=False)
    if not valid.any():
        return np.full(len(texts), NO_DAY)
    numbers = compute.if_else(compute.less_equal(fields.field("n"), str(2**63 - 1)), fields.field("n"), "0") if digits == 19 else fields.field("n")
    days = np.datetime64("1970-01-01", "D") + (integers(numbers) // (units * SECONDS_A_DAY)).astype("timedelta64[D]")
    return np.where(valid, days, NO_DAY)


def _plausible(days: Days, last: date) -> Days:
    return np.where((days >= FIRST_PLAUSIBLE) & (days <= np.datetime64(last, "D")), days, NO_DAY)


def _note(texts: pa.Array, days: Days, what: str) -> tuple[str, ...]:
    places = np.flatnonzero(~np.isnat(days))
    return (f"{what}: {texts[int(places[0])].as_py()} is {long(days[places[0]].item())}.",) if len(places) else ()
