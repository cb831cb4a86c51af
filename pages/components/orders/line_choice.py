"""Which supplier's order the lines are of, and which of them is on the card: kept by the session."""

from __future__ import annotations

from typing import Final

import streamlit as st

from forecasting.core import formatting, unseen
from forecasting.services.order_cards import SupplierCard
from pages.components.orders import wording

SUPPLIER: Final = "orders_supplier"
"""Where the session keeps the chosen supplier's name; empty for nobody."""
FEW: Final = 5
"""Suppliers that fit side by side."""


def choose(supplier: str) -> None:
    """Shows the lines of a supplier in the next run."""
    st.session_state[SUPPLIER] = supplier


def ask(cards: list[SupplierCard]) -> SupplierCard:
    """The card whose lines are shown: the one that was chosen, else the first."""
    by_name = {card.turn.name: card for card in cards}
    if st.session_state.get(SUPPLIER) not in by_name:
        st.session_state[SUPPLIER] = cards[0].turn.name
    labels = {name: _label(card) for name, card in by_name.items()}
    if len(cards) > FEW:
        name: str | None = st.selectbox(
            "Supplier", list(by_name), format_func=labels.__getitem__, label_visibility="collapsed", key=SUPPLIER, width=300
        )
    else:
        name = st.segmented_control(
            "Supplier", list(by_name), format_func=labels.__getitem__, label_visibility="collapsed", required=True, key=SUPPLIER
        )
    return by_name.get(str(name), cards[0])


def _label(card: SupplierCard) -> str:
    lines = 0 if card.order is None else sum(line.quantity > 0 for line in card.order.lines)
    return f"{unseen.escaped(card.turn.name or wording.WITHOUT_SUPPLIER)} {formatting.units(lines)}"
