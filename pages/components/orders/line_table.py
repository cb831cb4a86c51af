"""The lines of an order as a table to type in: each changed quantity is kept with one reason, as on a line's card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from forecasting.core import formatting, unseen
from forecasting.inventory.book.order import Line, Order
from forecasting.services import orders, workspaces
from forecasting.services.order_cards import SupplierCard
from forecasting.services.orders import Wish
from pages.components.orders import acts, reasons, wording
from pages.components.shared import tables, writing

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ColumnConfig

ROUND: Final = "orders_table_round"
"""Where the session keeps how often the table began anew."""


def show(card: SupplierCard, order: Order, lines: Sequence[Line]) -> None:
    """The table of these lines, and what becomes of what was typed in it."""
    shown = list(lines[: tables.MOST_TYPED])
    key = f"orders_table_{order.id}_{st.session_state.get(ROUND, 0)}"
    edited = st.data_editor(
        unseen.legible(_frame(shown, card)),
        column_config=_columns(),
        disabled=["product", "suggested", "value", "why"],
        hide_index=True,
        height="content" if len(shown) <= tables.FEW else tables.HEIGHT,
        key=key,
        width="stretch",
    )
    tables.left_out(len(lines), "The files have all.", most=tables.MOST_TYPED)
    changed = _changed(shown, edited["order"].tolist())
    if not changed:
        st.caption("Type in the column Order. Nothing is kept before you say why.")
        return
    _keep(order, changed)


def _frame(lines: Sequence[Line], card: SupplierCard) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "product": [wording.line_name(line) for line in lines],
            "order": [line.quantity for line in lines],
            "suggested": [line.recommended for line in lines],
            "value": [None if line.value is None else line.value * card.turn.rate for line in lines],
            "why": [line.reason for line in lines],
        }
    ).astype({"value": float})


def _columns() -> dict[str, ColumnConfig]:
    """The first ones answer on a phone."""
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    return {
        "product": text("Product", width=170),
        "order": number("Order", min_value=0.0, format="localized", width=80, required=True),
        "suggested": number("Suggested", format="localized", width=80, help="What we would order."),
        "value": number("Value", format=writing.money_form(), width=88),
        "why": text("Changed because", width=140),
    }


def _changed(lines: Sequence[Line], typed: Sequence[float]) -> dict[str, float]:
    """Series -> units, where another quantity was typed than was there."""
    pairs = zip(lines, typed, strict=True)
    return {line.unique_id: float(units) for line, units in pairs if pd.notna(units) and float(units) != line.quantity}


def _keep(order: Order, changed: Mapping[str, float]) -> None:
    """Asks why, once for all of it."""
    count = formatting.count(len(changed), "line")
    with st.container(border=True, key="orders_table_reason", gap="small"):
        st.markdown(f"**{count} changed. Why?**")
        reason = reasons.ask("orders_table_why")
        with st.container(horizontal=True):
            st.button(
                f"Save {count}", type="primary", disabled=not reason, key="orders_table_save", on_click=_save, args=(order, dict(changed), reason)
            )
            st.button("Leave it", type="tertiary", key="orders_table_leave", on_click=_begin_anew)


def _save(order: Order, changed: Mapping[str, float], reason: str) -> None:
    """Keeps the changes; a quantity that is the suggested one again is no change of a person's any more."""
    advised = {line.unique_id: line.recommended for line in order.lines}
    back = [name for name, units in changed.items() if units == advised[name]]
    own = {name: units for name, units in changed.items() if name not in back}
    ws = workspaces.workspace()
    if own and acts.act(lambda by: orders.change(ws, order.id, Wish(by=by, quantities=own, reason=reason))) is None:
        return
    if back and acts.act(lambda by: orders.restore(ws, order.id, back, by)) is None:
        return
    _begin_anew()


def _begin_anew() -> None:
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
    reasons.forget("orders_table_why")
