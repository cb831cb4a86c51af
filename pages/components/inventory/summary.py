"""Parts of the inventory page: recommendations by version, stock and policy, and the answer in four numbers."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

import pandas as pd
import streamlit as st

from forecasting.core import formatting, schema
from forecasting.inventory.orders import wording
from forecasting.inventory.orders.recommend import Orders
from forecasting.services import ordering
from pages.components.inventory.session import as_recommended, moment, quantities
from pages.components.shared import markdown

if TYPE_CHECKING:
    from forecasting.storage.stock_states import SavedStock

COLORS: Final = {"order_now": "red", "soon": "orange", "fine": "green", "overstock": "violet", "unknown": "gray"}
"""Of each state."""
RISK_HELP: Final = "Chance of an empty shelf before an order placed today arrives."
AT_RISK_HELP: Final = (
    f"{RISK_HELP} A shelf counts from {formatting.percent(wording.MIN_RISK, 0)} up. "
    "Sales at risk are those we expect to miss until today's orders are used up."
)
NOW_HELP: Final = "Orders to place today to keep the promise."
UNITS_HELP: Final = "Today's orders, with your changes. The cost counts orders whose unit cost is known."
OVERSTOCK_HELP: Final = "More than twice the stock that an order would fill up to."
NOTHING_COUNTED: Final = (
    "Upload a stock file (product, store, units) or type in a few products. Until then, orders assume empty shelves: "
    "they show how much to hold, not how much to add."
)


def context(version: int, state: SavedStock | None) -> str:
    """The line under the title."""
    if state is None:
        return f"No stock counted yet · model v{version}"
    counted = moment(state)
    return f"Stock of {formatting.date(counted)}, {counted:%H:%M} · model v{version}"


def shelves(orders: Orders, number: int) -> str:
    """So many rows of the orders: products where each has one row, else shelves, a product in a store each."""
    products = orders.table.get(schema.PRODUCT)
    by_product = products is not None and products.is_unique
    return formatting.count(number, "product") if by_product else formatting.count(number, "shelf", "shelves")


def named(row: Mapping[Hashable, Any]) -> str:
    """ "Croissant, Hamburg"."""
    return ", ".join(str(row[name]) for name in schema.KEYS if name in row) or "All sales"


def when(orders: Orders, day: pd.Timestamp) -> str:
    """The step on which something happens: "Mon 23 Nov", "in the week of 23 Nov", "in Nov 2026"."""
    period = orders.ensemble.panel.period
    before = {"week": "in the week of ", "month": "in "}.get(period.name, "")
    return before + formatting.step_date(day, period)


def nothing_counted() -> None:
    """Asks what is on the shelves."""
    with st.container(border=True, key="nothing_counted"), st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None, width="stretch"):
            st.markdown("##### What is on your shelves?", anchors=False)
            st.caption(NOTHING_COUNTED)
        st.button("Add stock", icon=":material/inventory_2:", on_click=_to_stock, key="inventory_add")


def _to_stock() -> None:
    st.session_state["inventory_tab"] = "Stock"


def without_advice(orders: Orders) -> None:
    """Says once for each reason why some products have no recommendation."""
    for count, reason in wording.without_advice(orders):
        st.markdown(f":orange[:material/warning:] **No advice for {shelves(orders, count)}.** {markdown.plain(reason)}")


def numbers(orders: Orders) -> None:
    """The answer in four numbers; those that need a stock count are not known without one."""
    totals = wording.order_totals(orders, quantities(orders))
    counted = bool(orders.stock.given["on_hand"].any())
    least = "at least" if totals["without_cost"] else "costs"
    costs = "no unit costs given" if math.isnan(totals["value"]) else f"{least} {totals['value']:,.2f}"
    missed, surplus = f"about {formatting.headline(totals['missed'])} sales at risk", f"{formatting.headline(totals['surplus'])} units too many"
    with st.grid(4, min_column_width=190):
        _number("Order now", formatting.count(int(totals["order_now"]), "order"), f"{totals['soon']:,.0f} more this week", NOW_HELP)
        _number("Units to order", formatting.units(totals["units"]), costs, UNITS_HELP)
        if not counted:
            _number("At risk", formatting.UNKNOWN, "count the stock", AT_RISK_HELP)
            _number("Overstock", formatting.UNKNOWN, "count the stock", OVERSTOCK_HELP)
            return
        _number("At risk", shelves(orders, int(totals["at_risk"])), missed, AT_RISK_HELP, color="red" if totals["at_risk"] else "gray")
        _number("Overstock", shelves(orders, int(totals["overstock"])), surplus, OVERSTOCK_HELP)


def _number(label: str, value: str, chip: str, text: str, *, color: Literal["gray", "red"] = "gray") -> None:
    st.metric(label, value, chip, delta_color=color, delta_arrow="off", help=text, border=True, height="stretch")


def changed(orders: Orders) -> None:
    """How many orders a person changed, and the way back."""
    count = len(quantities(orders))
    if count:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="inventory_changed"):
            st.caption(f"You changed {formatting.count(count, 'order')}. Totals and downloads use your numbers.", width="content")
            st.button("Undo", type="tertiary", icon=":material/undo:", on_click=as_recommended, key="inventory_undo")


def downloads(orders: Orders, manifest: dict[str, Any]) -> None:
    """The orders to take away."""
    typed, version = quantities(orders), manifest["version"]
    files = {
        "CSV": (lambda: ordering.orders_csv(orders, version, typed), f"orders-v{version}.csv", "text/csv"),
        "Excel, with live formulas": (
            lambda: ordering.orders_xlsx(orders, manifest, typed),
            f"orders-v{version}.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        "Past check": (lambda: ordering.past_check_csv(orders), f"past-check-v{version}.csv", "text/csv"),
    }
    with st.popover("Download orders", type="primary", icon=":material/download:"):
        for label, (write, name, kind) in files.items():
            key = f"inventory_{label.split(',')[0].lower().replace(' ', '_')}"
            st.download_button(label, write, name, kind, type="tertiary", icon=":material/download:", on_click="ignore", key=key)
