"""The columns of the workbook of orders: which there are, what they are called, and what each one says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from forecasting.core import formatting, schema
from forecasting.inventory.policy import DAILY, Rule

Kind = Literal["text", "units", "finer", "money", "share", "days", "date", "count"]
"""How a value is written; `finer` are units with a decimal, for sums that were never whole."""

SERIES, ORDER, INPUT, SUM, EXPORTED = "Series", "Order", "Change these", "How it adds up", "With the stock as exported"
"""Groups of columns on the sheet of orders, from left to right."""
LATER: Final = "No order now"
"""The state of a line which was to be ordered until somebody changed its stock."""
RULES: Final[dict[Rule, str]] = {
    "order_up_to": "At every review, whatever is missing to the level, in whole packs.",
    "reorder_point": "At or below the reorder point, whole lots until the stock is above it.",
    "min_max": "At or below the reorder point, whatever is missing to the level, in whole packs.",
    "newsvendor": "Once, for goods that do not keep: whatever is missing to the level, in whole packs.",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet.

    Args:
        name: Of the value: a column of the table of orders, or one of the workbook's own.
        label: In the header.
        kind: How it is written.
        says: What it is, with its unit, for the sheet that explains.
        group: Over the header.
        width: Characters.
    """

    name: str
    label: str
    kind: Kind
    says: str
    group: str = ""
    width: int = 11


