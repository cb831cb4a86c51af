"""The tab To order of a shop that knows who delivers: cards of suppliers, the lines of one of them, and every shelf on request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from forecasting.inventory.proposals.left_out import TO_COUNT
from forecasting.services import changed_quantities, order_cards, order_history, suppliers
from forecasting.services.order_cards import ToOrder
from pages.components.inventory import all_shelves, summary
from pages.components.orders import acts, add_product, line_card, line_choice, lines, supplier_cards, tabs
from pages.components.shared import markdown, person

if TYPE_CHECKING:
    from forecasting.storage.stock_states import SavedStock
    from forecasting.storage.workspace import Workspace
    from forecasting.training.ensemble import Ensemble

VIEW: Final = "orders_view"
BY_SUPPLIER: Final = "By supplier"
ALL_SHELVES: Final = "All shelves"
NO_SUPPLIERS: Final = "No suppliers yet: these are all shelves. With suppliers there is an order for each, to place and to receive."
MOST_LEFT_OUT: Final = 5
"""Reasons why nothing is proposed for some shelves that are shown, at most."""
ALL_MEANS: Final = (
    "Every shelf by itself: the days, packs and costs of its supplier hold, the terms chosen above where nobody is known to deliver. "
    "Minimums, freight and price breaks belong to a whole order, and are on the cards."
)


def show(ws: Workspace, manifest: dict[str, Any], ensemble: Ensemble, saved: SavedStock | None, actions: DeltaGenerator) -> None:
    """All of it; every shelf alone as long as nobody said who delivers."""
    acts.said()
    if not suppliers.sourcing(ws).suppliers:
        _without_suppliers()
        changed_quantities.refresh(ws, person.login())
        all_shelves.show(manifest, ensemble, saved, actions)
        return
    view = st.segmented_control(
        "View", [BY_SUPPLIER, ALL_SHELVES], default=BY_SUPPLIER, required=True, label_visibility="collapsed", key=VIEW, bind="query-params"
    )
    if view == ALL_SHELVES:
        st.caption(ALL_MEANS)
        all_shelves.show(manifest, ensemble, saved, actions)
        return
    to_order = order_cards.to_order(ws, person.login())
    if to_order.refusal:
        st.markdown(f":orange[:material/warning:] These proposals are not in the order book yet. {markdown.plain(to_order.refusal)}")
    _left_out(to_order)
    summary.some_counted(to_order.proposals.counted, to_order.proposals.to_count)
    supplier_cards.show(to_order)
    _lines(ws, to_order, manifest["version"])


def _left_out(to_order: ToOrder) -> None:
    """Why nothing is proposed for some shelves; those that wait for a count are told of below."""
    told = [each.text for each in to_order.left_out if each.reason != TO_COUNT]
    for text in told[:MOST_LEFT_OUT]:
        st.markdown(f":orange[:material/warning:] {markdown.plain(text)}")
    if len(told) > MOST_LEFT_OUT:
        st.caption(f"And {len(told) - MOST_LEFT_OUT} more: `orders propose` lists all of them.")


def _without_suppliers() -> None:
    """Says what a list of suppliers would bring, in one line."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="orders_without_suppliers"):
        st.caption(NO_SUPPLIERS, width="content")
        st.button(
            "Say who delivers",
            type="tertiary",
            icon=":material/local_shipping:",
            key="orders_first_supplier",
            on_click=tabs.lead_to,
            args=(tabs.SUPPLIERS,),
        )


def _lines(ws: Workspace, to_order: ToOrder, version: int) -> None:
    """The lines of one order, and the card of one of them."""
    cards = [card for card in to_order.cards if card.order is not None]
    if not cards:
        return
    is_table = bool(st.session_state.get(lines.TABLE))
    left, right = (st.container(), None) if is_table else st.columns([1.75, 1])
    with left:
        with st.container(border=True, key="orders_lines_card"):
            card = line_choice.ask(cards)
            order = card.order
            if order is None:
                return
            changes, recommended = order_history.changes(ws, order.id), to_order.proposals.orders(card.turn, order)
            line = lines.show(card, order, recommended, changes)
            add_product.ask(ws, order)
        if line is not None:
            line_card.changed(card, order, line, recommended, changes)
    if line is not None and right is not None:
        with right:
            line_card.show(order, line, recommended, version)
