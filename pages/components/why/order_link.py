"""What an order was by the forecast before, and the link to why: for every page that shows an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from forecasting.core import formatting, schema
from forecasting.services import changed_orders, workspaces
from pages.components.shared import markdown
from pages.components.why import links

if TYPE_CHECKING:
    from forecasting.inventory.orders.recommend import Orders
    from forecasting.services.changed_orders import OrderChange


def show(orders: Orders, place: int, version: int) -> None:
    """ "173, was 150: why?" of one line of the orders; nothing where the forecast of its days did not change by a unit that is shown."""
    change = changed_orders.changed(workspaces.workspace(), version, orders, place)
    if change is None or formatting.units(change.expected) == formatting.units(change.was):
        return
    row = orders.table.iloc[place]
    filters = {name: str(row[name]) for name in schema.KEYS if name in row}
    with st.container(gap=None):
        st.caption(markdown.plain(sentence(change)))
        links.link(change.before, version, filters, text=f"{formatting.units(change.quantity)}, was {formatting.units(change.quantity_was)}: why?")


def sentence(change: OrderChange) -> str:
    """What is expected of the days that the order covers, by both versions."""
    expected, was = formatting.units(change.expected), formatting.units(change.was)
    return f"Expected to {formatting.near_date(change.last)}, which this order covers: {expected}, was {was} by v{change.before}."
