"""The tabs of the page Orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

if TYPE_CHECKING:
    from streamlit.elements.lib.mutable_tab_container import TabContainer

KEY: Final = "orders_tab"
"""Of the session and of the URL."""
ORDER: Final = "orders_order"
"""Of the session: the order that is open in the order book."""
TO_ORDER: Final = "To order"
BOOK: Final = "Order book"
STOCK: Final = "Stock"
SUPPLIERS: Final = "Suppliers"


def show() -> tuple[TabContainer, TabContainer, TabContainer, TabContainer]:
    """All of them, of which one is open."""
    to_order, book, stock, suppliers = st.tabs([TO_ORDER, BOOK, STOCK, SUPPLIERS], key=KEY, bind="query-params")
    return to_order, book, stock, suppliers


def lead_to(tab: str) -> None:
    """Opens a tab in the next run."""
    st.session_state[KEY] = tab
