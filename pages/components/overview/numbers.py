"""Parts of the overview."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from forecasting.analysis.forecast_view import View
from forecasting.core import formatting, unseen
from forecasting.inventory.orders.recommend import Orders
from pages.components.inventory import summary
from pages.components.shared import live_version, wording

MOVERS = 5
"""Products in each of the two tables of movers, at most."""


def context(manifest: dict[str, Any]) -> str:
    """The line under the title: "Sales to 21 Nov 2026 · model v7 of 22 Nov"."""
    return f"Sales to {live_version.sales_to(manifest)} · model v{manifest['version']} of {formatting.near_date(pd.Timestamp(manifest['trained']))}"


def numbers(view: View, manifest: dict[str, Any], before: dict[str, Any] | None, *, counted: bool) -> DeltaGenerator | None:
    """The four numbers at the top; returns where the orders go, which come last, once stock was counted."""
    with st.grid(4, min_column_width=150):
        _total(view)
        orders = st.empty() if counted else None
        _error(manifest, before)
        coverage = _metric(manifest, "coverage_80")
        st.metric(
            "In the 80 % band",
            formatting.percent(coverage),
            wording.promise(coverage),
            delta_color="gray",
            delta_arrow="off",
            help=wording.COVERAGE_HELP,
            border=True,
            height="stretch",
        )
        if not counted:
            _series(view)
    return orders


def _series(view: View) -> None:
    simpler = len(view.simpler)
    st.metric(
        "Forecasts",
        f"{view.n_series:,}",
        f"{simpler:,} simpler" if simpler else "none simpler",
        delta_color="orange" if simpler else "gray",
        delta_arrow="off",
        help=wording.SIMPLER_HELP,
        border=True,
        height="stretch",
    )


def _total(view: View) -> None:
    change, text = wording.change(view.total.expected, view.last_year)
    st.metric(
        f"Next {view.period.count(view.steps)}",
        formatting.headline(view.total.expected),
        text or "no sales a year ago",
        delta_color="off" if not text else "green" if change >= 0 else "orange",
        delta_arrow="off" if not text else "up" if change >= 0 else "down",
        delta_description="vs last year" if text else None,
        help=f"80 % range: {formatting.span(view.total.lower_80, view.total.upper_80)}. {wording.RANGE_HELP}",
        border=True,
        height="stretch",
    )


def _error(manifest: dict[str, Any], before: dict[str, Any] | None) -> None:
    wape = _metric(manifest, "wape")
    old = _metric(before, "wape") if before else math.nan
    change = wording.better(wape, old)
    st.metric(
        "Usual miss",
        formatting.percent(wape),
        change.rsplit(" ", 1)[0] or ("as before" if not math.isnan(old) else "first forecast"),
        delta_color="gray" if not change else "green" if change.endswith("better") else "red",
        delta_arrow="off" if not change else "down" if change.endswith("better") else "up",
        delta_description=f"vs v{before['version']}" if change and before else None,
        help=wording.WAPE_HELP,
        border=True,
        height="stretch",
    )


def _metric(manifest: dict[str, Any], name: str) -> float:
    value = manifest["metrics"].get(name)
    return math.nan if value is None else value


def units(totals: dict[str, float]) -> str:
    return f"{formatting.headline(totals['units'])} units"


def order_now(where: DeltaGenerator, orders: Orders) -> None:
    """How much to order today."""
    totals = orders.totals()
    where.metric(
        "Order now",
        formatting.count(int(totals["order_now"]), "order"),
        units(totals),
        delta_color="orange" if totals["order_now"] else "gray",
        delta_arrow="off",
        help=summary.NOW_HELP,
        border=True,
        height="stretch",
    )


def movers(frame: pd.DataFrame, title: str, ahead: str) -> None:
    """Products that gain or lose, with their past and their forecast in one small line; `ahead` says over how long: "28 days"."""
    if frame.empty:
        st.caption("None.")
        return
    st.dataframe(
        unseen.legible(frame.assign(relative=[wording.growth(value) for value in frame["relative"]])),
        hide_index=True,
        height="content",
        alt=f"{title}: products whose next {ahead} differ most from their last",
        column_order=("product", "change", "units", "spark", "relative"),
        column_config={
            "product": st.column_config.TextColumn("Product", width=150),
            "change": st.column_config.NumberColumn("Change", format="%+,.0f", width=75),
            "units": st.column_config.NumberColumn("Then", format="%,.0f", width=75),
            "spark": st.column_config.LineChartColumn("Last and next", color="gray", y_min=0, width=110),
            "relative": st.column_config.TextColumn("In %", width=65),
        },
    )
