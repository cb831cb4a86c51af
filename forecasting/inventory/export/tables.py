"""Orders as files: a CSV, and a workbook that recalculates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.inventory.orders.own_quantities import with_quantities
from forecasting.inventory.orders.recommend import Orders

FIRST: Final = (
    "order_quantity",
    "order_value",
    "state",
    "order_by",
    "risk",
    "days_of_cover",
    "empty_on",
    "on_hand",
    "on_order",
    "backorders",
    "inventory_position",
    "expected",
    "safety_stock",
    "order_up_to",
    "reorder_point",
    "lot",
    "pack_size",
    "minimum_order",
    "unit_cost",
    "price",
    "lead_time",
    "review_period",
    "service_level",
    "quantile",
    "expected_lost",
    "expected_left",
    "promise",
    "achieved",
    "achieved_fill",
    "achieved_textbook",
    "cycles",
    "textbook_order_up_to",
    "textbook_quantity",
    "why",
    "abc",
    "xyz",
    "defaults",
    schema.MODEL,
    schema.REASON,
    "counted_on",
    "counted_units",
    "sold_since",
    "came_since",
    "oversold",
    "on_hand_low",
    "on_hand_high",
    "on_hand_note",
)
"""Columns of the CSV after the keys, in order."""
DECIMALS: Final = 3


def orders_table(orders: Orders, version: int, quantities: Mapping[str, float]) -> pd.DataFrame:
    """One row per series, most urgent first: keys and category, the columns of `FIRST`, and the version.

    Args:
        orders: The recommendations.
        version: The version that they were made with.
        quantities: Units that a person ordered instead, by unique_id.
    """
    rows = with_quantities(orders, quantities).urgent()
    keys = [name for name in schema.FILTERS if name in rows]
    numbers = rows.select_dtypes(include=[np.number]).columns
    rounded = rows.assign(**{str(name): rows[name].round(DECIMALS).replace([np.inf, -np.inf], np.nan) for name in numbers})
    return rounded[[*(keys or [schema.UNIQUE_ID]), *FIRST]].assign(version=version).reset_index(drop=True)


def past_check_table(orders: Orders) -> pd.DataFrame:
    """The past check with a row per series: keys and category, class, the promise, and the results of ours and of the textbook's levels."""
    keys = [name for name in schema.FILTERS if name in orders.table] or [schema.UNIQUE_ID]
    facts = orders.table[[*keys, "abc", "xyz", "service_level", "promise"]]
    return pd.concat([facts, orders.past_check.series.round(DECIMALS)], axis=1)


def workbook(orders: Orders, manifest: Mapping[str, Any], quantities: Mapping[str, float]) -> bytes:
    """The orders as a workbook whose quantities are live formulas, with the evidence of each line.

    The library that writes it is imported when it is first needed.
    """
    from forecasting.inventory.export.workbook import orders_xlsx

    orders = with_quantities(orders, quantities)
    past, urgent = orders.ensemble.past, orders.urgent()
    evidence = {
        "version": manifest["version"],
        "trained": manifest.get("trained", ""),
        "sales_to": orders.ensemble.panel.last,
        "cutoffs": list(past.cutoffs),
        "judged": orders.ensemble.panel.period.count(past.horizon),
        "errors_used": np.isfinite(past.y[:, orders.rows[urgent.index]]).sum(axis=(0, 2)),
    }
    return orders_xlsx(urgent, evidence, rule=orders.policy.rule)
