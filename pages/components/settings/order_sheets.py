"""What stands on order sheets about the shop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from forecasting.core.shop_settings import MAX_CHARACTERS
from pages.components.settings.saving import Shown
from pages.components.shared import layout


def card(of: Shown) -> Mapping[str, Any]:
    """Asks who orders, and where suppliers deliver."""
    now = of.state.values
    with layout.card("Order sheets", "What your suppliers read on each order: PDF, Excel, e-mail and print view"):
        name = st.text_input("Name of the shop", now.shop_name, max_chars=MAX_CHARACTERS, placeholder="Bakery Sommer", key=of.key("shop_name"))
        address = st.text_input(
            "Deliver to", now.delivery_address, max_chars=MAX_CHARACTERS, placeholder="Hafenstr. 1, 20457 Hamburg", key=of.key("delivery_address")
        )
    return {"shop_name": name, "delivery_address": address}
