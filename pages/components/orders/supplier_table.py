"""What to order from each of many suppliers, as a table: a row a supplier, earliest deadline first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from forecasting.services.order_cards import SupplierCard
from pages.components.orders import acts, line_choice, supplier_facts, wording
from pages.components.shared import tables, writing

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ButtonColumnResult, ColumnConfig

PLACED: Final = "orders_suppliers_placed"
OPENED: Final = "orders_suppliers_opened"
PLACE: Final = "Place order"
NOTHING: Final = "Nothing to order"
USUAL: Final = "Usual round"
URGENT: Final[dict[wording.Color, int]] = {"red": 0, "orange": 1}
"""Colours of the badges that come first, where a cell has no room for all."""
ALT: Final = "Suppliers, earliest deadline first: what to order, until when, for how much, and what the order lacks"


def show(cards: Sequence[SupplierCard]) -> None:
    """The table; a press on a name shows its lines below, one on "Place order" places it."""
    shown = list(cards[: tables.MOST])
    table = pd.DataFrame([_row(card) for card in shown])
    tables.grid(table, _columns(shown), copy="to_order", key="orders_supplier_table", alt=ALT)
    st.caption(f"Choose a supplier to see its lines below. {tables.some_of(len(cards))}".rstrip())


def _row(card: SupplierCard) -> dict[str, Any]:
    order, is_open = card.order, card.order is not None and card.done_today is None
    return {
        "supplier": card.turn.name or wording.WITHOUT_SUPPLIER,
        "until": wording.deadline(card.deadline, card.today) if card.supplier is not None else "",
        "value": card.value if order is not None and order.value else None,
        "place": PLACE if is_open and order is not None and order.id else "",
        "facts": [text for text, _ in _badges(card)],
        "units": 0.0 if order is None else order.units,
        "lines": 0 if order is None else sum(line.quantity > 0 for line in order.lines),
        "arrives": order.due if order is not None else None,
    }


def _badges(card: SupplierCard) -> list[tuple[str, wording.Color]]:
    """Text and colour of each."""
    if card.done_today is not None:
        return [("Placed", "green")]
    facts = sorted(supplier_facts.facts(card), key=lambda fact: URGENT.get(fact[2], len(URGENT)))
    return [(text, color) for text, _, color in facts] or [(NOTHING if card.order is None else USUAL, "gray")]


def _columns(shown: Sequence[SupplierCard]) -> dict[str, ColumnConfig | ButtonColumnResult]:
    """The first ones answer on a phone."""
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    colors = {said: color for card in shown for said, color in _badges(card)}
    return {
        "supplier": st.column_config.ButtonColumn(
            "Supplier", type="tertiary", alignment="left", width=140, on_click=lambda: _choose(shown), key=OPENED
        ),
        "until": text("Order by", width=104),
        "value": number("Value", format=writing.money_form(), width=96),
        "place": st.column_config.ButtonColumn("Next", type="tertiary", alignment="left", width=92, on_click=lambda: _place(shown), key=PLACED),
        "facts": st.column_config.MultiselectColumn("Terms", options=list(colors), color=list(colors.values()), width=330),
        "lines": number("Lines", width=55),
        "units": number("Units", format="localized", width=66),
        "arrives": st.column_config.DateColumn("Arrives", format="ddd D MMM", width=96),
    }


def _choose(shown: Sequence[SupplierCard]) -> None:
    line_choice.choose(shown[st.session_state[OPENED]["row"]].turn.name)


def _place(shown: Sequence[SupplierCard]) -> None:
    order = shown[st.session_state[PLACED]["row"]].order
    if order is not None and order.id:
        acts.place(order.id)
