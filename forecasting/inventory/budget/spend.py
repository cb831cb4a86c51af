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
"""What a unit takes of each."""
NAMES: Final[dict[Measure, str]] = {"money": "unit costs", "space": "the spaces that units take"}


def spend(found: Orders, amount: float, of: Measure = "money") -> pd.DataFrame:
    """The orders that spare most lost sales.

    Args:
        found: The recommendations.
        amount: There is, at least 0: money, or space as `unit_space` measures it.
        of: Which.

    Returns:
        `unique_id, order_quantity, value, takes, gain`: a row a series that is worth it; what it costs (NaN where not known) and takes of the
        amount; gain is the margin (units, where a price or cost is not known) that is expected not to be missed.

    Raises:
        InputError: Nothing is known of what a unit takes, or the amount is not one.
    """
    if not 0 <= amount < np.inf:
        raise InputError(f"A budget is an amount from 0 on, not {amount:g}.")
    takes = found.shelves[COLUMNS[of]]
    if not np.isfinite(takes).any():
        raise InputError(f"This needs {NAMES[of]}. Add a column {COLUMNS[of]} to the stock file, or type them.")
    rows = np.flatnonzero(np.isfinite(takes) & (found.table["order_quantity"].to_numpy() > 0))
    quantity, gain = knapsack.spend(_wanted(found, rows, takes[rows]), amount)
    units = pd.DataFrame(
        {
            schema.UNIQUE_ID: found.table[schema.UNIQUE_ID].to_numpy()[rows],
            "order_quantity": quantity,
            "value": quantity * found.shelves[state.UNIT_COST][rows],
            "takes": quantity * takes[rows],
            "gain": gain,
        }
    )
    return units[units["order_quantity"] > 0].reset_index(drop=True)


def quantities(found: Orders, bought: pd.DataFrame) -> dict[str, float]:
    """Units of every series that was recommended some, by unique_id: what was bought, else 0."""
    chosen = dict(zip(bought[schema.UNIQUE_ID], bought["order_quantity"], strict=True))
    wanted = found.table.loc[found.table["order_quantity"] > 0, schema.UNIQUE_ID]
    return {name: float(chosen.get(name, 0.0)) for name in wanted}


def _wanted(found: Orders, rows: np.ndarray, takes: FloatArray) -> knapsack.Wanted:
    shelves, demanded, lead = found.shelves, found.levels.cycle.values[rows], found.levels.lead.values[rows]
    margin, position = (shelves[state.PRICE] - shelves[state.UNIT_COST])[rows], shelves.position[rows]
    return knapsack.Wanted(
        values=demanded,
        position=position + arithmetic.shortage(lead, np.maximum(position, 0.0)),  # what is lost before an order arrives it cannot save
        quantity=found.table["order_quantity"].to_numpy()[rows],
        pack_size=shelves[state.PACK_SIZE][rows],
        minimum_order=shelves[state.MINIMUM_ORDER][rows],
        worth=np.maximum(margin, 0.0) if np.isfinite(margin).all() else np.ones(len(rows)),
        unit_cost=takes,
    )
