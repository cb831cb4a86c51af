"""What needs a person today about orders and stock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from forecasting.core import formatting, numerals
from forecasting.inventory.orders.recommend import Orders
from pages.components.inventory import summary
from pages.components.orders import tabs, wording
from pages.components.overview.need import BLUE, ORANGE, RED, Need
from pages.components.overview.orders_today import OrdersToday
from pages.components.shared import markdown
from pages.components.shared.addresses import ORDERS

if TYPE_CHECKING:
    from forecasting.services.order_cards import SupplierCard


def to_order(today: OrdersToday | None) -> list[Need]:
    """Shelves that may be empty before an order arrives, and what is to be ordered today."""
    if today is None:
        return []
    orders, rows = today.orders, today.orders.urgent()
    empty = rows[rows["runs_out"]].sort_values("empty_on", kind="stable")
    due = _due_today(today.cards) if today.cards else []
    if len(empty):
        first = empty.iloc[0]
        fact = f"{summary.shelves(orders, len(empty))} will run out before an order arrives"
        detail = f"First: {markdown.plain(summary.named(first.to_dict()))}, {summary.when(orders, first['empty_on'])}"
        return [Need(RED, fact, detail, "Order", _order), *due]
    totals = orders.totals()
    if not today.cards and totals["order_now"]:
        fact = f"{formatting.count(int(totals['order_now']), 'line')} to order today"
        return [Need(BLUE, fact, f"{formatting.headline(totals['units'])} units", "Order", _order)]
    return due


def _due_today(cards: Sequence[SupplierCard]) -> list[Need]:
    """The order whose deadline is the first today, and how many there are."""
    due = [card for card in cards if card.to_send is not None and card.deadline.date() <= card.today]
    if not due:
        return []
    first = due[0]
    until = markdown.plain(wording.deadline(first.deadline, first.today))
    more = f"And {formatting.count(len(due) - 1, 'order')} more today" if len(due) > 1 else ""
    what = "" if first.to_send is None else markdown.plain(wording.lines_and_units(first.to_send))
    return [Need(BLUE, f"Order from {markdown.plain(first.turn.name)} by {until}", more or what, "Order", _order)]


def _order() -> None:
    st.switch_page(ORDERS)


def counting(orders: Orders | None) -> list[Need]:
    """Shelves that wait for a count, where others were counted."""
    totals = {} if orders is None else orders.totals()
    if not totals or totals["counted"] == totals["to_count"]:
        return []

    def count() -> None:
        tabs.lead_to(tabs.STOCK)
        st.switch_page(ORDERS)

    fact = f"{numerals.write(totals['counted'])} of {numerals.write(totals['to_count'])} shelves counted"
    return [Need(ORANGE, fact, "The others have no order until they are counted", "Count", count)]
