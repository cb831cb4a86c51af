"""Parts of the overview."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from forecasting.analysis.forecast_view import View
from forecasting.core import caches, formatting, schema
from forecasting.core.errors import SalesDamaged
from forecasting.core.period import Period
from forecasting.inventory.orders import wording as order_wording
from forecasting.services.last_week import LastWeek, last_week
from pages.components.inventory import summary
from pages.components.overview.orders_today import OrdersToday
from pages.components.shared import cells, live_version, product_links, wording, writing
from pages.components.shared.figures import Chip, figure, with_money
from pages.components.why import links as why_links

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forecasting.services.order_cards import SupplierCard
    from forecasting.storage.workspace import Workspace

EVEN: Final = 0.0005
"""Difference, as a share, below which sales are as forecast."""
NOT_COUNTED: Final = "Upload or type what is on the shelves on the page Orders, tab Stock. Orders and shelves that run out follow from it."

MOVERS = 5
"""Products in each of the two tables of movers, at most."""


def context(manifest: dict[str, Any]) -> str:
    """The line under the title: "Sales to 21 Nov 2026 · model v7 of 22 Nov"."""
    return f"Sales to {live_version.sales_to(manifest)} · model v{manifest['version']} of {formatting.near_date(pd.Timestamp(manifest['trained']))}"


def numbers(view: View, worth: float, week: LastWeek | None, *, counted: bool) -> tuple[DeltaGenerator, DeltaGenerator] | None:
    """The four numbers of a shop; returns where what is to be ordered and what runs out go, which come last, once stock was counted.

    Args:
        view: The forecast of everything.
        worth: What it is worth in money; NaN where not known.
        week: The last week of sales; None where nothing is saved.
        counted: Whether anything on the shelves was counted.
    """
    with st.grid(4, min_column_width=150):
        _ahead(view, worth)
        order, empty = st.empty(), st.empty()
        if not counted:
            _not_counted(order, empty)
        if week is not None:
            _sold(week, view.period)
    return (order, empty) if counted else None


def week(ws: Workspace, manifest: dict[str, Any]) -> LastWeek | None:
    """The last week of sales; None where they cannot be read."""
    try:
        return last_week(ws, manifest)
    except SalesDamaged:
        return None


def _not_counted(order: DeltaGenerator, empty: DeltaGenerator) -> None:
    for where, label in ((order, "To order"), (empty, "Will run out")):
        figure(label, summary.NOT_COUNTED, Chip("count the stock"), NOT_COUNTED, where=where)


def _ahead(view: View, worth: float) -> None:
    change, size = wording.change(view.total.expected, view.last_year)
    same = f"vs same {'weeks' if view.period.name == 'day' else view.period.plural} last year"
    chip = Chip(size, "green" if change >= 0 else "orange", "up" if change >= 0 else "down", same) if size else Chip("no sales a year ago")
    text = f"80 % range: {formatting.span(view.total.lower_80, view.total.upper_80)}. {wording.RANGE_HELP}"
    figure(f"Next {view.period.count(view.steps)}", with_money(formatting.headline(view.total.expected), worth), chip, text)


def _sold(week: LastWeek, period: Period) -> None:
    """What was sold, held against its forecast where one was made before."""
    label = f"Last {period.count(week.steps)}" if week.steps > 1 else f"Last {period.name}"
    days = f"{formatting.date(week.first)} to {formatting.date(week.last)}" if week.steps > 1 else formatting.last_date(week.last, period)
    if week.version is None:
        chip = Chip(f"compared from {formatting.near_date(week.from_)}")
        text = f"Units sold, {days}. No forecast was made before these days; it can be held against sales to {formatting.date(week.from_)}."
    else:
        change, size = wording.change(week.sold, week.forecast)
        compared = "as forecast" if not size or abs(change) < EVEN else f"{size} {'above' if change > 0 else 'below'}"
        chip = Chip(compared, description=f"forecast {formatting.headline(week.forecast)}")
        text = f"Units sold, {days}, and what v{week.version} forecast before."
    figure(label, with_money(formatting.headline(week.sold), week.money), chip, text)


def to_order(where: tuple[DeltaGenerator, DeltaGenerator], today: OrdersToday) -> None:
    """What to order, and what runs out before it can arrive; without a count neither is known."""
    orders = today.orders
    totals = order_wording.order_totals(orders, {})
    if not totals["counted"]:
        _not_counted(*where)
        return
    if today.cards:
        _from_suppliers(where[0], today.cards)
    else:
        least = "at least " if totals["without_cost"] else "costs "
        costs = "no unit costs" if math.isnan(totals["value"]) else f"{least}{writing.headline(totals['value'])}"
        units = Chip(costs, description=f"{formatting.headline(totals['units'])} units")
        figure("To order", formatting.count(int(totals["order_now"]), "line"), units, summary.NOW_HELP, where=where[0])
    out, missed = int(totals["runs_out"]), formatting.headline(totals["missed"])
    chip = Chip(f"{missed} sales at risk", "red") if out else Chip("none before a delivery")
    figure("Will run out", summary.shelves(orders, out), chip, summary.RUNS_OUT_HELP, where=where[1])


def _from_suppliers(where: DeltaGenerator, cards: Sequence[SupplierCard]) -> None:
    """Orders that are still to be sent, and what they come to."""
    open_ = [card for card in cards if card.order is not None and card.done_today is None]
    least = "costs " if all(card.is_priced for card in open_) else "at least "
    value = sum(card.value for card in open_)
    costs = f"{least}{writing.headline(value)}" if value else "no unit costs"
    units = sum(card.order.units for card in open_ if card.order is not None)
    chip = Chip(costs, description=f"{formatting.headline(units)} units") if open_ else Chip("everything is ordered")
    figure("To order", formatting.count(len(open_), "order"), chip, "One for each supplier, in its next round.", where=where)


def movers(frame: pd.DataFrame, title: str, ahead: str, version: int) -> None:
    """Products that gain or lose by a version, with their past and their forecast in one small line; `ahead` says over how long: "28 days"."""
    if frame.empty:
        st.caption("None.")
        return
    shown, units, names = caches.once(frame, _moving, frame)
    addresses = [product_links.address(name, {}) for name in names]
    key = f"overview_{title.split()[0].lower()}"
    why = why_links.column([{schema.PRODUCT: name} for name in names], version, f"{key}_why")
    cells.show(
        shown,
        hide_index=True,
        height="content",
        alt=f"{title}: products whose next {ahead} differ most from their last",
        column_order=("product", "change", "units", "spark", "relative", *["why"] * (why is not None)),
        column_config={
            "product": product_links.column(addresses, key, 150),
            "change": st.column_config.NumberColumn("Change", format=units.replace("%", "%+"), width=75),
            "units": st.column_config.NumberColumn("Then", format=units, width=75),
            "spark": st.column_config.LineChartColumn("Last and next", color="gray", y_min=0, width=110),
            "relative": st.column_config.TextColumn("In %", width=65),
            "why": why,
        },
    )


def _moving(frame: pd.DataFrame) -> tuple[pd.DataFrame, str, list[str]]:
    """The table of movers as it is shown, the format of its units, and the names of its products."""
    table = frame.assign(relative=[wording.growth(value) for value in frame["relative"]], why="Why?")
    return product_links.legible(table, "product"), formatting.column(frame["units"].to_numpy(dtype=float)), frame["product"].tolist()
