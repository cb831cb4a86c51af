"""What is to be ordered, as the page Orders has it: from suppliers, or all of it at once where nobody named any."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from forecasting.inventory.orders.recommend import Orders
from forecasting.services import cache, order_cards, suppliers
from forecasting.services.order_cards import SupplierCard
from pages.components.inventory import policy, session

if TYPE_CHECKING:
    from forecasting.storage.stock_states import SavedStock
    from forecasting.storage.workspace import Workspace
    from forecasting.training.ensemble import Ensemble


class OrdersToday(NamedTuple):
    """What is to be ordered.

    Args:
        orders: The recommendation.
        cards: Of the suppliers, earliest deadline first; empty in a shop without any.
    """

    orders: Orders
    cards: tuple[SupplierCard, ...] = ()


def orders_today(ws: Workspace, version: int, ensemble: Ensemble, saved: SavedStock) -> OrdersToday:
    """What is to be ordered, on the terms of the suppliers if there are any; raises what `order_cards.seen` and a recommendation raise."""
    if suppliers.number(ws):
        told = order_cards.seen(ws)
        if any(card.supplier is not None for card in told.cards):
            return OrdersToday(cache.orders(ws, version, saved, told.proposals.policy, {}), told.cards)
    recommended = session.orders_of(version, saved, policy.current(ensemble, saved), {})
    return OrdersToday(session.with_own_quantities(recommended))
