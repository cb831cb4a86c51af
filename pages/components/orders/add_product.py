"""A product that was not recommended, added to an order with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from forecasting.core import unseen
from forecasting.inventory.book.order import OPEN, Line, Order
from forecasting.services import added_lines, orders, workspaces
from forecasting.services.orders import Wish
from pages.components.orders import acts, lines, reasons, wording
from pages.components.shared import long_choice

if TYPE_CHECKING:
    from forecasting.storage.workspace import Workspace

WHAT: Final = "What this supplier delivers, or nobody is known to deliver. It stays, with its reason, whatever is recommended later."


def ask(ws: Workspace, order: Order) -> None:
    """A button that asks for product, units and reason; nothing where the order was sent, or has every product already."""
    if not order.id or order.state not in OPEN:
        return
    series = _by_name(added_lines.may_be_added(ws, order))
    if not series:
        return
    key = f"orders_add_{order.id}"
    with st.popover("Add a product", icon=":material/add:", key=f"{key}_button"):
        st.caption(WHAT)
        name = _product(f"{key}_product", list(series))
        units = st.number_input("Units", min_value=0.0, value=None, step=1.0, format="%g", key=f"{key}_units")
        reason = reasons.ask(f"{key}_why")
        is_said = name in series and bool(units) and bool(reason)
        st.button("Add", disabled=not is_said, key=f"{key}_save", on_click=_add, args=(order.id, key, series.get(str(name), ""), reason))


def _by_name(others: list[Line]) -> dict[str, str]:
    """What people call each series -> its unique_id, which stands beside a name that another one has."""
    series: dict[str, str] = {}
    for line in others:
        name = wording.line_name(line)
        series[f"{name} ({line.unique_id})" if name in series else name] = line.unique_id
    return series


def _product(key: str, names: list[str]) -> str | None:
    """The name of a product; of very many a browser gets some, and a search."""
    long_choice.settle(key, names)
    listed = long_choice.options(key, names, st.session_state.get(key))
    chosen: str | None = st.selectbox(
        "Product",
        listed,
        index=None,
        format_func=unseen.escaped,
        placeholder="Type to search",
        accept_new_options=long_choice.is_long(names),
        key=key,
    )
    long_choice.note(key, names, "products")
    return chosen


def _add(identity: str, key: str, name: str, reason: str) -> None:
    added = {name: float(st.session_state[f"{key}_units"])}
    if acts.act(lambda by: orders.change(workspaces.workspace(), identity, Wish(by=by, quantities=added, reason=reason))) is None:
        return
    st.session_state[lines.LINE] = name
    for each in ("product", "units"):
        st.session_state.pop(f"{key}_{each}", None)
    reasons.forget(f"{key}_why")
