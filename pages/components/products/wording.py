"""Words of the Products page."""

from __future__ import annotations

from typing import Final, Literal

import pandas as pd

from forecasting.analysis import products
from forecasting.core import formatting, numerals
from forecasting.core.formatting import NBSP
from forecasting.inventory.orders.abc_xyz import XYZ_WAPES
from forecasting.services import products as services

FLAGS: Final = {
    services.RUNS_OUT: "Runs out",
    services.TOO_MUCH: "Overstock",
    products.BELOW: "Below forecast",
    products.ABOVE: "Above forecast",
    products.YOUNG: "Too new",
    products.NEW: "New",
    products.PROMOTED: "Promotion",
    products.GONE: "No longer sold",
}
"""What a person reads for a flag, the most urgent first."""
COLORS: Final[dict[str, Literal["red", "orange", "gray"]]] = {
    services.RUNS_OUT: "red",
    services.TOO_MUCH: "orange",
    products.BELOW: "orange",
    products.ABOVE: "orange",
    products.YOUNG: "gray",
    products.NEW: "gray",
    products.PROMOTED: "gray",
    products.GONE: "gray",
}
COVER_HELP: Final = (
    "Days until its first counted shelf is empty at the expected sales, up to as many as are forecast. Empty where nothing was counted."
)
SPARK_HELP: Final = "Units a week of the last 8 weeks and the next 4; in monthly sales 12 months and 3."
MISS_HELP: Final = "How far past forecasts of single days (weeks, months) were off, as a share of sales. The sum of many days is off by less."
FLAG_HELP: Final = (
    f"The most urgent one. Below or above forecast: the newest days sold less or more than the 80{NBSP}% range of what was forecast before them."
    " By chance alone one product in ten is below, and one above."
)
XYZ_HELP: Final = f"By error: X misses up to {100 * XYZ_WAPES[0]:.0f}{NBSP}%, Y up to {100 * XYZ_WAPES[1]:.0f}{NBSP}%, Z more."


def context(table: pd.DataFrame, sales_to: str) -> str:
    """The line under the title: "14 sold, 3 no longer sold are hidden, sales to 21 Nov 2026"."""
    gone = int(table[products.GONE].sum())
    hidden = [f"{numerals.write(gone)} no longer sold {'is' if gone == 1 else 'are'} hidden"] if gone else []
    return ", ".join([f"{numerals.write(len(table) - gone)} sold", *hidden, f"sales to {sales_to}"])


def totals(rows: pd.DataFrame, ahead: str) -> str:
    """What the rows add up to: "40,202 units and 142,169 in money in the next 28 days"."""
    revenue = rows[products.REVENUE]
    money = f" and {formatting.units(revenue.sum())} in money" if revenue.notna().all() else ""
    count = formatting.count(len(rows), "product")
    return f"{count}: {formatting.amount(rows[products.NEXT].sum())} units{money} in the next {ahead}. A name opens its product."
