"""What needs a person today, most urgent first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from forecasting.analysis.forecast_view import View
from forecasting.core import formatting
from forecasting.core.errors import SalesDamaged, StorageUnavailable, VersionDamaged
from forecasting.inventory.orders import wording
from forecasting.inventory.orders.recommend import Orders
from forecasting.services import sales, versions
from pages.components.inventory import summary
from pages.components.overview.numbers import units
from pages.components.shared import layout, markdown, sales_state
from pages.components.shared.addresses import INVENTORY, UPLOAD

if TYPE_CHECKING:
    from forecasting.services.saved_sales import Unused
    from forecasting.storage.sales.uploads import Upload
    from forecasting.storage.workspace import Workspace

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


def show_needs(ws: Workspace, view: View, orders: Orders | None, manifest: Mapping[str, Any]) -> None:
    """At most three things, worst first."""
    uploads, unreadable = _uploads(ws)
    missing = sales_state.unused(manifest)
    late = [*_unused(missing, manifest), *_old(view, missing)]
    needs = [*_damaged(ws), *unreadable, *_to_order(orders), *late, *_simpler(view), *_skipped(uploads)][:3]
    if not needs:
        st.caption("Nothing needs you today.")
        return
    with st.grid(3, min_column_width=280):
        for position, need in enumerate(needs):
            with st.container(horizontal=True, gap="small"):
                st.markdown(need.icon, width="content")
                with st.container(gap=None, width="stretch"):
                    st.markdown(f"**{need.fact}**")
                    st.caption(need.detail)
                if st.button(need.link, type="tertiary", icon=":material/chevron_right:", icon_position="right", key=f"need_{position}"):
                    need.follow() if need.follow else st.switch_page(UPLOAD)


def _damaged(ws: Workspace) -> list[Need]:
    serving = versions.serving(ws)
    instead = f"v{serving.version} is in use"
    return [
        Need(RED, f"v{fault.version} is damaged", f"{markdown.plain(fault.file)} is not as it was saved. {instead}", "Retrain")
        if isinstance(fault, VersionDamaged)
        else Need(RED, f"v{fault.version} cannot be read now", f"Nothing says that it is damaged. {instead}", "See")
        for fault in serving.refused
    ]


def _to_order(orders: Orders | None) -> list[Need]:
    """Shelves that may be empty before an order arrives, else what is to be ordered today."""
    if orders is None:
        return []
    totals, rows = orders.totals(), orders.urgent()
    risky = rows[rows["risk"] >= wording.MIN_RISK].dropna(subset=["empty_on"]).sort_values("empty_on", kind="stable")

    def order() -> None:
        st.switch_page(INVENTORY)

    if len(risky):
        first = risky.iloc[0]
        fact = f"{summary.shelves(orders, int(totals['at_risk']))} may run out"
        detail = f"First: {markdown.plain(summary.named(first.to_dict()))}, {summary.when(orders, first['empty_on'])}"
        return [Need(RED, fact, detail, "Order", order)]
    if totals["order_now"]:
        return [Need(ORANGE, f"{formatting.count(int(totals['order_now']), 'order')} to place today", units(totals), "Order", order)]
    return []


def _unused(missing: Unused | None, manifest: Mapping[str, Any]) -> list[Need]:
    """Saved sales that are not in the forecast."""
    if missing is None:
        return []
    detail = f"The forecast starts from {formatting.near_date(pd.Timestamp(manifest['sales_to']))}"
    return [Need(ORANGE, sales_state.unused_fact(missing, manifest), detail, "Retrain")]


def _old(view: View, missing: Unused | None) -> list[Need]:
    """Sales that end long ago, the saved ones as much as those of the forecast."""
    last = view.last if missing is None or missing.last is None else max(view.last, missing.last)
    age = (pd.Timestamp.now().normalize() - last).days
    return [Need(ORANGE, f"Last sales are {age:,} days old", "The forecast starts from there", "Upload")] if age > OLD_AFTER[view.period.name] else []


def _simpler(view: View) -> list[Need]:
    count = len(view.simpler)
    if not count:
        return []
    fact = f"{formatting.count(count, 'forecast')} {'is' if count == 1 else 'are'} simpler"

    @st.dialog("Simpler forecasts", width="large")
    def why() -> None:
        layout.simpler_table(view.simpler)

    return [Need(ORANGE, fact, markdown.plain(view.simpler["reason"].iloc[0]), "Why", why)]


def _uploads(ws: Workspace) -> tuple[list[Upload], list[Need]]:
    """What was uploaded; where that cannot be read, nothing and the need to repair it."""
    try:
        return sales.uploads(ws), []
    except SalesDamaged as error:
        return [], [Need(RED, "The saved sales cannot be read", f"{markdown.plain(error.file)} is missing or damaged", "What to do")]
    except StorageUnavailable as error:
        return [], [Need(RED, "The saved sales cannot be read now", markdown.plain(str(error)), "What to do")]


def _skipped(uploads: list[Upload]) -> list[Need]:
    skipped = uploads[0].dropped if uploads and not uploads[0].undone else 0
    if not skipped:
        return []
    return [
        Need(GRAY, f"{formatting.count(skipped, 'row')} {'was' if skipped == 1 else 'were'} skipped", f"In {markdown.plain(uploads[0].name)}", "See")
    ]
