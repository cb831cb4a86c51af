"""What stock, orders and expected sales are worth, as far as prices and costs are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.core.prices import prices_ahead
from forecasting.inventory.orders import risk
from forecasting.inventory.orders.recommend import OVERSTOCK, Orders
from forecasting.inventory.simulation.waste import order_waste
from forecasting.inventory.stock import state

SUMS: Final = ("revenue", "margin", "stock", "on_order", "orders", "overstock", "at_risk", "at_risk_without_orders", "waste")


@dataclass(frozen=True, kw_only=True)
class Value:
    """Sums of money over the series of some orders that are still sold; NaN where no price or cost that it needs is known.

    Args:
        revenue: Of the sales that are expected over the whole forecast, at the planned or last known price.
        margin: That less what these units cost.
        stock: Cost of the units on hand.
        on_order: Cost of the units that are to come.
        orders: Cost of what is to be ordered today.
        overstock: Cost of the units above the level of series that have too much.
        at_risk: Margin of the sales that we expect to miss until today's orders are used up.
        at_risk_without_orders: The same if nothing is ordered today.
        waste: Cost of the units of today's orders that are expected to spoil; 0 where goods keep, NaN where the forecast is too short to say.
        series: How many series there are.
        priced: How many have a price.
        costed: How many have a unit cost.
    """

    revenue: float
    margin: float
    stock: float
    on_order: float
    orders: float
    overstock: float
    at_risk: float
    at_risk_without_orders: float
    waste: float
    series: int
    priced: int
    costed: int


def value_of(orders: Orders) -> Value:
    """What the stock, the orders and the expected sales of these series are worth."""
    table, sold = by_series(orders), orders.sold
    sums = {name: float(table[name][sold].sum(min_count=1)) for name in SUMS}
    priced, costed = (int(table[name][sold].notna().sum()) for name in ("price", "unit_cost"))
    return Value(series=int(sold.sum()), priced=priced, costed=costed, **sums)


def by_series(orders: Orders) -> pd.DataFrame:
    """`unique_id`, `price` and `unit_cost`, and the sums of `Value` for each series of the orders; NaN where not known.

    Stock counts only where it was counted; without a count nothing is at risk, as nothing is known of the shelf.
    """
    shelves, table = orders.stock, orders.table
    price, cost = prices(orders), shelves[state.UNIT_COST]
    counted = table["counted"].to_numpy()
    expected = orders.ensemble.expected[orders.rows]
    ahead = np.where(np.isfinite(shelves[state.PRICE])[:, None], price[:, None], prices_ahead(orders.ensemble.panel, orders.rows, expected.shape[1]))
    over = np.where(table["state"].to_numpy() == OVERSTOCK, shelves.position - table["order_up_to"].to_numpy(dtype=float), 0.0)
    lost = table["expected_lost"].to_numpy(dtype=float)
    revenue = np.where(np.isfinite(price), (np.nan_to_num(expected) * np.nan_to_num(ahead)).sum(axis=1), np.nan)
    columns = {
        "revenue": revenue,
        "margin": revenue - np.nan_to_num(expected).sum(axis=1) * cost,
        "stock": np.where(counted, shelves[state.ON_HAND], np.nan) * cost,
        "on_order": shelves[state.ON_ORDER] * cost,
        "orders": table["order_quantity"].fillna(0.0).to_numpy(dtype=float) * cost,
        "overstock": np.where(counted, over, np.nan) * cost,
        "at_risk": np.where(counted, lost, np.nan) * np.maximum(price - cost, 0.0),
        "waste": _waste(orders) * cost,
        "at_risk_without_orders": np.where(counted, _lost_without(orders), np.nan) * np.maximum(price - cost, 0.0),
    }
    return pd.DataFrame({schema.UNIQUE_ID: table[schema.UNIQUE_ID], "price": price, "unit_cost": cost, **columns})


def prices(orders: Orders) -> FloatArray:
    """The price of a unit, shape (r,): that of the stock file, else the next one of the sales file; NaN without either."""
    given = orders.stock[state.PRICE]
    return np.where(np.isfinite(given), given, prices_ahead(orders.ensemble.panel, orders.rows, 1)[:, 0])


def _waste(orders: Orders) -> FloatArray:
    quantity = orders.table["order_quantity"].fillna(0.0).to_numpy(dtype=float)
    start = orders.ensemble.panel.period.steps(orders.policy.start)
    waste: FloatArray = order_waste(
        orders.ensemble, orders.stock, orders.rows, orders.stock.position + quantity, np.maximum(orders.levels.every, 1), start=start
    )
    return np.where(quantity > 0, waste, 0.0)


def _lost_without(orders: Orders) -> FloatArray:
    return risk.lost_and_left(orders.stock, orders.levels, np.zeros(len(orders.stock)))[0]