ORDER_COLUMNS: Final = (
    Column("state", "State", "text", "Recalculates: whether to order now, this week or later, or whether there is too much.", ORDER, 13),
    Column("order", "Order", "units", "Recalculates: units to order, yours if you typed some, else those recommended.", ORDER, 10),
    Column("order_value", "Value", "money", "Recalculates: order times unit cost; empty where the cost is not known.", ORDER, 12),
    Column("yours", "Your order", "units", "Units that you order instead. Leave it empty to take those recommended.", INPUT, 10),
    Column("on_hand", "On hand", "units", "Units on the shelf.", INPUT, 10),
    Column("on_order", "On order", "units", "Units ordered before and not yet delivered.", INPUT, 10),
    Column("backorders", "Owed", "units", "Units sold and not yet handed over.", INPUT, 8),
    Column("pack_size", "Pack", "units", "Units in a pack; empty counts as 1.", INPUT, 8),
    Column("minimum_order", "Minimum", "units", "Smallest order in units, if there is one at all; whole packs.", INPUT, 9),
    Column("unit_cost", "Unit cost", "money", "Money for a unit.", INPUT, 10),
    Column("inventory_position", "Position", "units", "Recalculates: on hand and on order, less owed; units.", SUM, 10),
    Column("expected", "Expected", "finer", "Units that the forecast expects to be sold in the days that an order must cover.", SUM, 10),
    Column("safety_stock", "Safety stock", "finer", "Units in reserve for the service level, from the errors of past forecasts.", SUM, 12),
    Column("reorder_point", "Reorder point", "units", "Recalculates: expected and safety stock; a position at or below it is ordered.", SUM, 13),
    Column("lot", "Lot", "units", "Units that are ordered at once, beside what brings the stock to the reorder point.", SUM, 9),
    Column(
        "order_up_to",
        "Order up to",
        "units",
        "Recalculates: the level, which is expected and safety stock (and lot); units.",
        SUM,
        11,
    ),
    Column("recommended", "Recommended", "units", "Recalculates: units to order by the rule, in whole packs (lots), at least the minimum.", SUM, 13),
    Column("order_by", "Order by", "date", "The last day on which an order keeps the service level; empty beyond the forecast.", EXPORTED, 11),
    Column("risk", "Risk", "share", "Chance of an empty shelf before an order placed today arrives.", EXPORTED, 8),
    Column("days_of_cover", "Cover, days", "days", "Days until the shelf is empty at the expected rate; empty beyond the forecast.", EXPORTED, 11),
)
EVIDENCE_COLUMNS: Final = (
    Column("version", "Version", "count", "Of the models behind the line.", width=8),
    Column("model", "Model", "text", "What stands behind the forecast of the line.", width=16),
    Column(
        "service_level",
        "Service level",
        "share",
        "Promised chance of no stockout in a cycle.",
        width=12,
    ),
    Column("quantile", "Quantile", "share", "Of demand in the days to cover: the level that keeps the promise.", width=9),
    Column("cutoffs", "Cutoffs", "count", "Past days from which forecasts were judged on sales not seen.", width=8),
    Column("errors_used", "Errors used", "count", "Past days forecast and then seen: their errors say how sure the level is.", width=11),
    Column("promise", "Promise", "text", "Whether the replay of the past kept the service level, chance aside.", width=11),
    Column("achieved", "Achieved", "share", "Share of cycles without a stockout when the rule is replayed on the past.", width=9),
    Column("cycles", "Cycles", "count", "Cycles in that replay.", width=8),
    Column("achieved_fill", "Fill rate", "share", "Share of demand met from the shelf in that replay.", width=9),
    Column("achieved_textbook", "Textbook achieved", "share", "Share of cycles without a stockout when the textbook rule is replayed.", width=17),
    Column(
        "textbook_order_up_to",
        "Textbook level",
        "units",
        "Level by mean and spread of recent sales, for the same promise; units.",
        width=14,
    ),
    Column("textbook_quantity", "Textbook order", "units", "What that level would order with the stock as exported; units.", width=14),
    Column("why", "Why the textbook differs", "text", "In a sentence.", width=60),
    Column("lead_time", "Lead time", "days", "Days from order to delivery.", width=9),
    Column("review_period", "Review", "count", "Days from one review to the next.", width=8),
    Column(
        "expected_lost",
        "Expected lost",
        "finer",
        "Units expected to be missed in the days to cover, with the order as exported.",
        width=12,
    ),
    Column("expected_left", "Expected left", "finer", "Units expected to be left after the days to cover, with the order as exported.", width=12),
    Column("empty_on", "Empty on", "date", "Day on which the shelf is expected to be empty without an order.", width=11),
    Column("abc", "ABC", "text", "Class by value of a year's sales: A for those that make up most.", width=6),
    Column("xyz", "XYZ", "text", "Class by forecast error: X for the smallest.", width=6),
    Column("defaults", "Assumed", "text", "Inputs that nobody gave and that a default stands for.", width=30),
    Column("reason", "Why there is no order", "text", "Why nothing can be recommended, and what helps; else empty.", width=40),
)
MONEY: Final = ("unit_cost", "order_value")
"""Only where some unit cost is known."""
WITH_POINT: Final = ("reorder_point", "lot")
"""Only under rules that wait for the stock to fall to a point."""


def key_columns(table: pd.DataFrame) -> tuple[Column, ...]:
    """What names a series: keys and category, else its only name."""
    names = [name for name in schema.FILTERS if name in table] or [schema.UNIQUE_ID]
    return tuple(Column(name, formatting.LABELS.get(name, "Series"), "text", "Of the sales file.", SERIES, _width(table[name])) for name in names)


def order_columns(table: pd.DataFrame, rule: Rule) -> tuple[Column, ...]:
    """Columns of the sheet of orders, from left to right."""
    without = (() if table["unit_cost"].notna().any() else MONEY) + (() if rule in DAILY else WITH_POINT)
    return key_columns(table) + tuple(column for column in ORDER_COLUMNS if column.name not in without)


def evidence_columns(table: pd.DataFrame) -> tuple[Column, ...]:
    """Columns of the sheet of evidence, from left to right."""
    return key_columns(table) + EVIDENCE_COLUMNS


def _width(texts: pd.Series) -> int:
    return int(min(max(texts.astype(str).str.len().max() + 2, 12), 30)) if len(texts) else 12
