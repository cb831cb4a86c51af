"""Numbers and dates as text."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Final

import numpy as np
import pandas as pd

from forecasting.core import dates, notation, numerals
from forecasting.core.arrays import FloatArray
from forecasting.core.period import MONTH, WEEK, Period
from forecasting.core.signs import MINUS as MINUS
from forecasting.core.signs import NBSP as NBSP
from forecasting.core.signs import signs

WHOLE_FROM: Final = 20
"""Units from which fractions of one are not written."""
UNKNOWN: Final = "not known"

LABELS: Final = {
    "date": "Date",
    "sales": "Sales",
    "product_id": "Product",
    "category": "Category",
    "region": "Region",
    "store": "Store",
    "price": "Price",
    "promo": "Promotion",
    "open": "Open",
    "supplier": "Supplier",
    "blend": "Blend",
    "expected": "Expected",
    "lower_80": "80 % from",
    "upper_80": "80 % to",
    "lower_95": "95 % from",
    "upper_95": "95 % to",
    "band_80": f"80{NBSP}% range",
    "band_95": f"95{NBSP}% range",
}
"""What a person reads for a column's name; the names of models are those of the registry."""
WITHOUT_MODEL: Final = {
    "stopped": "No longer sold",
    "none": "No sales yet",
    "category_pattern": "Its group's pattern",
    "too_new": "Too new, check by hand",
}
"""What a person reads for what stands in for a model."""


def units(value: float) -> str:
    """Whole units, thousands separated.

    Example:
        >>> units(1234.4)
        '1,234'
    """
    return UNKNOWN if math.isnan(value) else numerals.write(round(value))


def headline(value: float) -> str:
    """A total for large type, with at most four significant digits; fractions of a unit are not rounded to nothing.

    Example:
        >>> headline(130_990.2), headline(12.345), headline(0.034)
        ('131,000', '12.3', '0.03')
    """
    if math.isnan(value):
        return UNKNOWN
    digits = 3 - math.floor(math.log10(abs(value))) if abs(value) >= 1 else 1
    rounded = round(value, min(digits, 1))
    if rounded == 0 and round(value, 2) != 0:
        return numerals.write(value, 2)
    return numerals.write(rounded, 0 if abs(rounded) >= 100 or f"{rounded:.1f}".endswith(".0") else 1)


def amount(value: float) -> str:
    """Whole units; of a few also their fractions, since they add up.

    Example:
        >>> amount(1234.4), amount(2.84), amount(0.0)
        ('1,234', '2.8', '0')
    """
    return headline(value) if abs(value) < WHOLE_FROM else units(value)


def column(units: FloatArray) -> str:
    """The format of numbers of units in a column: whole where all are large, with decimals where one would be rounded to nothing.

    Example:
        >>> column(np.array([8.0, 240.0])), column(np.array([0.4, 240.0])), column(np.array([0.04])), column(np.array([]))
        ('%,.0f', '%,.1f', '%,.2f', '%,.1f')
    """
    sizes = np.abs(units[np.isfinite(units) & (units != 0)])
    largest, smallest = sizes.max(initial=0.0), sizes.min(initial=WHOLE_FROM)
    return f"%,.{0 if largest >= WHOLE_FROM and smallest >= 0.5 else 2 if 0 < largest < 1 else 1}f"


def signed(value: float) -> str:
    """A difference in units, with its sign.

    Example:
        >>> signed(148.2), signed(0.34), signed(-0.034)
        ('+148', '+0.3', '\u22120.03')
    """
    size = abs(value)
    digits = 1 if round(size, 1) or not round(size, 2) else 2
    of = signs(notation.current())
    return f"{of.plus if value >= 0 else of.minus}{units(size) if size >= 10 else numerals.write(size, digits)}"


def rate(value: float, period: str) -> str:
    """Units in each day, week or month.

    Example:
        >>> rate(12.34, "day"), rate(1.0, "week")
        ('12.3 units a day', '1 unit a week')
    """
    text = headline(value)
    return f"{text} {'unit' if text == numerals.write(1) else 'units'} a {period}"


def span(lower: float, upper: float) -> str:
    """A range of totals: "124,200 to 137,900"."""
    return UNKNOWN if math.isnan(lower + upper) else f"{headline(lower)} to {headline(upper)}"


