"""Parts of the overview."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from forecasting.core import formatting as words
from forecasting.core.errors import SalesDamaged
from forecasting.inventory.orders import wording as order_words
from forecasting.services import sales, versions
from pages.components.inventory import summary as inventory_parts
from pages.components.shared import layout as shell
from pages.components.shared import markdown, wording

OLD_AFTER = {"day": 3, "week": 15, "month": 63}
"""Days after which the newest sales count as old: two steps, so that the next row is overdue, and a day more."""
RED, ORANGE, GRAY = ":red[:material/error:]", ":orange[:material/warning:]", ":gray[:material/info:]"


@dataclass(frozen=True)
class Need:
    """Something that a person should look at.

    Args:
        icon: Markdown, in the colour of its weight.
        fact: What it is.
        detail: One line more.
        link: The word that leads on.
        follow: Called on a click; None leads to the upload page.
    """

    icon: str
    fact: str
    detail: str
    link: str
    follow: Callable[[], None] | None = None


def context(manifest: dict[str, Any]) -> str:
    """The line under the title: "Sales to 21 Nov 2026 · model v7 of 22 Nov"."""
    return f"Sales to {shell.sales_to(manifest)} · model v{manifest['version']} of {words.near_date(pd.Timestamp(manifest['trained']))}"


def previous(ws: Any, version: int) -> dict[str, Any] | None:
    """The manifest of the version before this one, if there is one."""
    return next((found for found in versions.versions(ws) if found["version"] < version and "damaged" not in found), None)


def numbers(view: Any, manifest: dict[str, Any], before: dict[str, Any] | None, *, counted: bool) -> DeltaGenerator | None:
    """The four numbers at the top; returns where the orders go, which come last, once stock was counted."""
    with st.grid(4, min_column_width=150):
        _total(view)
        orders = st.empty() if counted else None
        _error(manifest, before)
        coverage = _metric(manifest, "coverage_80")
        st.metric(
            "In the 80 % band",
            words.percent(coverage),
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


def _series(view: Any) -> None:
    simpler = len(view.simpler)
    st.metric(
        "Series",
        f"{view.n_series:,}",
        f"{simpler:,} simpler" if simpler else "all in full",
        delta_color="orange" if simpler else "gray",
        delta_arrow="off",
        help=wording.SIMPLER_HELP,
        border=True,
        height="stretch",
    )


def _total(view: Any) -> None:
    change, text = wording.change(view.total.expected, view.last_year)
    st.metric(
        f"Next {view.period.count(view.days)}",
        words.headline(view.total.expected),
        text or "no sales a year ago",
        delta_color="off" if not text else "green" if change >= 0 else "orange",
        delta_arrow="off" if not text else "up" if change >= 0 else "down",
        delta_description="vs last year" if text else None,
        help=f"80 % range: {words.span(view.total.lower_80, view.total.upper_80)}. {wording.RANGE_HELP}",
        border=True,
        height="stretch",
    )


def _error(manifest: dict[str, Any], before: dict[str, Any] | None) -> None:
    wape = _metric(manifest, "wape")
    old = _metric(before, "wape") if before else math.nan
    change = wording.better(wape, old)
    st.metric(
        "Error (WAPE)",
        words.percent(wape),
        change.rsplit(" ", 1)[0] or ("as before" if not math.isnan(old) else "first model"),
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


def needs(ws: Any, view: Any, orders: Any) -> None:
    """At most three things, worst first."""
    uploads, unreadable = _uploads(ws)
    found = [*_damaged(ws), *unreadable, *_to_order(orders), *_old(view), *_simpler(view), *_skipped(uploads)][:3]
    if not found:
        st.caption("Nothing needs you today.")
        return
    with st.grid(3, min_column_width=280):
        for position, need in enumerate(found):
            with st.container(horizontal=True, gap="small"):
                st.markdown(need.icon, width="content")
                with st.container(gap=None, width="stretch"):
                    st.markdown(f"**{need.fact}**")
                    st.caption(need.detail)
                if st.button(need.link, type="tertiary", icon=":material/chevron_right:", icon_position="right", key=f"need_{position}"):
                    need.follow() if need.follow else st.switch_page(shell.UPLOAD)


def _damaged(ws: Any) -> list[Need]:
    serving = versions.serving(ws)
    return [
        Need(RED, f"v{damage.version} is damaged", f"{markdown.plain(damage.file)} does not match its manifest; v{serving.version} serves", "Retrain")
        for damage in serving.refused
    ]


def _to_order(orders: Any) -> list[Need]:
    """Shelves that may be empty before an order arrives, else what is to be ordered today."""
    if orders is None:
        return []
    totals, rows = orders.totals(), orders.urgent()
    risky = rows[rows["risk"] >= order_words.AT_RISK].dropna(subset=["empty_on"]).sort_values("empty_on", kind="stable")

    def order() -> None:
        st.switch_page(shell.INVENTORY)

    if len(risky):
        first = risky.iloc[0]
        fact = f"{inventory_parts.lines(orders, int(totals['at_risk']))} may run out"
        detail = f"First: {markdown.plain(inventory_parts.named(first))}, {inventory_parts.when(orders, first['empty_on'])}"
        return [Need(RED, fact, detail, "Order", order)]
    if totals["order_now"]:
        return [Need(ORANGE, f"{inventory_parts.lines(orders, int(totals['order_now']))} to order today", _units(totals), "Order", order)]
    return []


def _units(totals: dict[str, float]) -> str:
    return f"{words.headline(totals['units'])} units"


def order_now(where: DeltaGenerator, orders: Any) -> None:
    """How much is to be ordered today."""
    totals = orders.totals()
    where.metric(
        "Order now",
        inventory_parts.lines(orders, int(totals["order_now"])),
        _units(totals),
        delta_color="orange" if totals["order_now"] else "gray",
        delta_arrow="off",
        help=inventory_parts.NOW_HELP,
        border=True,
        height="stretch",
    )


def _old(view: Any) -> list[Need]:
    age = (pd.Timestamp.now().normalize() - view.last).days
    return [Need(ORANGE, f"Last sales are {age:,} days old", "The forecast starts there", "Upload")] if age > OLD_AFTER[view.period.name] else []


def _simpler(view: Any) -> list[Need]:
    count = len(view.simpler)
    if not count:
        return []
    fact = f"{words.count(count, 'series', 'series')} {'uses' if count == 1 else 'use'} a simpler model"

    @st.dialog("Series on a simpler model", width="large")
    def why() -> None:
        shell.simpler_table(view.simpler)

    return [Need(ORANGE, fact, markdown.plain(view.simpler["reason"].iloc[0]), "Why", why)]


def _uploads(ws: Any) -> tuple[list[Any], list[Need]]:
    """What was uploaded; where that cannot be read, nothing and the need to repair it."""
    try:
        return sales.uploads(ws), []
    except SalesDamaged as error:
        return [], [Need(RED, "The saved sales cannot be read", f"{markdown.plain(error.file)} is missing or damaged", "What to do")]


def _skipped(uploads: list[Any]) -> list[Need]:
    skipped = uploads[0].dropped if uploads and not uploads[0].undone else 0
    if not skipped:
        return []
    return [Need(GRAY, f"{words.count(skipped, 'row')} {'was' if skipped == 1 else 'were'} skipped", f"In {markdown.plain(uploads[0].name)}", "See")]


def movers(frame: pd.DataFrame, ahead: str, most: int = 8) -> None:
    """What changes most, with its past and its forecast in one small line; `ahead` says over how long: "28 days"."""
    table = frame.head(most).assign(change=lambda rows: 100 * rows["change"])
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        placeholder="-",
        alt=f"Products whose next {ahead} differ most from the last",
        column_config={
            "label": st.column_config.TextColumn("Product", width=180),
            "change": st.column_config.NumberColumn("Change", format="%+.1f\u00a0%%", width=90),
            "units": st.column_config.NumberColumn(ahead, format="%,.0f", width=90),
            "spark": st.column_config.LineChartColumn(f"Last and next {ahead}", color="blue", y_min=0),
        },
    )
