"""What to order of every shelf, whoever delivers it: the numbers, the list, the card of a line, the past check and the budget."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from forecasting.core.errors import NotFound
from pages.components.inventory import budget, first_orders, money, order_card, order_list, past_check, plan, policy, session, summary
from pages.components.shared import layout
from pages.components.shared.filters import ask_filters, no_match

if TYPE_CHECKING:
    from forecasting.inventory.orders.recommend import Orders
    from forecasting.storage.stock_states import SavedStock
    from forecasting.training.ensemble import Ensemble


def show(manifest: dict[str, Any], ensemble: Ensemble, saved: SavedStock | None, actions: DeltaGenerator) -> None:
    """All of it; how the shop orders, and the downloads, go to the actions of the page."""
    version = manifest["version"]
    with actions:
        chosen = policy.ask(ensemble, saved)
        downloads = st.container(width="content")
    filters = ask_filters(ensemble)
    assumed = plan.current(version)
    orders_of = partial(session.orders_of, version, saved, chosen, filters, plan=assumed)
    try:
        recommended = orders_of()
    except NotFound:
        card = st.container(border=True, key="no_match")
        no_match(card.container(gap=None), card, filters)
        return
    orders = session.with_own_quantities(recommended)
    with downloads:
        summary.downloads(orders_of, manifest)
    plan.line(assumed, ensemble.panel.period)
    if saved is None:
        summary.nothing_counted()
    policy.not_today(orders, saved)
    summary.partly_counted(orders)
    summary.without_advice(orders)
    summary.numbers(orders)
    money.numbers(orders)
    _lines(orders, saved, version)
    _proof(orders, recommended)


def _lines(orders: Orders, saved: SavedStock | None, version: int) -> None:
    """The list, and the card of the line that is chosen in it."""
    left, right = st.columns([1.75, 1])
    with left:
        listed = order_list.choose_states(orders)
        place = order_list.choose_one(orders, listed)
        summary.changed(orders)
        first_orders.show(orders)
    with right:
        order_card.show(orders, place, saved, version)


def _proof(orders: Orders, recommended: Orders) -> None:
    """How the rule did in the past, and what of the orders pays off most."""
    left, right = st.columns([1.75, 1])
    with left, layout.card("Past check", past_check.caption(orders), height="stretch"):
        past_check.by_class(orders)
    with right, layout.card("Spend a budget", "Which of these orders pay off most", height="stretch"):
        budget.show(recommended)
