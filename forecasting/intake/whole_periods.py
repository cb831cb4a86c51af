"""Months, weeks and ranges of days, which stand for their first day, and quarters, which cannot."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
from pyarrow import compute

from forecasting.core.errors import InputError
from forecasting.intake.calendars import NO_DAY, Days, days_of, integers, years
from forecasting.intake.column_words import words_of
from forecasting.intake.date_order import long
from forecasting.intake.names import holds

_MONTHS: Final = (r"^(?P<y>\d{4})[-/](?P<m>\d{1,2})$", r"^(?P<m>\d{1,2})[-/](?P<y>\d{4})$", r"^(?P<y>\d{4})[- ]?[Mm](?P<m>\d{1,2})$")
_SHORT_MONTH: Final = r"^(?P<m>\d{1,2})[-/'](?P<y>\d{2})$"
_WEEK: Final = (
    r"(?:week|weeks|wk|w|kw|kalenderwoche|woche|cw|semaine|sem|s|semana|settimana|sett|vecka|v|uge|uke|viikko|vko|vk|týden|týždeň|tydzień|tydz|"
    r"неделя|нед|тиждень|hafta|hét|hét|minggu|săptămâna|tjedan|εβδομάδα|第)"
)
_ISO_WEEK: Final = r"^(?P<y>\d{4})[- ]?[Ww](?P<w>\d{1,2})(?:-(?P<d>[1-7]))?$"
_WEEKS: Final = (
    _ISO_WEEK,
    rf"(?i)^{_WEEK}\.?[ -]*(?P<w>\d{{1,2}})\.?(?:[ ,/\-.]*(?:of |de |von |in |/)?)(?P<y>\d{{4}})(?P<d>)$",
    rf"(?i)^{_WEEK}\.?[ -]*(?P<w>\d{{2}})[/\-' ](?P<y>\d{{2}})(?P<d>)$",
    rf"(?i)^{_WEEK}\.?[ -]*(?P<w>\d{{1,2}}),? '(?P<y>\d{{2}})(?P<d>)$",
    rf"(?i)^(?P<y>\d{{4}})年?[ ,/\-.]*{_WEEK}\.?[ -]*(?P<w>\d{{1,2}})(?P<d>)[周週]?$",
    r"(?i)^(?P<w>\d{1,2})\.? ?(?:kw|woche|week|viikko|hét|주)[ ,/\-.]*(?P<y>\d{4})(?P<d>)$",
    r"^(?P<y>\d{4})[-년년 ]+(?P<w>\d{1,2}) ?[주주]차?(?P<d>)$",
)
_NUMBERED_WEEK: Final = r"^(?P<y>(?:19|20)\d{2})(?P<w>0[1-9]|[1-4]\d|5[0-3])$"
_WEEK_WORDS: Final = words_of(
    "week kw woche kalenderwoche semaine semana settimana vecka uge uke viikko tydzien tyden hafta yearweek isoweek jahrwoche yyyyww"
)
MIN_WEEKS: Final = 3
"""Distinct numbers from which 202401, 202402, ... can be known as weeks by themselves."""
LAST_MONTH: Final = 12
_BARE_WEEK: Final = rf"(?i)^{_WEEK}\.?[ -]*\d{{1,2}}\.?[周週주]?$"
_QUARTER: Final = (
    r"(?i)^(?:(?:\d{4}|\d{2})?[ ,/\-.]*(?:q|qtr|quarter|quartal|trimestre|trim|kvartal|kwartał|kw\.? ?kwartał|квартал|кв|第)\.?[ -]*[1-4](?:季度?)?"
    r"(?:[ ,/\-.']*(?:\d{4}|\d{2}))?|(?:\d{4}|\d{2})[ -]?t[1-4]|t[1-4][ /\-.]?(?:\d{4}|\d{2})|"
    r"(?:[1-4]|iv|i{1,3})(?:st|nd|rd|th|er|e|º|o|\.)? ?(?:q|qtr|quarter|quartal|trimestre|trim|kvartal|kwartał|квартал|кв)\.?"
    r"[ ,/\-.]*(?:de |of )?(?:\d{4}|\d{2})?|"
    r"\d{4}年?第?[一二三四1-4]季度?)$"
)
_LONGER: Final = {
    "quarters": _QUARTER,
    "weeks without a year": _BARE_WEEK,
    "half-years": r"(?i)^(?:[HS][12][ /\-']?(?:\d{4}|\d{2})|(?:19|20)\d{2}[ /\-]?H[12]|[12]H[ \-']?(?:\d{4}|\d{2}))$",
    "years": r"(?i)^(?:FY|fiscal year|financial year|GJ|exercice|ejercicio)[ \-']?(?:\d{4}|\d{2})(?:[/\-]\d{2,4})?$",
}
"""What is no day, week or month -> how it is written."""
_RANGE: Final = r"^(?P<a>.*\d.*?)(?: +(?:-|to|bis|au|al|a|až|do|until|till|through|t/m|tot|til|till|по) +| *[~–—→～] *)(?P<b>.*\d.*)$"
_ISO_RANGE: Final = r"^(?P<a>\d{4}-\d{2}-\d{2})/(?P<b>\d{4}-\d{2}-\d{2})$"
_GLUED_RANGE: Final = r"^(?P<a>\d{1,4}[./]\d{1,2}[./]\d{0,4})-(?P<b>\d{1,4}[./]\d{1,2}[./]\d{1,4})$"

_LIKE_RANGE: Final = r"[0-9].*[^0-9.,].*[0-9]"
"""What every range has, and no number: something else between two digits."""
_ONE_MONTH: Final = (
    r"^(?P<month>\p{L}{3,10}\.?) (?P<a>\d{1,2}) ?[-–] ?(?P<b>\d{1,2}),? (?P<y>\d{4})$",
    r"^(?P<a>\d{1,2})\.? ?[-–] ?(?P<b>\d{1,2})\.? (?P<month>\p{L}{3,10}\.?),? (?P<y>\d{4})$",
)
"""Ranges of days of one month, which is named once."""


def months(texts: pa.Array) -> Days:
    """The first day of each month that is written in numbers; NaT for any other text."""
    days = np.full(len(texts), NO_DAY)
    for pattern in _MONTHS:
        fields = compute.extract_regex(texts, pattern)
        month, valid = integers(fields.field("m")), fields.is_valid().to_numpy(zero_copy_only=False)
        days = np.where(valid, days_of(years(fields.field("y")), month, np.ones_like(month), valid), days)
    return days


def short_months(texts: pa.Array) -> Days:
    """The first day of each month such as 03/24, if all texts are so and no year has more of them than there are months; else NaT."""
    fields = compute.extract_regex(texts, _SHORT_MONTH)
    valid = fields.is_valid().to_numpy(zero_copy_only=False)
    filled = compute.not_equal(texts, "").to_numpy(zero_copy_only=False)
    month, year = integers(fields.field("m"))[valid], integers(fields.field("y"))[valid]
    if not valid.any() or (valid != filled).any() or (year <= 12).any() or len(np.unique(month)) < len(np.unique(year)):
        return np.full(len(texts), NO_DAY)
    return days_of(integers(fields.field("y")), integers(fields.field("m")), np.ones(len(texts), dtype=np.int64), valid)


def short_note(texts: pa.Array, column: str, days: Days) -> tuple[str, ...]:
    """What such a month was read as, for a person."""
    place = int(np.flatnonzero(~np.isnat(days))[0])
    return (f"{column} has months and years of two digits: {texts[place].as_py()} was read as {days[place].item():%B %Y}.",)


def weeks(texts: pa.Array) -> Days:
    """The Monday of each ISO week, or the day that its number names; NaT for any other text."""
    days = np.full(len(texts), NO_DAY)
    for pattern in _WEEKS:
        fields = compute.extract_regex(texts, pattern)
        valid = fields.is_valid().to_numpy(zero_copy_only=False)
        if valid.any():
            year, week, day = (integers(fields.field(name)) for name in ("y", "w", "d"))
            days = np.where(np.isnat(days) & valid, _of_week(year, week, np.maximum(day, 1)), days)
    return days


def weeks_note(texts: pa.Array, column: str, days: Days) -> tuple[str, ...]:
    """That weeks are ISO weeks, for a person; nothing where the file writes them in ISO form."""
    other = ~np.isnat(days) & ~compute.match_substring_regex(texts, _ISO_WEEK).to_numpy(zero_copy_only=False)
    if not other.any():
        return ()
    place = int(np.flatnonzero(other)[0])
    return (f"Weeks in {column} were read as ISO weeks, which begin on Mondays: {texts[place].as_py()} begins on {long(days[place].item())}.",)


def refuse(texts: pa.Array, column: str) -> None:
    """Raises InputError if most of the texts are quarters, half-years or years, or weeks without a year."""
    filled = texts.filter(compute.not_equal(texts, ""))
    for what, pattern in _LONGER.items():
        matching = filled.filter(compute.match_substring_regex(filled, pattern))
        if len(matching) > len(filled) / 2:
            raise InputError(
                f"{column} has {what} ({matching[0].as_py()}), and {what} are not supported. Export the sales by day, week or month, "
                f"with dates such as 2026-03-31, 2026-W05 or 2026-03, and upload that."
            )


def are_longer(texts: pa.Array) -> np.ndarray:
    """Which texts are quarters, half-years or years of account, shape (n,)."""
    looks = np.zeros(len(texts), dtype=bool)
    for what in ("quarters", "half-years", "years"):
        looks |= compute.match_substring_regex(texts, _LONGER[what]).to_numpy(zero_copy_only=False)
    return looks


def numbered_weeks(texts: pa.Array, column: str) -> Days:
    """The Monday of each ISO week such as 202405, if all texts are weeks and their column is called so, or they lie close together and some
    cannot be months; else NaT."""
    none = np.full(len(texts), NO_DAY)
    fields = compute.extract_regex(texts, _NUMBERED_WEEK)
    valid = fields.is_valid().to_numpy(zero_copy_only=False)
    filled = compute.not_equal(texts, "").to_numpy(zero_copy_only=False)
    if not filled.any() or not valid[filled].all():
        return none
    year, week = integers(fields.field("y")), integers(fields.field("w"))
    days = np.where(valid, _of_week(year, week, np.ones_like(week)), NO_DAY)
    if np.isnat(days[filled]).any():
        return none
    given = np.unique(days[filled]).astype(np.int64)
    close = len(given) >= MIN_WEEKS and bool(given[-1] - given[0] < 2 * 7 * len(given))
    return days if holds(column, _WEEK_WORDS) or (close and (week[filled] > LAST_MONTH).any()) else none


def ends(texts: pa.Array) -> tuple[pa.Array, pa.Array] | None:
    """The first and the last day of ranges, as texts, "" where a text is none; None if no text is one.

    A first day without a year has the one of the last day: 01.01.-07.01.2024.
    """
    if not compute.any(compute.match_substring_regex(texts, _LIKE_RANGE)).as_py():
        return None
    firsts, lasts = pa.array([""] * len(texts)), pa.array([""] * len(texts))
    for pattern in _ONE_MONTH:
        fields = compute.extract_regex(texts, pattern)
        if fields.null_count == len(fields):
            continue
        behind = [compute.fill_null(fields.field(name), "") for name in ("month", "y")]
        for place, name in enumerate(("a", "b")):
            day = compute.binary_join_element_wise(compute.fill_null(fields.field(name), ""), *behind, " ")
            firsts, lasts = (compute.if_else(fields.is_valid(), day, old) if at == place else old for at, old in enumerate((firsts, lasts)))
    for pattern in (_ISO_RANGE, _GLUED_RANGE, _RANGE):
        fields = compute.extract_regex(texts, pattern)
        fits = compute.and_(fields.is_valid(), compute.equal(firsts, ""))
        firsts = compute.if_else(fits, compute.fill_null(fields.field("a"), ""), firsts)
        lasts = compute.if_else(fits, compute.fill_null(fields.field("b"), ""), lasts)
    if not compute.any(compute.not_equal(firsts, "")).as_py():
        return None
    years = compute.fill_null(compute.extract_regex(lasts, r"(?P<y>\d{4})").field("y"), "")
    joints = compute.if_else(compute.match_substring_regex(firsts, r"\p{L}"), " ", compute.if_else(compute.match_substring(firsts, "/"), "/", "."))
    without = compute.and_(compute.invert(compute.match_substring_regex(firsts, r"\d{4}")), compute.not_equal(years, ""))
    whole = compute.binary_join_element_wise(compute.utf8_rtrim(firsts, " ./"), joints, years, "")
    return compute.if_else(without, whole, firsts), lasts


def _of_week(year: np.ndarray, week: np.ndarray, day: np.ndarray) -> Days:
    fourth = days_of(year, np.ones_like(week), np.full_like(week, 4), week >= 1)
    monday = fourth - (fourth.astype(np.int64) + 3) % 7 + (week - 1) * 7
    same_year = (monday + 3).astype("datetime64[Y]") == fourth.astype("datetime64[Y]")
    return np.where(same_year, monday + (day - 1), NO_DAY)
