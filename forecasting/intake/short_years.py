"""Years of two digits in the calendars of Thailand and Iran: 69 is 2569 there, which is 2026, and 04 is 1404, which is 2025."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa
from pyarrow import compute

from forecasting.core.errors import AmbiguousDates
from forecasting.intake.calendars import integers
from forecasting.intake.number_formats import western_digits

THAI, PERSIAN, WESTERN = "thai-years", "persian-years", "western-years"
"""Kinds of doubts; one of them is the answer."""
ANSWERS: Final = frozenset((THAI, PERSIAN, WESTERN))
KIND: Final = "years"
MIN_SHARE: Final = 0.9
"""Share of the dates that have a year of two digits, at least."""
MAX_YEARS_AGO: Final = 15
"""How long ago the sales of a file probably were, at most."""
MAX_YEARS_AHEAD: Final = 2
MIN_DAYS: Final = 3
"""Different numbers of days from which a column has more days than years."""
PROBED_TEXTS: Final = 1000
"""Distinct texts that are looked at, about."""
YEARS_BACK: Final = {THAI: 43, PERSIAN: -21}
"""How many years before 2000 and two digits the year is that they mean there: 2569 is 2026, and 1404 began in 2025."""
_CENTURIES: Final = {THAI: "25", PERSIAN: "14"}
_LAST: Final = r"^(?P<before>[^0-9]*[0-9]{1,2}(?:[-/. ] ?[0-9]{1,2}[-/. ] ?|[^0-9:]*\p{L}[^0-9:]*))(?P<year>[0-9]{2})(?P<after>[^0-9].*|)$"
_FIRST: Final = r"^(?P<before>[^0-9]*)(?P<year>[0-9]{2})(?P<after>[-/. ] ?(?P<month>[0-9]{1,2})[-/. ] ?(?P<day>[0-9]{1,2})(?:[^0-9].*|))$"
_MONTHS, _MAX_DAY = 12, 31


def in_full(texts: pa.Array, accept: frozenset[str]) -> pa.Array:
    """The texts with years of four digits, if a person said whose calendar they are.

    Example:
        >>> in_full(pa.array(["01/03/69", "1 มี.ค. 69"]), frozenset({THAI})).to_pylist()
        ['01/03/2569', '1 มี.ค. 2569']
    """
    calendar = next((name for name in _CENTURIES if name in accept), None)
    if calendar is None:
        return texts
    texts = western_digits(texts)
    pattern = _FIRST if calendar == PERSIAN or _is_first(_probe(texts)) else _LAST
    return compute.replace_substring_regex(texts, pattern, rf"\1{_CENTURIES[calendar]}\2\3")


def require_known(texts: pa.Array, column: str, accept: frozenset[str], today: date) -> None:
    """Raises AmbiguousDates where years far ahead are those of now in the Thai calendar, or first ones long ago in the Persian one."""
    if not ANSWERS.isdisjoint(accept):
        return
    probe = _probe(texts)
    thai = _FIRST if _is_first(probe) else _LAST
    if _are_of_now(_years(probe, thai) - YEARS_BACK[THAI], today) and (_years(probe, thai) > today.year + MAX_YEARS_AHEAD).all():
        raise _question(probe, column, thai, (THAI,))
    years = _years(probe, _FIRST)
    if _are_of_now(years - YEARS_BACK[PERSIAN], today) and (years < today.year - MAX_YEARS_AGO).all() and _has_days_last(probe, years):
        raise _question(probe, column, _FIRST, (PERSIAN, WESTERN))


def _has_days_last(texts: pa.Array, years: np.ndarray) -> bool:
    """Whether the number in the middle can be a month, and the last one changes more often than the first, as days do."""
    fields = compute.extract_regex(texts, _FIRST).drop_null()
    month, day = (integers(fields.field(name)) for name in ("month", "day"))
    return bool((month <= _MONTHS).all() and (day <= _MAX_DAY).all() and len(np.unique(day)) > max(len(np.unique(years)), MIN_DAYS))


def _are_of_now(years: np.ndarray, today: date) -> bool:
    return len(years) > 0 and bool(((years >= today.year - MAX_YEARS_AGO) & (years <= today.year + MAX_YEARS_AHEAD)).all())


def _is_first(texts: pa.Array) -> bool:
    """Whether the number in front is the year, because it can be no day."""
    years = _years(texts, _FIRST)
    return len(years) > 0 and bool((years - 2000 > _MAX_DAY).all())


def _probe(texts: pa.Array) -> pa.Array:
    """Some of the texts, in western digits, without empty ones."""
    probe = texts[:: max(len(texts) // PROBED_TEXTS, 1)]
    return western_digits(probe.filter(compute.not_equal(compute.utf8_trim_whitespace(probe), "")))


def _years(texts: pa.Array, pattern: str) -> np.ndarray:
    """The years from 2000 on of two digits, if nearly all texts have one; else none."""
    years = compute.extract_regex(texts, pattern).field("year").drop_null()
    return 2000 + integers(years) if len(years) >= max(MIN_SHARE * len(texts), 1) else np.empty(0, np.int64)


def _question(texts: pa.Array, column: str, pattern: str, calendars: Sequence[str]) -> AmbiguousDates:
    """Whose years they are."""
    matches = compute.extract_regex(texts, pattern)
    place = int(np.flatnonzero(matches.is_valid().to_numpy(zero_copy_only=False))[0])
    example, year = texts[place].as_py().strip(), int(matches[place]["year"].as_py())
    western = 2000 + year
    meant = {
        THAI: f"The Thai (Buddhist) one: {example} is in {2500 + year}, which is {western - YEARS_BACK[THAI]}",
        PERSIAN: f"The Persian one: {example} is in {1400 + year}, which began in March {western - YEARS_BACK[PERSIAN]}",
        WESTERN: f"The usual one: {example} is in {western}",
    }
    return AmbiguousDates(
        f"The years in {column} have two digits, and {example} would be in {western}. Which calendar is it?",
        column=column,
        examples=[example],
        kind=KIND,
        choices=[(name, meant[name], {"accept": [name]}) for name in calendars],
    )
