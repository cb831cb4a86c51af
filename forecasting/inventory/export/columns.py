"""The columns of the workbook of orders: their names, labels and explanations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from forecasting.core import formatting, schema
from forecasting.inventory.policy import DAILY, Rule

Kind = Literal["text", "units", "finer", "money", "share", "days", "date", "count"]
"""How a value is formatted; `finer` are units with a decimal, for sums that are never whole."""

SERIES, ORDER, INPUT, SUM, EXPORTED = "Series", "Order", "Change these", "How it adds up", "With the stock as exported"
"""Groups of columns on the sheet of orders, from left to right."""
LATER: Final = "No order now"
"""State of a row that had an order until its stock was changed in the sheet."""
RULES: Final[dict[Rule, str]] = {
    "order_up_to": "At every review, order up to the level, in whole packs.",
    "reorder_point": "At or below the reorder point, order whole lots until the stock is above it.",
    "min_max": "At or below the reorder point, order up to the level, in whole packs.",
    "newsvendor": "Order once, for goods that do not keep: up to the level, in whole packs.",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet.

    Args:
        name: The column of the table of orders, or of the workbook's own columns.
        label: Its label in the header.
        kind: How its values are formatted.
        says: Its explanation, with the unit, for the sheet About.
        group: The name over the header.
        width: Width in characters.
    """

    name: str
    label: str
    kind: Kind
    says: str
    group: str = ""
    width: int = 11


