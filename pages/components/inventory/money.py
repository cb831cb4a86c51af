"""What stock and orders are worth, in four numbers."""

from __future__ import annotations

import math

import streamlit as st

from forecasting.core import formatting, numerals
from forecasting.inventory.orders.recommend import Orders
from forecasting.inventory.orders.value import Value, value_of
from pages.components.inventory import summary
from pages.components.shared import writing
from pages.components.shared.figures import Chip, figure


def numbers(orders: Orders) -> None:
    """What stock and orders are worth, where costs are known; nothing where none is."""
    worth = value_of(orders)
    if not worth.costed:
        return
    of = summary.shelves(orders, worth.series)
    known = f"Unit costs of {numerals.write(worth.costed)} and prices of {numerals.write(worth.priced)} of {of} are known."
    risk = f"Expected to be lost on missed sales until today's orders are used up. {known}"
    with st.grid(4, min_column_width=190):
        _value("Margin at risk", worth.at_risk, _without_orders(worth), risk)
        _value("Stock value", worth.stock, Chip("at unit cost"), f"Units on the shelves, at what they cost. {known}")
        _value("On order", worth.on_order, Chip("at unit cost"), f"Units that are to come, at what they cost. {known}")
        share = worth.overstock / worth.stock if worth.stock > 0 else math.nan
        part = Chip("at unit cost" if math.isnan(share) else f"{formatting.percent(share, 0)} of the stock")
        _value("In overstock", worth.overstock, part, f"Units above the level, at what they cost. {known}")
    if worth.costed < worth.series or worth.priced < worth.series:
        st.caption(f"{known} Sums count these alone.")


def _without_orders(worth: Value) -> Chip:
    unknown = math.isnan(worth.at_risk_without_orders)
    return Chip("prices not known" if unknown else f"{writing.headline(worth.at_risk_without_orders)} without orders")


def _value(label: str, amount: float, chip: Chip, text: str) -> None:
    figure(label, formatting.UNKNOWN if math.isnan(amount) else writing.headline(amount), chip, text)
