"""The stock and the orders that the pages look at, and the quantities that a person chose, which the order book keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from forecasting.core.errors import ShelfcastError
from forecasting.inventory.orders import own_quantities
from forecasting.inventory.orders.recommend import Orders
from forecasting.inventory.policy import Policy
from forecasting.services import cache, changed_quantities, ordering, workspaces
from forecasting.services.forecasts import Plan
from forecasting.services.orders import Wish
from pages.components.orders import acts

if TYPE_CHECKING:
    from forecasting.storage.stock_states import SavedStock


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
    """The orders with the quantities that a person chose instead; raises OrdersDamaged."""
    return own_quantities.with_quantities(orders, changed_quantities.quantities(workspaces.workspace()))


def products_of(version: int, state: SavedStock | None, policy: Policy, filters: dict[str, str], *, steps: int) -> pd.DataFrame:
    """All products of the chosen series with what was counted of them, worked out once for all sessions; raises NotFound."""
    return cache.products(workspaces.workspace(), version, state, policy, filters, steps=steps)


def order_instead(quantities: Mapping[str, float], reason: str) -> bool:
    """Orders so many units of series, for a reason, in the name of whoever looks; whether that was written, or else the page says why not."""

    def change(by: str) -> bool:
        changed_quantities.change(workspaces.workspace(), Wish(by=by, quantities=quantities, reason=reason))
        return True

    return acts.act(change) is not None


def as_recommended(series: Iterable[str]) -> None:
    """Orders what is recommended of these series again."""
    acts.act(lambda by: changed_quantities.restore(workspaces.workspace(), series, by))
