"""What a press does with an order: it is done in the name of whoever looks, and said, or why not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import pandas as pd
import streamlit as st

from forecasting.core import formatting
from forecasting.core.errors import ShelfcastError
from forecasting.inventory.book.order import OPEN, Order
from forecasting.services import orders, workspaces
from forecasting.services.orders import Wish
from pages.components.orders import wording
from pages.components.shared import markdown, person

T = TypeVar("T")
FAILED: Final = "orders_failed"
"""Where the session keeps why the last press did nothing."""
CANCELLED: Final = "orders_cancelled_last"
"""Where it keeps the order that was cancelled last."""


def place(identity: str) -> None:
    """Places an order; a second press says when it was placed."""
    states = set[str]()

    def place_once(by: str) -> Order:
        states.add(orders.order(workspaces.workspace(), identity).state)
        return orders.place(workspaces.workspace(), identity, Wish(by=by))

    placed = act(place_once)
    if placed is None or placed.placed_at is None:
        return
    when = f"{placed.placed_at.astimezone():%H:%M}{wording.by(placed.placed_by)}"
    said = f"Placed: order {placed.id} to {wording.supplier(placed)}." if states <= OPEN else f"Already placed at {when}."
    st.toast(markdown.plain(said), icon=":material/check_circle:")


def approve(identity: str) -> None:
    """Approves a proposal."""
    if act(lambda by: orders.approve(workspaces.workspace(), identity, Wish(by=by))) is not None:
        st.toast("Approved. It stays as it is until it is placed.", icon=":material/check_circle:")


def cancel(identity: str) -> None:
    """Cancels an order, or what is still to come of it; the page offers the way back."""
    if act(lambda by: orders.cancel(workspaces.workspace(), identity, Wish(by=by))) is not None:
        st.session_state[CANCELLED] = identity


def postpone(identity: str, key: str) -> None:
    """Books the day that an input of this key holds as the one on which the rest of an order comes."""
    day = st.session_state[key]
    if act(lambda by: orders.postpone(workspaces.workspace(), identity, Wish(by=by, day=day))) is not None:
        st.toast(f"Order {identity} is due on {formatting.weekday_date(pd.Timestamp(day))} now.", icon=":material/event:")


def undo(identity: str) -> None:
    """Takes back the last thing that was done with an order."""
    st.session_state.pop(CANCELLED, None)
    if act(lambda by: orders.undo(workspaces.workspace(), identity, Wish(by=by))) is not None:
        st.toast("Taken back.", icon=":material/undo:")


def act(change: Callable[[str], T]) -> T | None:
    """What a change by whoever looks gives, such as the order after it; None where that failed, which the page then says."""
    try:
        return change(person.login())
    except ShelfcastError as error:
        st.session_state[FAILED] = str(error)
        return None


def said() -> None:
    """Why the last press did nothing, said once; after a cancellation that, with its way back until it is taken or closed."""
    if FAILED in st.session_state:
        st.error(markdown.plain(st.session_state.pop(FAILED)), icon=":material/error:")
    identity = st.session_state.get(CANCELLED)
    if identity is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="orders_cancelled"):
        st.markdown(f":green[:material/check_circle:] **Order {identity} is cancelled.** The record keeps that.", width="content")
        st.button("Undo", type="tertiary", icon=":material/undo:", key="orders_cancelled_undo", on_click=undo, args=(identity,))
        st.button("Close", type="tertiary", key="orders_cancelled_close", on_click=lambda: st.session_state.pop(CANCELLED, None))
