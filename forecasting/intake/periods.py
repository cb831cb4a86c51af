"""Columns that are days, weeks, months or years: a file with one row for each product instead of one for each day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from forecasting.intake.cell_kinds import DAY, kinds

MIN_PERIODS: Final = 3
"""Columns that name periods one after the other, at least, for a file to be wide."""
YEAR: Final = "year"
_YEAR: Final = re.compile(r"^(?:FY ?)?((?:19|20)\d\d)$")
_NUMBERED: Final = re.compile(r"^(?:d|day|tag|w|wk|week|kw|woche|semaine|m|month|monat|y|year|jahr|p|period|q)[ _.-]*(\d{1,4})$", re.IGNORECASE)
_WEEK: Final = re.compile(r"^(?:(?:19|20)\d\d)[ -]?(?:W|KW|wk) ?(\d{1,2})$|^(?:W|KW|wk|week) ?(\d{1,2})[ /-](?:19|20)\d\d$", re.IGNORECASE)
_YEAR_MONTH: Final = re.compile(r"^(?:19|20)\d\d(?:0[1-9]|1[0-2])$|^(?:19|20)\d\d年(?:0?[1-9]|1[0-2])月$")
_QUARTER: Final = re.compile(r"^Q[1-4][ /-]?(?:\d{2}|\d{4})$|^(?:19|20)\d\d[ -]?Q[1-4]$", re.IGNORECASE)
_NAMES: Final = (
    "jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august september october "
    "november december  januar februar märz april mai juni juli oktober dezember mrz okt dez janvier février mars avril juin "
    "juillet août septembre octobre novembre  décembre enero febrero marzo abril mayo junio julio agosto septiembre octubre "
    "noviembre diciembre ene abr ago dic  gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre gen mag giu"
    " lug set ott janeiro fevereiro março maio junho julho  setembro outubro novembro dezembro fev out"
)
_MONTHS: Final = frozenset(_NAMES.split())


def periods_across(names: Sequence[str], days: np.ndarray | None = None) -> list[int]:
    """The places of names that are periods, if there are enough of one form beside each other; else none.

    Args:
        names: Of columns.
        days: Which of them are days or months with a year, if that is known, shape (n,).

    Example:
        >>> periods_across(["Product", "Jan-24", "Feb-24", "Mar-24", "Total"])
        [1, 2, 3]
    """
    trimmed = [name.strip() for name in names]
    forms = [form(name) for name in trimmed]
    days = kinds(trimmed) == DAY if days is None else days
    forms = [known or ("day" if day else "") for known, day in zip(forms, days, strict=True)]
    best: list[int] = []
    for wanted in dict.fromkeys(filter(None, forms)):
        places = [place for place, known in enumerate(forms) if known == wanted]
        beside = places[-1] - places[0] + 1 <= 1.5 * len(places)
        if len({trimmed[place] for place in places}) == len(places) >= max(MIN_PERIODS, len(best) + 1) and beside:
            best = places
    return best


def names_periods(row: Sequence[str], days: np.ndarray) -> bool:
    """Whether a row of cells is the header of a wide file: periods one after the other, and texts beside them; `days` as in `periods_across`."""
    place_of = {cell: place for place, cell in reversed(list(enumerate(row)))}
    firsts = [cell if place_of[cell] == place else "" for place, cell in enumerate(row)]
    places = periods_across(firsts, days[: len(row)] & np.array([cell != "" for cell in firsts], dtype=bool))
    if not places:
        return False
    others = [cell for place, cell in enumerate(firsts) if place not in places and cell.strip()]
    return len(places) >= len(others) and all(not cell.strip()[:1].isdigit() for cell in others)


def is_period(name: str) -> bool:
    """Whether a name is a month, a week or a year, with or without the year or a number after it.

    Example:
        >>> is_period("Jan"), is_period("March 2026"), is_period("Q1 25"), is_period("Harbour")
        (True, True, True, False)
    """
    return any(form(part) for part in [name.strip(), *re.split(r"[\s_'.-]+|(?<=\D)(?=\d)", name.strip())[:1]])


def form(name: str) -> str:
    """How a name writes a period: "year", "week", "quarter", "month" (no year), what stands before a number, or "" for another name."""
    if _YEAR.match(name):
        return YEAR
    if _WEEK.match(name):
        return "week"
    if _QUARTER.match(name):
        return "quarter"
    if _YEAR_MONTH.match(name):
        return "year and month"
    numbered = _NUMBERED.match(name)
    if numbered:
        return name[: numbered.start(1)].casefold()
    return "month" if name.strip(".").casefold() in _MONTHS else ""
