"""What stock and orders are worth, and what of it is expected to spoil, in numbers."""

from __future__ import annotations

import math
from typing import Final

import streamlit as st

from forecasting.core import caches, formatting, numerals
from forecasting.inventory.orders.recommend import Orders
from forecasting.inventory.orders.value import Value, value_of
from pages.components.inventory import summary
from pages.components.shared import writing
from pages.components.shared.figures import Chip, figure

WASTE: Final = (
    "Cost of the units of today's orders that are expected to outlive their shelf life, oldest sold first. Goods without a shelf life keep."
)


def numbers(orders: Orders) -> None:
    """What stock and orders are worth, where costs are known; nothing where none is."""
    worth = caches.once(orders, value_of, orders)
    if not worth.costed:
        return
    of = summary.shelves(orders, worth.series)
    known = f"Unit costs of {numerals.write(worth.costed)} and prices of {numerals.write(worth.priced)} of {of} are known."
    risk = f"Expected to be lost on missed sales until today's orders are used up. {known}"
    with st.grid(5 if worth.waste else 4, min_column_width=170):
        _value("Margin at risk", worth.at_risk, _without_orders(worth), risk)
        _value("Stock value", worth.stock, Chip("at unit cost"), f"Units on the shelves, at what they cost. {known}")
        _value("On order", worth.on_order, Chip("at unit cost"), f"Units that are to come, at what they cost. {known}")
        share = worth.overstock / worth.stock if worth.stock > 0 else math.nan
        part = Chip("at unit cost" if math.isnan(share) else f"{formatting.percent(share, 0)} of the stock")
        _value("In overstock", worth.overstock, part, f"Units above the level, at what they cost. {known}")
        if worth.waste:
            _value("Expected to spoil", worth.waste, _of_orders(worth), f"{WASTE} {known}")
    if worth.costed < worth.series or worth.priced < worth.series:
        st.caption(f"{known} Sums count these alone.")


def _of_orders(worth: Value) -> Chip:
    unknown = math.isnan(worth.waste) or not worth.orders > 0
    return Chip("forecast too short to say" if unknown else f"{formatting.percent(worth.waste / worth.orders)} of today's orders")


def _without_orders(worth: Value) -> Chip:
    unknown = math.isnan(worth.at_risk_without_orders)
    return Chip("prices not known" if unknown else f"{writing.headline(worth.at_risk_without_orders)} without orders")


def _value(label: str, amount: float, chip: Chip, text: str) -> None:
    figure(label, formatting.UNKNOWN if math.isnan(amount) else writing.headline(amount), chip, text)
