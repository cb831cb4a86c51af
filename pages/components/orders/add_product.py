"""A product that was not recommended, added to an order with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from forecasting.core import unseen
from forecasting.inventory.book.order import OPEN, Order
from forecasting.services import added_lines, orders, workspaces
from forecasting.services.orders import Wish
from pages.components.orders import acts, lines, reasons, wording

if TYPE_CHECKING:
    from forecasting.storage.workspace import Workspace

WHAT: Final = "What this supplier delivers, or nobody is known to deliver. It stays, with its reason, whatever is recommended later."


def ask(ws: Workspace, order: Order) -> None:
    """A button that asks for product, units and reason; nothing where the order was sent, or has every product already."""
    if not order.id or order.state not in OPEN:
        return
    names = {line.unique_id: wording.line_name(line) for line in added_lines.may_be_added(ws, order)}
    if not names:
        return
    key = f"orders_add_{order.id}"
    with st.popover("Add a product", icon=":material/add:", key=f"{key}_button"):
        st.caption(WHAT)
        name = st.selectbox(
            "Product",
            list(names),
            index=None,
            format_func=lambda each: unseen.escaped(names[each]),
            placeholder="Type to search",
            key=f"{key}_product",
        )
        units = st.number_input("Units", min_value=0.0, value=None, step=1.0, format="%g", key=f"{key}_units")
        reason = reasons.ask(f"{key}_why")
        is_said = name is not None and bool(units) and bool(reason)
        st.button("Add", disabled=not is_said, key=f"{key}_save", on_click=_add, args=(order.id, key, reason))


def _add(identity: str, key: str, reason: str) -> None:
    name, units = st.session_state[f"{key}_product"], st.session_state[f"{key}_units"]
    added = {str(name): float(units)}
    if acts.act(lambda by: orders.change(workspaces.workspace(), identity, Wish(by=by, quantities=added, reason=reason))) is None:
        return
    st.session_state[lines.LINE] = name
    for each in ("product", "units"):
        st.session_state.pop(f"{key}_{each}", None)
    reasons.forget(f"{key}_why")
