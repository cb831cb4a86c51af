"""Which shelves were counted, and what is not said of the others: a shelf that nobody counted is not an empty one."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from forecasting.core.arrays import BoolArray
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import GivenStock
from forecasting.training.ensemble import Ensemble

OF_COUNTED: Final = ("risk", "days_of_cover", "empty_on", "expected_lost", "expected_left", "risk_with_order")
"""Columns that only a count can fill."""
OF_STOCK: Final = (state.ON_HAND, "inventory_position")
"""Columns that hold nothing, rather than 0, where other shelves were counted and this one was not."""
OF_ORDER: Final = ("order_quantity", "order_value", "order_by", "textbook_quantity")
"""Columns that wait for a count where other shelves were counted and this one was not."""


class Counting(NamedTuple):
    """What is known of r shelves.

    Args:
        counted: Which were counted, shape (r,).
        waiting: Which were not although others were, and whose product is still sold, shape (r,): nothing is ordered before they are.
        begun: Whether any shelf of the shop was counted. Before that, all count as empty, so that orders say how much to hold.
    """

    counted: BoolArray
    waiting: BoolArray
    begun: bool


def counting(ensemble: Ensemble, given: GivenStock, rows: np.ndarray) -> Counting:
    """Which of the shelves at `rows` were counted."""
    counted = given.table[state.ON_HAND].notna().to_numpy()
    begun = bool(counted.any())
    return Counting(counted[rows], ~counted[rows] & ~ensemble.silent[rows] & begun, begun)


def without_guesses(columns: dict[str, Any], known: Counting) -> dict[str, Any]:
    """The columns of orders without values that would need a count which there is not."""
    blank = dict.fromkeys(OF_COUNTED, ~known.counted) | dict.fromkeys(OF_STOCK, ~known.counted & known.begun) | dict.fromkeys(OF_ORDER, known.waiting)
    return columns | {name: _where(~mask, columns[name]) for name, mask in blank.items()}


def _where(known: BoolArray, values: Any) -> Any:
    if isinstance(values, pd.DatetimeIndex):
        return values.where(known)
    return np.where(known, values, np.nan)
