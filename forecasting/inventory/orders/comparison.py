"""What another assumption about the days ahead changes in the orders."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from forecasting.core import formatting, schema
from forecasting.inventory.orders.recommend import Orders

LEAST: Final = 0.005
"""Units from which an order counts as another one."""


def changed_lines(before: Orders, after: Orders) -> pd.DataFrame:
    """The lines whose order is another one: the table of `after` with `change`, in units.

    Args:
        before: The orders as they stand.
        after: Of the same series, under the assumption.
    """
    change = after.table["order_quantity"].fillna(0.0) - before.table["order_quantity"].fillna(0.0).to_numpy()
    return after.table.assign(change=change)[np.abs(change) >= LEAST]


def in_words(before: Orders, after: Orders) -> str:
    """One sentence: "Orders change by +120 units, 3 products." """
    lines = changed_lines(before, after)
    if lines.empty:
        return "Orders stay as they are."
    products = lines[schema.PRODUCT].nunique() if schema.PRODUCT in lines else len(lines)
    units = formatting.signed(lines["change"].sum()).removesuffix(".0")
    return f"Orders change by {units} units, {formatting.count(products, 'product')}."