ORDER_COLUMNS: Final = (
    Column("state", "State", "text", "Recalculates: whether to order now, this week or later, or whether there is too much.", ORDER, 13),
    Column("order", "Order", "units", "Recalculates: units to order. Yours if you typed a number, else the recommended one.", ORDER, 10),
    Column("order_value", "Value", "money", "Recalculates: order times unit cost. Empty if the cost is not known.", ORDER, 12),
    Column("yours", "Your order", "units", "Units to order instead. Leave it empty to order the recommended units.", INPUT, 10),
    Column("on_hand", "On hand", "units", "Units on the shelf.", INPUT, 10),
    Column("on_order", "On order", "units", "Units ordered but not delivered yet.", INPUT, 10),
    Column("backorders", "Owed", "units", "Units sold but not handed over yet.", INPUT, 8),
    Column("pack_size", "Pack", "units", "Units in a pack. Empty means 1.", INPUT, 8),
    Column("minimum_order", "Minimum", "units", "Smallest order in units, in whole packs.", INPUT, 9),
    Column("unit_cost", "Unit cost", "money", "Cost of one unit.", INPUT, 10),
    Column("inventory_position", "Position", "units", "Recalculates: on hand plus on order minus owed, in units.", SUM, 10),
    Column("expected", "Expected", "finer", "Units we expect to sell in the days that an order must cover.", SUM, 10),
    Column("safety_stock", "Safety stock", "finer", "Units in reserve to keep the service level, from the errors of past forecasts.", SUM, 12),
    Column("reorder_point", "Reorder point", "units", "Recalculates: expected plus safety stock. Order at or below it.", SUM, 13),
    Column("lot", "Lot", "units", "Units ordered at a time, on top of what brings the stock to the reorder point.", SUM, 9),
    Column(
        "order_up_to",
        "Order up to",
        "units",
        "Recalculates: expected plus safety stock (plus lot), in units.",
        SUM,
        11,
    ),
    Column("recommended", "Recommended", "units", "Recalculates: units to order, in whole packs (lots), at least the minimum.", SUM, 13),
    Column("order_by", "Order by", "date", "The last day on which an order keeps the service level. Empty beyond the forecast.", EXPORTED, 11),
    Column("risk", "Risk", "share", "Chance of an empty shelf before an order placed today arrives.", EXPORTED, 8),
    Column("days_of_cover", "Cover, days", "days", "Days until the shelf is empty at the expected sales. Empty beyond the forecast.", EXPORTED, 11),
)
EVIDENCE_COLUMNS: Final = (
    Column("version", "Version", "count", "Version of the models behind this row.", width=8),
    Column("model", "Model", "text", "Model behind the forecast of this row.", width=16),
    Column(
        "service_level",
        "Service level",
        "share",
        "Promised chance of no stockout in an order cycle.",
        width=12,
    ),
    Column("quantile", "Quantile", "share", "Share of demand in the days to cover that the level reaches, to keep the promise.", width=9),
    Column("cutoffs", "Cutoffs", "count", "Past days from which a forecast was made and compared with the sales that followed.", width=8),
    Column("errors_used", "Errors used", "count", "Past days that were forecast and then sold. Their errors set the safety stock.", width=11),
    Column("promise", "Promise", "text", "Whether the past check kept the service level, allowing for chance.", width=11),
    Column("achieved", "Achieved", "share", "Share of order cycles without a stockout in the past check.", width=9),
    Column("cycles", "Cycles", "count", "Order cycles in the past check.", width=8),
    Column("achieved_fill", "Fill rate", "share", "Share of demand met from stock in the past check.", width=9),
    Column(
        "achieved_textbook",
        "Textbook achieved",
        "share",
        "The same with the textbook level: share of order cycles without a stockout.",
        width=17,
    ),
    Column(
        "textbook_order_up_to",
        "Textbook level",
        "units",
        "Level from mean and spread of recent sales, for the same promise, in units.",
        width=14,
    ),
    Column("textbook_quantity", "Textbook order", "units", "What the textbook level would order with the stock as exported, in units.", width=14),
    Column("why", "Why the textbook differs", "text", "Why the textbook orders more or less, in a sentence.", width=60),
    Column("lead_time", "Lead time", "days", "Days from order to delivery.", width=9),
    Column("review_period", "Review", "count", "Days from one review to the next.", width=8),
    Column(
        "expected_lost",
        "Expected lost",
        "finer",
        "Units of sales we expect to miss in the days to cover, with the order as exported.",
        width=12,
    ),
    Column("expected_left", "Expected left", "finer", "Units we expect to have left after the days to cover, with the order as exported.", width=12),
    Column("empty_on", "Empty on", "date", "Day on which we expect the shelf to be empty without an order.", width=11),
    Column("abc", "ABC", "text", "Class by value of a year's sales. A makes up most of it.", width=6),
    Column("xyz", "XYZ", "text", "Class by forecast error. X has the smallest.", width=6),
    Column("on_hand_note", "Stock", "text", "How the units on hand follow from the count: sold and came since.", width=50),
    Column("defaults", "Assumed", "text", "Defaults used where no input was given.", width=30),
    Column("reason", "Why there is no order", "text", "Why nothing can be recommended, and what helps. Empty otherwise.", width=40),
)
MONEY: Final = ("unit_cost", "order_value")
"""Columns that are shown only where some unit cost is known."""
WITH_POINT: Final = ("reorder_point", "lot")
"""Columns that are shown only under rules with a reorder point."""


def key_columns(table: pd.DataFrame) -> tuple[Column, ...]:
    """The columns that name a series: keys and category, else its unique_id."""
    names = [name for name in schema.FILTERS if name in table] or [schema.UNIQUE_ID]
    return tuple(Column(name, formatting.LABELS.get(name, "Series"), "text", "From the sales file.", SERIES, _width(table[name])) for name in names)


def order_columns(table: pd.DataFrame, rule: Rule) -> tuple[Column, ...]:
    """Columns of the sheet of orders, from left to right."""
    without = (() if table["unit_cost"].notna().any() else MONEY) + (() if rule in DAILY else WITH_POINT)
    return key_columns(table) + tuple(column for column in ORDER_COLUMNS if column.name not in without)


def evidence_columns(table: pd.DataFrame) -> tuple[Column, ...]:
    """Columns of the sheet of evidence, from left to right."""
    return key_columns(table) + EVIDENCE_COLUMNS


def _width(texts: pd.Series) -> int:
    return int(min(max(texts.astype(str).str.len().max() + 2, 12), 30)) if len(texts) else 12
