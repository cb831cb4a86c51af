"""The dialog in which a delivery is booked: what came of each line, what is missing, and what becomes of that."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import streamlit as st

from forecasting.core import formatting
from forecasting.core.errors import ShelfcastError
from forecasting.inventory.book.order import ON_THE_WAY, Order
from forecasting.services import order_delivery, orders, workspaces
from forecasting.services.order_delivery import Delivery
from pages.components.orders import delivery_table, wording
from pages.components.shared import markdown, parts, person, writing

if TYPE_CHECKING:
    from forecasting.storage.workspace import Workspace

RECEIVING: Final = "orders_receiving"
"""Where the session keeps the order whose delivery is booked, and what makes a second press recognisable."""
STILL_COMING: Final = "Still coming"
WILL_NOT_COME: Final = "Will not come"
MAX_CHARACTERS: Final = 60


def open_for(identity: str) -> None:
    """Opens the dialog in the next run."""
    st.session_state[RECEIVING] = (identity, uuid4().hex)


def show(ws: Workspace, today: date) -> None:
    """The dialog, if it is open."""
    if RECEIVING not in st.session_state:
        return
    identity, key = st.session_state[RECEIVING]
    order = orders.order(ws, identity)
    if order.state not in ON_THE_WAY:
        _close()
        return
    dialog = parts.dialog(f"Receive from {markdown.plain(wording.supplier(order))}", width="medium", on_dismiss=_close)
    dialog(_content)(ws, order, key, today)


def _content(ws: Workspace, order: Order, key: str, today: date) -> None:
    placed = "" if order.placed_at is None else f" of {wording.day(order.placed_at.astimezone().date(), today)}"
    about = f"Order {order.id}{placed}, due {wording.day(order.due, today)}. All counts are filled in as ordered; change what differs."
    st.caption(markdown.plain(about))
    left, right = st.columns(2)
    with left:
        day = st.date_input("Came on", value=today, max_value=today, format=writing.day_form(), key=f"orders_came_{key}")
    with right:
        note = st.text_input("Delivery note (optional)", max_chars=MAX_CHARACTERS, key=f"orders_note_{key}")
    delivery = Delivery(order=order, came=delivery_table.counts(ws, order, key), day=day, note=note)
    if delivery.missing:
        delivery = replace(delivery, rest=_asked(delivery, key, today))
    st.markdown(_sentence(delivery, today))
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Cancel", key="orders_receive_cancel"):
            _close()
            st.rerun()
        book = f"Book {formatting.units(delivery.units)} units"
        if st.button(book, type="primary", icon=":material/check:", key="orders_receive_book", disabled=not delivery.books):
            _book(delivery, key)


def _asked(delivery: Delivery, key: str, today: date) -> date | None:
    """The day on which what is missing comes; None if it will not come."""
    left, right = st.columns(2)
    with left:
        chosen = st.segmented_control(
            f"The missing {formatting.units(delivery.missing)}",
            [STILL_COMING, WILL_NOT_COME],
            default=STILL_COMING,
            required=True,
            key=f"orders_rest_{key}",
        )
    if chosen == WILL_NOT_COME:
        return None
    usual = delivery.order.due if delivery.order.due > today else today + timedelta(days=1)
    with right:
        day: date = st.date_input("Comes on", value=usual, min_value=today, format=writing.day_form(), key=f"orders_rest_day_{key}")
    return day


def _sentence(delivery: Delivery, today: date) -> str:
    """ "**82 of 88 units came.** 6 stay on order, due Fri 27 Nov."."""
    text = f"**{formatting.units(delivery.units)} of {formatting.units(delivery.expected)} units came.**"
    if delivery.more:
        text += f" {formatting.units(delivery.more)} more than ordered, booked as such."
    if delivery.missing:
        gone = "will not come; they are proposed anew where they are needed"
        after = gone if delivery.rest is None else f"stay on order, due {markdown.plain(wording.day(delivery.rest, today))}"
        text += f" {formatting.units(delivery.missing)} {after}."
    return text


def _book(delivery: Delivery, key: str) -> None:
    """Books it and closes the dialog; where that fails the dialog stays, with its counts."""
    try:
        order_delivery.book(workspaces.workspace(), delivery, person.login(), key=key)
    except ShelfcastError as error:
        st.error(f"Not booked: {markdown.plain(str(error))}", icon=":material/error:")
        return
    _close()
    st.toast(f"Booked {formatting.units(delivery.units)} units. They are on the shelf now.", icon=":material/check_circle:")
    st.rerun()


def _close() -> None:
    st.session_state.pop(RECEIVING, None)
