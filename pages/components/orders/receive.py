"""The dialog in which a delivery is booked: what came of each line, what is missing, and what becomes of that."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import pandas as pd
import streamlit as st

from forecasting.core import formatting, unseen
from forecasting.core.errors import ShelfcastError
from forecasting.inventory.book.order import ON_THE_WAY, Order
from forecasting.services import order_delivery, orders, workspaces
from forecasting.services.order_delivery import Delivery
from pages.components.orders import wording
from pages.components.shared import markdown, person

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
    dialog = st.dialog(f"Receive from {markdown.plain(wording.supplier(order))}", width="medium", on_dismiss=_close)
    dialog(_content)(order, key, today)


def _content(order: Order, key: str, today: date) -> None:
    placed = "" if order.placed_at is None else f" of {wording.day(order.placed_at.astimezone().date(), today)}"
    about = f"Order {order.id}{placed}, due {wording.day(order.due, today)}. All counts are filled in as ordered; change what differs."
    st.caption(markdown.plain(about))
    left, right = st.columns(2)
    with left:
        day = st.date_input("Came on", value=today, max_value=today, key=f"orders_came_{key}")
    with right:
        note = st.text_input("Delivery note (optional)", max_chars=MAX_CHARACTERS, key=f"orders_note_{key}")
    delivery = Delivery(order=order, came=_counts(order, key), day=day, note=note)
    rest = WILL_NOT_COME if delivery.missing and _asked(delivery, key) == WILL_NOT_COME else STILL_COMING
    st.markdown(_sentence(delivery, rest))
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Cancel", key="orders_receive_cancel"):
            _close()
            st.rerun()
        book = f"Book {formatting.units(delivery.units)} units"
        if st.button(book, type="primary", icon=":material/check:", key="orders_receive_book", disabled=not delivery.units and rest == STILL_COMING):
            _book(delivery, key, gone=rest == WILL_NOT_COME)


def _counts(order: Order, key: str) -> dict[str, float]:
    """Series -> units that came, as they were typed."""
    lines = [line for line in order.lines if line.outstanding]
    names = [wording.line_name(line) for line in lines]
    frame = pd.DataFrame({"product": names, "came": [line.outstanding for line in lines], "ordered": [line.outstanding for line in lines]})
    number = st.column_config.NumberColumn
    edited = st.data_editor(
        unseen.legible(frame),
        column_config={
            "product": st.column_config.TextColumn("Product", width=210),
            "came": number("Came", min_value=0.0, format="localized", width=90, required=True),
            "ordered": number("Still to come" if order.state == "partly_received" else "Ordered", format="localized", width=90),
        },
        disabled=["product", "ordered"],
        hide_index=True,
        height="content" if len(lines) <= 8 else 320,
        key=f"orders_counts_{key}",
        width="stretch",
    )
    return {line.unique_id: float(units) for line, units in zip(lines, edited["came"].fillna(0.0), strict=True)}


def _asked(delivery: Delivery, key: str) -> str:
    chosen = st.segmented_control(
        f"The missing {formatting.units(delivery.missing)}",
        [STILL_COMING, WILL_NOT_COME],
        default=STILL_COMING,
        required=True,
        key=f"orders_rest_{key}",
    )
    return str(chosen)


def _sentence(delivery: Delivery, rest: str) -> str:
    """ "**82 of 88 units came.** 6 stay on order."."""
    text = f"**{formatting.units(delivery.units)} of {formatting.units(delivery.expected)} units came.**"
    if delivery.more:
        text += f" {formatting.units(delivery.more)} more than ordered, booked as such."
    if delivery.missing:
        after = "will not come; they are proposed anew where they are needed" if rest == WILL_NOT_COME else "stay on order"
        text += f" {formatting.units(delivery.missing)} {after}."
    return text


def _book(delivery: Delivery, key: str, *, gone: bool) -> None:
    """Books it and closes the dialog; where that fails the dialog stays, with its counts."""
    try:
        order_delivery.book(workspaces.workspace(), delivery, person.login(), key=key, gone=gone)
    except ShelfcastError as error:
        st.error(f"Not booked: {markdown.plain(str(error))}", icon=":material/error:")
        return
    _close()
    st.toast(f"Booked {formatting.units(delivery.units)} units. They are on the shelf now.", icon=":material/check_circle:")
    st.rerun()


def _close() -> None:
    st.session_state.pop(RECEIVING, None)
