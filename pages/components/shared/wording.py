"""Texts that more than one page says."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Final

import pandas as pd

from forecasting.core import formatting, numerals, schema
from forecasting.core.formatting import NBSP, UNKNOWN, percent

PLURALS: Final = {"product_id": "products", "category": "categories", "region": "regions", "store": "stores"}
BY_PRODUCT: Final = "Miss by product"
OF_TOTAL: Final = "Miss of the total"
"""Two errors: of single products and days, added up; and of their sum, in which they partly cancel."""
WAPE_HELP: Final = "All misses divided by all sales (WAPE), on days the model had not seen."
OF_TOTAL_HELP: Final = "Of the total shown, in which the misses of single products partly cancel."
RANGE_HELP: Final = "From the errors of past totals over the same number of days, not from adding up daily bands."
RANGE_CHIP: Final = "four in five such sums end in it"
COVERAGE_HELP: Final = f"Should be close to 80{NBSP}%. Much less: too sure of itself. Much more: too vague."
CLASS_HELP: Final = f"By value sold: A is the first 80{NBSP}%, B the next 15{NBSP}%, C the rest."
SIMPLER_HELP: Final = "A product with too short or too unusual a history gets a simpler forecast. The list gives the reason."

NEW_FROM: Final = 3.0
"""Relative growth beyond which a percentage says nothing."""


def change(now: float, before: float) -> tuple[float, str]:
    """How much more or less: the relative change, and its size in words; NaN and empty where it is not defined.

    Example:
        >>> change(106.4, 100.0)[1]
        '6.4\\xa0%'
    """
    if math.isnan(now + before) or before <= 0:
        return math.nan, ""
    relative = now / before - 1
    return relative, f"over {percent(NEW_FROM, 0)}" if relative > NEW_FROM else percent(abs(relative))


def growth(relative: float) -> str:
    """A relative change of one product; "new" from nothing, or from so little that a percentage says nothing.

    Example:
        >>> growth(-0.12), growth(16.6), growth(float("nan"))
        ('\u221212\\xa0%', 'new', 'new')
    """
    return "new" if math.isnan(relative) or relative > NEW_FROM else formatting.signed_percent(relative)


def shelves(series: pd.DataFrame, number: int) -> str:
    """So many of these series: products where each has one row, else shelves, a product in a store each."""
    by_product = schema.PRODUCT in series and series[schema.PRODUCT].is_unique
    return formatting.count(number, "product") if by_product else formatting.count(number, "shelf", "shelves")


def points(difference: float) -> str:
    """The size of a difference of two shares: "0.2 points"."""
    return f"{numerals.write(abs(100 * difference), 1)} points"


def promise(coverage: float) -> str:
    """In words, how a measured coverage of the 80 % band compares with its promise."""
    if math.isnan(coverage):
        return UNKNOWN
    if coverage < 0.70:
        return "too low"
    if coverage < 0.77:
        return "a little low"
    if coverage <= 0.83:
        return "as promised"
    return "a little high" if coverage <= 0.90 else "too high"


def moment(when: datetime) -> str:
    """A moment on its own clock: "Mon 30 Nov at 03:00"."""
    return f"{formatting.weekday_date(pd.Timestamp(when.replace(tzinfo=None)))} at {when:%H:%M}"


def better(now: float, before: float) -> str:
    """A new error against an old one: "0.2 points better"; empty where either is not known or both are the same."""
    difference = now - before
    if math.isnan(difference) or abs(difference) < 0.0005:
        return ""
    return f"{points(difference)} {'better' if difference < 0 else 'worse'}"
