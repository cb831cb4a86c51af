"""Numbers, days and months of charts, in the shop's notation."""

from __future__ import annotations

import re
from typing import Any, Final

from forecasting.core import notation
from forecasting.core.signs import signs

CONFIG: Final = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}
SHOP: Final = "shop"
"""What Plotly calls the language of the shop."""
D3: Final = {"y": "%Y", "MMMM": "%B", "MMM": "%b", "LLL": "%b", "M": "%-m", "L": "%-m", "d": "%-d", "dd": "%d", "E": "%a", "EEE": "%a", "ccc": "%a"}
"""How CLDR writes a part of a date -> how Plotly does."""
MONTH_MS: Final = 27 * 86_400_000
"""Ticks closer than that name days."""
HOVER: Final = {"day": ("yMMMEd", "%a %-d %b %Y", ""), "week": ("yMMMd", "%-d %b %Y", "Week of "), "month": ("yMMM", "%b %Y", "")}


def config() -> dict[str, Any]:
    """How all charts behave, and what days and months are called in them."""
    here = notation.locale(notation.current())
    if here is None:
        return dict(CONFIG)
    days, months = here.days["format"], here.months["format"]
    sunday_first = (6, *range(6))
    names = {
        "days": [days["wide"][day] for day in sunday_first],
        "shortDays": [days["abbreviated"][day] for day in sunday_first],
        "months": [months["wide"][month] for month in range(1, 13)],
        "shortMonths": [months["abbreviated"][month] for month in range(1, 13)],
    }
    return {**CONFIG, "locale": SHOP, "locales": {SHOP: {"dictionary": {}, "format": names}}}


def separators() -> str:
    """The signs before decimals and between thousands, as Plotly takes them; its digits are always 0 to 9."""
    of = signs(notation.current())
    return of.decimal + of.group


def hover(period: str) -> str:
    """How a chart names a day, week or month that is pointed at."""
    skeleton, usual, before = HOVER[period]
    return before + dated(skeleton, usual)


def ticks() -> list[dict[str, Any]]:
    """How a chart names the ticks of its days: days where they are close, else months with their year below."""
    month = "%b\n%Y" if notation.locale(notation.current()) is None else f"{dated('MMM', '%b')}\n%Y"
    return [{"dtickrange": [None, MONTH_MS], "value": dated("MMMd", "%-d %b")}, {"dtickrange": ["M1", None], "value": month}]


def dated(skeleton: str, usual: str) -> str:
    """The format of a date by a skeleton of CLDR, for Plotly; `usual` where no language is in force.

    Example:
        >>> with notation.using(notation.Notation(language="de")):
        ...     dated("yMMMd", "")
        '%-d. %b %Y'
    """
    here = notation.locale(notation.current())
    if here is None or skeleton not in here.datetime_skeletons:
        return usual
    return "".join(D3.get(part, part.strip("'")) for part in _parts(here.datetime_skeletons[skeleton].pattern))


def _parts(pattern: str) -> list[str]:
    """A pattern's letters, texts and signs, one kind each: "d. MMM" -> "d", ". ", "MMM"."""
    return [found.group() for found in re.finditer(r"'[^']*'|([A-Za-z])\1*|[^A-Za-z']+", pattern)]


def money() -> tuple[str, str]:
    """What stands before and behind an amount of money in a chart."""
    return signs(notation.current()).money
