"""What needs a person today, most urgent first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from forecasting.analysis import forecast_view
from forecasting.analysis.forecast_view import View
from forecasting.core import formatting, numerals
from forecasting.core.errors import SalesDamaged, SettingsDamaged, StorageUnavailable, VersionDamaged
from forecasting.inventory.orders.recommend import Orders
from forecasting.services import monitoring, sales, serving_record, versions
from forecasting.services.alerts import watch
from pages.components.accuracy import since_served
from pages.components.inventory import summary
from pages.components.orders import tabs
from pages.components.shared import layout, markdown, sales_state
from pages.components.shared.addresses import ACCURACY, ORDERS, SETTINGS, UPLOAD, VERSIONS

if TYPE_CHECKING:
    from forecasting.analysis.monitoring.monitor import Monitor
    from forecasting.services.saved_sales import Unused
    from forecasting.storage.sales.uploads import Upload
    from forecasting.storage.workspace import Workspace

OLD_AFTER = {"day": 3, "week": 15, "month": 63}
"""Days after which the newest sales count as old: two steps, so that the next row is overdue, and a day more."""
RED, ORANGE, BLUE, GRAY = ":red[:material/error:]", ":orange[:material/warning:]", ":blue[:material/schedule:]", ":gray[:material/info:]"
"""Runs out or is broken; a question for a person; due today; good to know."""
MOST = 6


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
    """What needs a person, most urgent first."""
    uploads, unreadable = _uploads(ws)
    missing = sales_state.unused(manifest)
    late = [*_unused(missing, manifest), *_old(view, missing)]
    waiting = _counting(orders)
    monitor = None if unreadable else monitoring.monitor(ws)
    urgent = [*_damaged(ws), *unreadable, *_to_order(orders), *_held(ws, manifest), *late, *unreached(ws), *_alarms(monitor)]
    needs = [*urgent, *waiting, *_simpler(view), *_skipped(uploads)][:MOST]
    if monitor is not None and monitor.days and not monitor.alarms:
        st.caption(f"{monitor.sentence}.".replace("..", "."))
    if not needs:
        st.caption("Nothing needs you today.")
        return
    with st.grid(2, min_column_width=320):
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
    empty = rows[rows["runs_out"]].sort_values("empty_on", kind="stable")

    def order() -> None:
        st.switch_page(ORDERS)

    if len(empty):
        first = empty.iloc[0]
        fact = f"{summary.shelves(orders, len(empty))} will run out before an order arrives"
        detail = f"First: {markdown.plain(summary.named(first.to_dict()))}, {summary.when(orders, first['empty_on'])}"
        return [Need(RED, fact, detail, "Order", order)]
    if totals["order_now"]:
        return [
            Need(
                BLUE,
                f"{formatting.count(int(totals['order_now']), 'order')} to place today",
                f"{formatting.headline(totals['units'])} units",
                "Order",
                order,
            )
        ]
    return []


def _held(ws: Workspace, manifest: Mapping[str, Any]) -> list[Need]:
    """The newest version that waits until somebody serves it, unless a newer one serves."""
    waiting = [each for each in serving_record.listed(ws) if each["state"] == "held" and each["version"] > manifest["version"]]

    def decide() -> None:
        st.switch_page(VERSIONS)

    return [
        Need(ORANGE, f"New forecast v{each['version']} is not served", markdown.plain(versions.held_reason(each)), "Decide", decide)
        for each in waiting[:1]
    ]


def _alarms(monitor: Monitor | None) -> list[Need]:
    """The highest finding on the forecast that served."""
    if monitor is None or not monitor.alarms:
        return []

    def see() -> None:
        st.session_state[since_served.VIEW] = since_served.SINCE_SERVED
        st.switch_page(ACCURACY)

    more = len(monitor.alarms) - 1
    detail = f"And {formatting.count(more, 'finding')} more on the forecast that served" if more else markdown.plain(monitor.alarms[0].advice)
    return [Need(ORANGE, markdown.plain(monitor.alarms[0].fact), detail, "See", see)]


def unreached(ws: Workspace) -> list[Need]:
    """That alerts did not arrive, so that somebody who waits to be told looks here."""

    def mend() -> None:
        st.switch_page(SETTINGS)

    try:
        missed = watch.unreached(ws)
    except SettingsDamaged as error:
        return [Need(RED, "The settings cannot be read", markdown.plain(str(error)), "See", mend)]
    if not missed:
        return []
    named = formatting.listing([markdown.plain(each["name"]) for each in missed], most=2)
    detail = f"{markdown.plain(missed[0]['note'])} Mend that, then try it in the settings"
    return [Need(ORANGE, f"Alerts did not reach {named}", detail, "Settings", mend)]


def _counting(orders: Orders | None) -> list[Need]:
    """Shelves that wait for a count, where others were counted."""
    totals = {} if orders is None else orders.totals()
    if not totals or totals["counted"] == totals["to_count"]:
        return []

    def count() -> None:
        tabs.lead_to(tabs.STOCK)
        st.switch_page(ORDERS)

    fact = f"{numerals.write(totals['counted'])} of {numerals.write(totals['to_count'])} shelves counted"
    return [Need(ORANGE, fact, "The others have no order until they are counted", "Count", count)]


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
    return (
        [Need(ORANGE, f"Last sales are {numerals.write(age)} days old", "The forecast starts from there", "Upload")]
        if age > OLD_AFTER[view.period.name]
        else []
    )


def _simpler(view: View) -> list[Need]:
    """Products with a simpler forecast, each reason with how many it is of, and in a line of their own those that are no longer sold."""
    gone = view.simpler["model"].isin(forecast_view.WITHOUT_SALES)
    return [*_needs_why(view.simpler[~gone]), *_no_longer_sold(view.simpler[gone])]


def _needs_why(simpler: pd.DataFrame) -> list[Need]:
    count = len(simpler)
    if not count:
        return []

    @st.dialog("Simpler forecasts", width="large")
    def why() -> None:
        layout.simpler_table(simpler, "overview_simpler")

    fact = f"{formatting.count(count, 'forecast')} {'is' if count == 1 else 'are'} simpler"
    return [Need(ORANGE, fact, markdown.plain(" ".join(formatting.reasons(simpler["reason"].tolist()))), "Why", why)]


def _no_longer_sold(gone: pd.DataFrame) -> list[Need]:
    count = len(gone)
    if not count:
        return []

    @st.dialog("No longer sold", width="large")
    def which() -> None:
        layout.simpler_table(gone, "overview_gone")

    return [Need(GRAY, f"{numerals.write(count)} no longer sold", "Their forecast is 0, and lists leave them out", "See", which)]


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
