"""Texts of dates without what is not needed to read the day: times, zones, days of the week, marks of other scripts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pyarrow as pa
from pyarrow import compute

from forecasting.intake.calendar_names import is_weekday
from forecasting.intake.number_formats import western_digits

_HALF_DAY: Final = r"(?: ?(?:[AaPp]\.? ?[Mm]\.?|[^\s0-9:.,]\. ?[^\s0-9:.,]\.|Uhr|hrs?|h|น\.))?"
_ZONE: Final = (
    r"(?: ?(?:Z|[A-Z]{2,5}))? ?(?:[+\-\x{2212}]\d{1,2}(?::?\d{2})?)?(?: [A-Z]{2,5})?"
    r"(?: ?\([^)]*\))?(?: ?\[[^\]]*\])?(?: [A-Z][A-Za-z]+/[A-Za-z_/]+)?$"
)
_CLOCK: Final = (
    r"(?:[T ,]+|_)(?:(?:at|um|kl\.?|klo|à|às|a las|alle|om|o) )?(?:[^\s0-9:.,]{2}\.? ?|[^\s0-9:.,]\. ?[^\s0-9:.,]\. ?)?"
    r"\d{1,2}[:h]\d{2}(?::\d{2}(?:[.,:]\d+)?)?"
)
_TIME_AFTER: Final = _CLOCK + _HALF_DAY + _ZONE
_WEEK_WORDS: Final = r"(?:w/?c|w/?e|w/?b|wk\.?|week|weeks|kw|semaine|semana|settimana|woche|sem\.?)"
_NAMES_WEEK: Final = rf"(?i)^{_WEEK_WORDS}\b.*[0-9]"
_WEEK_OF: Final = (
    rf"(?i)^{_WEEK_WORDS}[ -]*(?:commencing|beginning|starting|ending|ended|start|"
    r"end|of|du|del|dal|vom|ab)?\b[:. ]+(\d{1,4}[-/. ]+(?:\d{1,2}|\p{L}{3,10}\.?)[-/., ]+\d{2,4}|\p{L}{3,10}\.? \d{1,2},? \d{4})$"
)
"""The day that a week is named after, behind words that say so; slow to prepare, so that it is used only where a text begins with such a word."""
_MARKS: Final = (("[\\x{00A0}\\x{2007}\\x{2009}\\x{202F}\\x{3000}\t]+", " "), (r"^'", ""))
_RULES: Final = (
    (r"^/Date\((\d{9,13})(?:[+-]\d{4})?\)/$", r"\1"),
    # 2026年3月1日, 2026년 3월 1일, 1 tháng 3, 2026
    (r"^(\d{2,4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일号號]?", r"\1-\2-\3"),
    (r"^(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]$", r"\1-\2"),
    (r"^(\d{2,4}-\d{1,2}-\d{1,2})\s*(?:星期|周|週|礼拜|禮拜)[一二三四五六日天]$", r"\1"),
    (r"(?i)^(?:ngày )?(\d{1,2}) (?:tháng|thg) (\d{1,2}),? (?:năm )?(\d{4})", r"\3-\2-\1"),
    (_TIME_AFTER, ""),
    # Sun Mar 1 14:05:00 EST 2026
    (r"^(.*\d{1,2}) +\d{1,2}:\d{2}(?::\d{2})?(?: [A-Z]{3,5}| [+-]\d{4})? +(\d{4})$", r"\1 \2"),
    (r"^\d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp]\.?[Mm]\.?)?,? +", ""),
    (r"^(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}),? +\d{1,2}\.\d{2}(?:\.\d{2})?$", r"\1"),
    (r"^((?:19|20)\d{6})(?:[T ]\d{4}(?:\d{2})?|\d{6})Z?$", r"\1"),
    (r"^(\d{4}-\d{2}-\d{2})(?:Z|[+-]\d{2}:?\d{2})$", r"\1"),
    (r"^(\d{4}-\d{2}-\d{2})T\d{2}$", r"\1"),
    (r"[ ,]*\([^()0-9]+\)$", ""),
)
_WEEKDAY_AFTER: Final = r"^(?P<date>\d+[./\- ]+\d[\d./\- ]*\.?)[ ,]+(?P<word>[^\s0-9.,/()\-]+)\.?$"


def without_times(texts: pa.Array) -> pa.Array:
    """The texts without a time of day and its zone at their end; few texts are left of many where dates have times."""
    if not compute.any(compute.match_substring(texts, ":")).as_py():
        return texts
    return compute.replace_substring_regex(texts, _TIME_AFTER, "")


def bare(texts: pa.Array) -> pa.Array:
    """The texts with nothing but the date, its digits 0 to 9."""
    if compute.all(compute.match_substring_regex(texts, r"^[0-9./\-]{0,10}$")).as_py():
        return texts
    texts = _replaced(western_digits(texts), _MARKS)
    if compute.any(compute.match_substring_regex(texts, _NAMES_WEEK)).as_py():
        texts = compute.replace_substring_regex(texts, _WEEK_OF, r"\1")
    texts = compute.utf8_trim(_replaced(texts, _RULES), " ,;")
    fields = compute.extract_regex(texts, _WEEKDAY_AFTER)
    if fields.null_count == len(fields):
        return texts
    words = compute.fill_null(fields.field("word"), "")
    weekdays = pa.array([word for word in compute.unique(words).to_pylist() if word and is_weekday(word)], pa.string())
    return compute.if_else(compute.is_in(words, weekdays), compute.fill_null(fields.field("date"), ""), texts)


def _replaced(texts: pa.Array, rules: Iterable[tuple[str, str]]) -> pa.Array:
    for pattern, replacement in rules:
        texts = compute.replace_substring_regex(texts, pattern, replacement)
    return texts
