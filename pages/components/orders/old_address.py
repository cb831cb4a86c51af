"""Addresses that were written down while the orders were on the page Inventory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st

from pages.components.orders import tabs
from pages.components.shared.addresses import ORDERS

OLD_TAB: Final = "inventory_tab"
"""The parameter of the URL that named the tab."""


def lead_on(query: Mapping[str, str]) -> None:
    """Goes on to the orders, to what the old address named."""
    named = {name: value for name, value in query.items() if name != OLD_TAB}
    st.switch_page(ORDERS, query_params=named | ({tabs.KEY: tabs.STOCK} if query.get(OLD_TAB) == tabs.STOCK else {}))
