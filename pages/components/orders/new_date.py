"""The day on which what is still to come of an order comes, where that is another one than promised."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from forecasting.inventory.book.order import Order
from pages.components.orders import acts
from pages.components.shared import writing


def ask(order: Order, today: date, where: str = "panel") -> None:
    """A button that asks for the day; `where` tells it from others of the same order."""
    key = f"orders_new_date_{where}_{order.id}"
    with st.popover("New date", icon=":material/event:", key=f"{key}_button"):
        later = order.due if order.due > today else today + timedelta(days=1)
        label = "The rest comes on" if order.state == "partly_received" else "It comes on"
        st.date_input(label, later, min_value=today, format=writing.day_form(), key=key)
        st.caption("Stock and risk count on that day. How late the supplier is stays counted from the day that was promised.")
        st.button("Save the day", type="primary", key=f"{key}_save", on_click=acts.postpone, args=(order.id, key))
