"""Parts of the inventory page: recommendations by version, stock and policy, and the answer in four numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

import pandas as pd
import streamlit as st

from forecasting.core import caches, formatting, numerals, schema
from forecasting.inventory.orders import wording
from forecasting.inventory.orders.recommend import Orders
from forecasting.services import ordering
from pages.components.inventory.session import as_recommended, moment, with_own_quantities
from pages.components.orders import tabs
from pages.components.shared import markdown, writing
from pages.components.shared import wording as shared
from pages.components.shared.figures import Chip, figure

Color = Literal["gray", "violet", "orange", "red", "blue"]

if TYPE_CHECKING:
    from forecasting.storage.stock_states import SavedStock

COLORS: Final[dict[str, Color]] = {
    "order_now": "gray",
    "soon": "gray",
    "fine": "gray",
    "overstock": "violet",
    "not_counted": "orange",
    "unknown": "gray",
}
"""Of each state; red is kept for a shelf that runs out."""
RUNS_OUT_HELP: Final = (
    "Shelves that we expect to be empty before an order placed today arrives. "
    "Sales at risk are those we expect to miss until today's orders are used up."
)
NOW_HELP: Final = "Lines to order today to keep the promise, one for each shelf."
UNITS_HELP: Final = "Today's orders, with your changes. The cost counts orders whose unit cost is known."
OVERSTOCK_HELP: Final = "More than twice the stock that an order would fill up to."
NOT_COUNTED: Final = "not counted"
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


def partly_counted(orders: Orders) -> None:
    """How many of the shelves are counted, where others still wait."""
    totals = caches.once(orders, Orders.totals, orders)
    some_counted(int(totals["counted"]), int(totals["to_count"]))


def some_counted(counted: int, to_count: int) -> None:
    """So many of the shelves that are to be counted are; nothing where none or all are."""
    if 0 < counted < to_count:
        count = f"{numerals.write(counted)} of {numerals.write(to_count)} counted"
        st.markdown(f":orange[:material/help:] **{count}.** The others have no order until they are counted.")


def shelves(orders: Orders, number: int) -> str:
    """So many rows of the orders: products where each has one row, else shelves, a product in a store each."""
    return shared.shelves(orders.table, number)


def named(row: Mapping[Hashable, Any]) -> str:
    """ "Croissant, Hamburg"."""
    return ", ".join(str(row[name]) for name in schema.KEYS if name in row) or "All sales"


def when(orders: Orders, day: pd.Timestamp) -> str:
    """The step on which something happens: "Mon 23 Nov", "in the week of 23 Nov", "in Nov 2026"."""
    period = orders.ensemble.panel.period
    before = {"week": "in the week of ", "month": "in "}.get(period.name, "")
    return before + formatting.step_date(day, period)


def shelf(orders: Orders, row: Mapping[Hashable, Any]) -> str:
    """How long a shelf lasts: "Empty Mon 23 Nov" before more can come, "Until Wed 9 Dec", "Until week of 7 Dec", "Lasts", "Not counted"."""
    if not row["counted"]:
        return wording.STATES["not_counted"]
    if row["empty_on"] != row["empty_on"]:
        return "Lasts"
    if not row["runs_out"]:
        return f"Until {_short(orders, row['empty_on'])}"
    return "Empty now" if row["days_of_cover"] == 0 else f"Empty {_short(orders, row['empty_on'])}"


def _short(orders: Orders, day: pd.Timestamp) -> str:
    """The step in few words, for a cell: "Mon 23 Nov", "week of 23 Nov", "Nov 2026"."""
    return when(orders, day).removeprefix("in the ").removeprefix("in ")


def shelf_color(text: str) -> Color:
    """Of what `shelf` says: red only for one that runs out."""
    return "red" if text.startswith("Empty") else "orange" if text == wording.STATES["not_counted"] else "gray"


def nothing_counted() -> None:
    """Asks what is on the shelves."""
    with st.container(border=True, key="nothing_counted"), st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None, width="stretch"):
            st.markdown("##### What is on your shelves?", anchors=False)
            st.caption(NOTHING_COUNTED)
        st.button("Add stock", icon=":material/inventory_2:", on_click=to_stock, key="inventory_add")


def to_stock() -> None:
    """Leads to what is on the shelves."""
    tabs.lead_to(tabs.STOCK)


def without_advice(orders: Orders) -> None:
    """Says once for each reason why some products have no recommendation."""
    for count, reason in caches.once(orders, wording.without_advice, orders):
        st.markdown(f":orange[:material/warning:] **No advice for {shelves(orders, count)}.** {markdown.plain(reason)}")


def numbers(orders: Orders) -> None:
    """The answer in four numbers; those that need a stock count are not known without one."""
    totals = caches.once(orders, _totals, orders)
    least = "at least" if totals["without_cost"] else "costs"
    costs = "no unit costs given" if math.isnan(totals["value"]) else f"{least} {writing.amount(totals['value'])}"
    with st.grid(4, min_column_width=150):
        figure("Order now", formatting.count(int(totals["order_now"]), "line"), Chip(f"{numerals.write(totals['soon'])} more this week"), NOW_HELP)
        figure("Units to order", formatting.units(totals["units"]), Chip(costs), UNITS_HELP)
        if not totals["counted"]:
            figure("Will run out", NOT_COUNTED, Chip("count the stock"), RUNS_OUT_HELP)
            figure("Overstock", NOT_COUNTED, Chip("count the stock"), OVERSTOCK_HELP)
            return
        out, missed = int(totals["runs_out"]), f"about {formatting.headline(totals['missed'])} sales at risk"
        figure("Will run out", shelves(orders, out), Chip(missed, "red" if out else "gray"), RUNS_OUT_HELP)
        surplus = f"{formatting.headline(totals['surplus'])} units too many"
        figure("Overstock", shelves(orders, int(totals["overstock"])), Chip(surplus), OVERSTOCK_HELP)


def _totals(orders: Orders) -> dict[str, float]:
    return wording.order_totals(orders, {})


def changed(orders: Orders) -> None:
    """How many orders a person changed, and the way back."""
    is_changed = orders.table["order_quantity"].fillna(0.0) != orders.table["recommended"].fillna(0.0)
    if count := int(is_changed.sum()):
        series = orders.table.loc[is_changed, schema.UNIQUE_ID].tolist()
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="inventory_changed"):
            st.caption(f"You changed {formatting.count(count, 'line')}. Totals, downloads and the order book have your numbers.", width="content")
            st.button("Undo", type="tertiary", icon=":material/undo:", on_click=as_recommended, args=(series,), key="inventory_undo")


def downloads(orders_of: Callable[[], Orders], manifest: dict[str, Any]) -> None:
    """The orders to take away, as they stand with the person's quantities.

    Args:
        orders_of: Gives the recommendation, which the page does not hold for as long as it is open.
        manifest: Of its version.
    """
    version = manifest["version"]
    files = {
        "CSV": (lambda: ordering.orders_csv(with_own_quantities(orders_of()), version), f"orders-v{version}.csv", "text/csv"),
        "Excel, with live formulas": (
            lambda: ordering.orders_xlsx(with_own_quantities(orders_of()), manifest),
            f"orders-v{version}.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        "Past check": (lambda: ordering.past_check_csv(with_own_quantities(orders_of())), f"past-check-v{version}.csv", "text/csv"),
    }
    with st.popover("Download orders", type="primary", icon=":material/download:"):
        for label, (write, name, kind) in files.items():
            key = f"inventory_{label.split(',')[0].lower().replace(' ', '_')}"
            st.download_button(label, write, name, kind, type="tertiary", icon=":material/download:", on_click="ignore", key=key)
