"""Orders with the quantities that a person chose instead: everything that follows from a quantity follows from theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from forecasting.core import schema
from forecasting.inventory.orders import recommend, risk
from forecasting.inventory.orders.recommend import NOW, SOON, UNKNOWN, Orders


def with_quantities(orders: Orders, quantities: Mapping[str, float]) -> Orders:
    """The orders with other quantities: their values, states, days, and the sales that they lose or leave; `recommended` stays.

    Args:
        orders: The recommendations.
        quantities: Units that a person orders instead, at least 0, by unique_id; others are ignored.
    """
    table = orders.table
    own = table[schema.UNIQUE_ID].map(quantities).astype(float).to_numpy() if quantities else np.full(len(table), np.nan)
    changed = np.isfinite(own) & (own != table["order_quantity"].to_numpy())
    if not changed.any():
        return orders
    quantity = np.where(changed, own, table["order_quantity"])
    lost, left = risk.lost_and_left(orders.stock, orders.levels, np.nan_to_num(quantity))
    counted = table["counted"].to_numpy()
    put_off = changed & (own == 0) & (table["recommended"].to_numpy() > 0)
    columns = {
        "order_quantity": quantity,
        "order_value": quantity * table["unit_cost"],
        "order_by": table["order_by"].where(~(changed & (quantity > 0)), orders.day),
        "state": np.select([changed & (quantity > 0), table["state"] == UNKNOWN, put_off], [NOW, UNKNOWN, SOON], table["state"]),
        "expected_lost": np.where(changed & counted, lost, table["expected_lost"]),
        "expected_left": np.where(changed & counted, left, table["expected_left"]),
        "risk_with_order": np.where(changed & counted, recommend.risk_with_order(orders.stock, orders.levels, quantity), table["risk_with_order"]),
    }
    return replace(orders, table=table.assign(**columns))
