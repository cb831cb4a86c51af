"""One order: its lines, what was done with it by whom and when, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from forecasting.core import formatting
from forecasting.inventory.book.events import Event
from forecasting.inventory.book.order import ON_THE_WAY, OPEN, Order
from forecasting.inventory.suppliers.supplier import Supplier
from forecasting.services import order_history, suppliers
from forecasting.services.order_overview import Overview
from pages.components.orders import acts, downloads, new_date, notes, receive, tabs, wording
from pages.components.shared import layout, markdown, tables, writing

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ColumnConfig

    from forecasting.storage.workspace import Workspace

DONE: Final = {
    "undone": "Taken back",
    "proposed": "Proposed",
    "added": "Added",
    "changed": "Changed",
    "declined": "Nothing ordered of",
    "restored": "Changed back",
    "approved": "Approved",
    "placed": "Placed",
    "postponed": "Comes later",
    "received": "Received",
    "cancelled": "Cancelled",
}


def show(ws: Workspace, overview: Overview) -> None:
    """The order that the session keeps as chosen; nothing without one."""
    identity = st.session_state.get(tabs.ORDER)
    order = next((each for each in overview.every if each.id == identity), None)
    if order is None:
        return
    text, _ = wording.state(order, overview.today)
    supplier = next((each for each in suppliers.sourcing(ws).suppliers if each.key == order.supplier.casefold()), None)
    name = markdown.plain(wording.supplier(order))
    due = "" if order.state not in OPEN | ON_THE_WAY else f"due {markdown.plain(wording.day(order.due, overview.today))}, "
    due += f"forecast v{order.version}"
    with layout.card(f"Order {order.id}, {name}", f"{text}, {due}. {markdown.plain(notes.note(order, supplier))}".strip()):
        _lines(order, supplier)
        st.caption("  \n".join(markdown.plain(_said(event, order, overview)) for event in order_history.history(ws, order.id)))
        if order.lines:
            downloads.order_downloads(ws, order.id)
        _buttons(ws, order, overview)


def _lines(order: Order, supplier: Supplier | None) -> None:
    table = pd.DataFrame(
        {
            "product": [wording.line_name(line) for line in order.lines],
            "ordered": [line.quantity for line in order.lines],
            "suggested": [line.recommended for line in order.lines],
            "received": [line.received for line in order.lines],
            "open": [line.outstanding if order.state in ON_THE_WAY else 0.0 for line in order.lines],
            "cost": [line.unit_cost for line in order.lines],
            "why": [line.reason for line in order.lines],
        }
    )
    absent = {
        "cost": table["cost"].isna().all(),
        "why": not table["why"].any(),
        "received": order.placed_at is None,
        "open": order.state not in ON_THE_WAY,
    }
    columns = {name: column for name, column in _columns(_currency(supplier)).items() if not absent.get(name)}
    tables.grid(table, columns, copy="order", key=f"orders_panel_{order.id}", alt=f"Lines of order {order.id}")


def _columns(currency: str | None) -> dict[str, ColumnConfig]:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    return {
        "product": text("Product", width=190),
        "ordered": number("Ordered", format="localized", width=74),
        "suggested": number("Suggested", format="localized", width=80),
        "received": number("Came", format="localized", width=66),
        "open": number("Still to come", format="localized", width=94),
        "cost": number("Unit cost", format=writing.money_form(currency), width=88),
        "why": text("Changed because", width=150),
    }


def _currency(supplier: Supplier | None) -> str | None:
    """The code of a supplier's money; None if it is the shop's."""
    return None if supplier is None or supplier.currency is None else supplier.currency.code


def _said(event: Event, order: Order, overview: Overview) -> str:
    """ "Received 82 units by Anna, Tue 24 Nov 09:20"."""
    local = event.when.astimezone()
    moved = f" {formatting.units(sum(event.quantities.values()))} units" if event.kind == "received" else ""
    names = {line.unique_id: wording.line_name(line) for line in order.lines}
    to = {"added": ", {}", "changed": " to {}", "declined": ""}.get(event.kind)
    of = [] if to is None else [names.get(name, name) + to.format(formatting.units(units)) for name, units in event.quantities.items()]
    more = f" {formatting.listing(of)}" if of else moved
    reason = f" ({event.reason})" if event.reason else ""
    if event.kind == "postponed" and event.day is not None:
        more = f", on {wording.day(event.day, overview.today)}"
    return f"{DONE[event.kind]}{more}{reason}{wording.by(event.by)}, {wording.day(local.date(), overview.today)} {local:%H:%M}"


def _buttons(ws: Workspace, order: Order, overview: Overview) -> None:
    with st.container(horizontal=True, gap="small"):
        if order.state == "proposed":
            st.button("Approve", icon=":material/check:", key="orders_panel_approve", on_click=acts.approve, args=(order.id,))
        if order.state in OPEN:
            st.button("Place order", icon=":material/send:", key="orders_panel_place", on_click=acts.place, args=(order.id,))
        if order.state in ON_THE_WAY:
            st.button("Receive", icon=":material/inventory:", key="orders_panel_receive", on_click=receive.open_for, args=(order.id,))
            new_date.ask(order, overview.today)
        if order.state in OPEN | ON_THE_WAY:
            _cancel(order)
        if order_history.can_be_undone(ws, order.id):
            text = "Takes back the last thing that was done with this order; the record keeps both."
            st.button("Undo", type="tertiary", icon=":material/undo:", key="orders_panel_undo", on_click=acts.undo, args=(order.id,), help=text)
        st.button("Close", type="tertiary", key="orders_panel_close", on_click=_close)


def _cancel(order: Order) -> None:
    rest = order.outstanding
    label = "Cancel the rest" if order.state == "partly_received" else "Cancel order"
    with st.popover(label, icon=":material/close:", key="orders_panel_cancel"):
        gone = (
            f"{formatting.units(rest)} units will not come any more, and are proposed anew where they are needed." if rest else "It is not ordered."
        )
        st.markdown(f"{gone} What came already stays.")
        st.button(f"{label} {order.id}", type="primary", key="orders_panel_cancel_sure", on_click=acts.cancel, args=(order.id,))


def _close() -> None:
    st.session_state.pop(tabs.ORDER, None)
