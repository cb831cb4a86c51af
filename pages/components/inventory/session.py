"""What a session of the Inventory page keeps: quantities that a person changed, and the stock and orders it looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from forecasting.core import schema
from forecasting.core.errors import ShelfcastError
from forecasting.inventory.orders import own_quantities
from forecasting.inventory.orders.recommend import Orders
from forecasting.inventory.policy import Policy
from forecasting.services import cache, ordering, workspaces
from forecasting.services.forecasts import Plan

if TYPE_CHECKING:
    from forecasting.storage.stock_states import SavedStock

QUANTITIES: Final = "inventory_quantities"
"""Where the session keeps the units that a person ordered instead, by unique_id."""


def saved() -> tuple[SavedStock | None, str]:
    """The stock saved last, None if there is none; and why it cannot be read, if that is so."""
    try:
        return ordering.saved_stock(workspaces.workspace()), ""
    except ShelfcastError as error:
        return None, str(error)


def moment(state: SavedStock) -> pd.Timestamp:
    """When the stock was saved, by the clock on the wall."""
    return pd.Timestamp(state.moment.astimezone().replace(tzinfo=None))


def orders_of(version: int, state: SavedStock | None, policy: Policy, filters: dict[str, str], *, plan: Plan | None = None) -> Orders:
    """What to order of the chosen series, under a plan or as things stand, worked out once for all sessions and the API; raises NotFound."""
    return cache.orders(workspaces.workspace(), version, state, policy, filters, plan=plan)


def with_own_quantities(orders: Orders) -> Orders:
    """The orders with the quantities that the person chose instead."""
    return own_quantities.with_quantities(orders, quantities(orders))


def products_of(version: int, state: SavedStock | None, policy: Policy, filters: dict[str, str], *, steps: int) -> pd.DataFrame:
    """All products of the chosen series with what was counted of them, worked out once for all sessions; raises NotFound."""
    return cache.products(workspaces.workspace(), version, state, policy, filters, steps=steps)


def quantities(orders: Orders) -> dict[str, float]:
    """Units that a person ordered instead, of the shown series, by unique_id."""
    typed = st.session_state.get(QUANTITIES, {})
    return {name: typed[name] for name in orders.table[schema.UNIQUE_ID] if name in typed} if typed else {}


def set_quantity(unique_id: str, units: float | None) -> None:
    """Orders so many units of a series; None for as recommended."""
    typed = dict(st.session_state.get(QUANTITIES, {}))
    if units is None:
        typed.pop(unique_id, None)
    else:
        typed[unique_id] = float(units)
    st.session_state[QUANTITIES] = typed


def as_recommended() -> None:
    st.session_state[QUANTITIES] = {}