def percent(share: float, digits: int = 1) -> str:
    """A share as a percentage; the space does not break.

    Example:
        >>> percent(0.0984)
        '9.8\\xa0%'
    """
    if math.isnan(share):
        return UNKNOWN
    before, behind = signs(notation.current()).percent
    return f"{before}{numerals.write(100 * share, digits)}{behind}"


def signed_percent(share: float, digits: int = 0) -> str:
    """A relative change, with its sign.

    Example:
        >>> signed_percent(-0.1), signed_percent(0.064, 1)
        ('\u221210\\xa0%', '+6.4\\xa0%')
    """
    if math.isnan(share):
        return UNKNOWN
    return percent(share, digits) if round(100 * share, digits) < 0 else f"{signs(notation.current()).plus}{percent(abs(share), digits)}"


def count(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun.

    Example:
        >>> count(1, "row"), count(1240, "row"), count(2, "series", "series")
        ('1 row', '1,240 rows', '2 series')
    """
    return f"{numerals.write(number)} {noun if number == 1 else plural or noun + 's'}"


def date(day: pd.Timestamp) -> str:
    """A day: "21 Nov 2026"."""
    return dates.in_language(day, "yMMMd") or f"{day.day} {day:%b %Y}"


def read_as(text: str, *, day_first: bool) -> str:
    """A date of a file in words, with its day or its month read first; the text itself if it is no such date.

    Example:
        >>> read_as("03/04/2026", day_first=True), read_as("03/04/2026", day_first=False)
        ('3 Apr 2026', '4 Mar 2026')
    """
    match = re.match(r"\s*(\d{1,2})\D(\d{1,2})\D(\d{2,4})", text)
    if not match:
        return text
    one, two, year = (int(part) for part in match.groups())
    day, month = (one, two) if day_first else (two, one)
    try:
        return date(pd.Timestamp(year if year > 99 else 2000 + year, month, day))
    except ValueError:
        return text


def near_date(day: pd.Timestamp) -> str:
    """A day whose year is obvious: "21 Nov"."""
    return dates.in_language(day, "MMMd") or f"{day.day} {day:%b}"


def weekday_date(day: pd.Timestamp) -> str:
    """A near day whose weekday matters: "Sat 19 Dec"."""
    return dates.in_language(day, "MMMEd") or f"{day:%a} {day.day} {day:%b}"


def step_date(day: pd.Timestamp, period: Period) -> str:
    """A near day, week or month: "Sat 19 Dec", "19 Dec", "Dec 2026"."""
    if period == MONTH:
        return dates.in_language(day, "yMMM") or f"{day:%b %Y}"
    return near_date(day) if period == WEEK else weekday_date(day)


def last_date(day: pd.Timestamp, period: Period) -> str:
    """The newest day, week or month of sales: "21 Nov 2026", "week of 21 Nov 2026", "Nov 2026"."""
    if period == MONTH:
        return step_date(day, period)
    return f"week of {date(day)}" if period == WEEK else date(day)


def moment(time: pd.Timestamp) -> str:
    """A moment: "22 Nov 09:14"."""
    return f"{near_date(time)} {clock(time)}"


def clock(time: pd.Timestamp) -> str:
    """A time of the day: "09:14"."""
    return dates.in_language(time, "short") or f"{time:%H:%M}"


def size(n_bytes: int) -> str:
    """The size of a file: "58 KB", "3.6 MB"."""
    if n_bytes < 1000:
        return f"{numerals.write(n_bytes)} bytes"
    return f"{numerals.write(n_bytes / 1e3)} KB" if n_bytes < 1e6 else f"{numerals.write(n_bytes / 1e6, 1)} MB"


def listing(names: list[str], most: int = 5) -> str:
    """The first few names, and how many more there are: "a, b and 3 more"."""
    shown, more = names[:most], len(names) - most
    if more > 0:
        return f"{', '.join(shown)} and {numerals.write(more)} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def reasons(texts: list[str], most: int = 2) -> list[str]:
    """The most frequent of some reasons, each with how many it is of where there are others.

    Example:
        >>> reasons(["Too short.", "Too short.", "No sales."]), reasons(["Too short.", "Too short."])
        (['2: Too short.', '1: No sales.'], ['Too short.'])
    """
    counted = Counter(texts).most_common()
    if len(counted) == 1:
        return [counted[0][0]]
    shown = [f"{numerals.write(times)}: {text}" for text, times in counted[:most]]
    rest = sum(times for _, times in counted[most:])
    return [*shown, *([f"{numerals.write(rest)}: other reasons."] if rest else [])]
