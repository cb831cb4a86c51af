"""Which of the recommended orders an amount of money, or of shelf space, is best spent on."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.core.errors import InputError
from forecasting.inventory import arithmetic
from forecasting.inventory.budget import knapsack
from forecasting.inventory.orders.recommend import Orders
from forecasting.inventory.stock import state

Measure = Literal["money", "space"]
COLUMNS: Final[dict[Measure, str]] = {"money": state.UNIT_COST, "space": state.UNIT_SPACE}
"""Measure -> the column that says how much of it a unit takes."""
NAMES: Final[dict[Measure, str]] = {"money": "unit costs", "space": "the spaces that units take"}


def spend(orders: Orders, amount: float, of: Measure = "money") -> pd.DataFrame:
    """The orders that avoid most lost sales within an amount of money or space.

    Args:
        orders: The recommendations.
        amount: Money, or space in the measure of `unit_space`; at least 0.
        of: Whether `amount` is money or space.

    Returns:
        `unique_id, order_quantity, value, takes, gain`: a row per series to order; its value (money, NaN where unknown), what it takes of the
        amount, and its gain: the margin (units, where a price or cost is unknown) that is expected not to be lost.

    Raises:
        InputError: No series has a cost or space of a unit, or the amount is below 0 or no number.
    """
    if not 0 <= amount < np.inf:
        raise InputError(f"A budget is an amount from 0 on, not {amount:g}.")
    takes, rows = _spendable(orders, of)
    quantity, gain = knapsack.spend(_wanted(orders, rows, takes[rows]), amount)
    units = pd.DataFrame(
        {
            schema.UNIQUE_ID: orders.table[schema.UNIQUE_ID].to_numpy()[rows],
            "order_quantity": quantity,
            "value": quantity * orders.stock[state.UNIT_COST][rows],
            "takes": quantity * takes[rows],
            "gain": gain,
        }
    )
    return units[units["order_quantity"] > 0].reset_index(drop=True)


def curve(orders: Orders, of: Measure = "money") -> pd.DataFrame:
    """What is gained and what is lost at rising budgets, up to the one that buys every recommended order.

    Args:
        orders: The recommendations.
        of: Whether a budget is money or space.

    Returns:
        `budget, gain, lost`: ascending from a budget of 0; `lost` is what the recommended orders would gain beyond it. In margin, or in units where a
        price or cost is unknown (`in_money`).

    Raises:
        InputError: No series has a cost or space of a unit.
    """
    takes, rows = _spendable(orders, of)
    costs, gains = knapsack.frontier(_wanted(orders, rows, takes[rows]))
    return pd.DataFrame({"budget": costs, "gain": gains, "lost": np.maximum(gains[-1] - gains, 0.0)})


def in_money(orders: Orders, of: Measure = "money") -> bool:
    """Whether gains are margins: every price and cost of what is to be ordered is known."""
    _, rows = _spendable(orders, of)
    return bool(np.isfinite((orders.stock[state.PRICE] - orders.stock[state.UNIT_COST])[rows]).all())


def _spendable(orders: Orders, of: Measure) -> tuple[FloatArray, np.ndarray]:
    """What a unit of each series takes, and the series that are to be ordered and whose take is known."""
    takes = orders.stock[COLUMNS[of]]
    if not np.isfinite(takes).any():
        raise InputError(f"This needs {NAMES[of]}. Add a column {COLUMNS[of]} to the stock file, or type them.")
    return takes, np.flatnonzero(np.isfinite(takes) & (orders.table["order_quantity"].to_numpy() > 0))


def quantities(orders: Orders, bought: pd.DataFrame) -> dict[str, float]:
    """unique_id -> units to order of every series with a recommended order: the units bought, else 0."""
    chosen = dict(zip(bought[schema.UNIQUE_ID], bought["order_quantity"], strict=True))
    wanted = orders.table.loc[orders.table["order_quantity"] > 0, schema.UNIQUE_ID]
    return {name: float(chosen.get(name, 0.0)) for name in wanted}


def _wanted(orders: Orders, rows: np.ndarray, takes: FloatArray) -> knapsack.Wanted:
    shelves, demanded, lead = orders.stock, orders.levels.cycle.values[rows], orders.levels.lead.values[rows]
    margin, position = (shelves[state.PRICE] - shelves[state.UNIT_COST])[rows], shelves.position[rows]
    return knapsack.Wanted(
        values=demanded,
        position=position + arithmetic.shortage(lead, np.maximum(position, 0.0)),  # an order cannot save what is lost before it arrives
        quantity=orders.table["order_quantity"].to_numpy()[rows],
        pack_size=shelves[state.PACK_SIZE][rows],
        minimum_order=shelves[state.MINIMUM_ORDER][rows],
        worth=np.maximum(margin, 0.0) if np.isfinite(margin).all() else np.ones(len(rows)),
        unit_cost=takes,
    )
