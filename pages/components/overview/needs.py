"""What needs a person today, most urgent first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from forecasting.analysis import forecast_view
from forecasting.analysis.forecast_view import View
from forecasting.core import formatting, numerals
from forecasting.core.errors import SalesDamaged, StateDamaged, StorageUnavailable, VersionDamaged
from forecasting.services import monitoring, sales, serving_record, versions
from forecasting.services.alerts import watch
from pages.components.accuracy import since_served
from pages.components.overview import order_needs
from pages.components.overview.need import GRAY, ORANGE, RED, Need
from pages.components.overview.orders_today import OrdersToday
from pages.components.shared import layout, markdown, parts, sales_state
from pages.components.shared.addresses import ACCURACY, SETTINGS, UPLOAD, VERSIONS

if TYPE_CHECKING:
    from forecasting.analysis.monitoring.monitor import Monitor
    from forecasting.services.saved_sales import Unused
    from forecasting.storage.sales.uploads import Upload
    from forecasting.storage.workspace import Workspace

OLD_AFTER = {"day": 3, "week": 15, "month": 63}
"""Days after which the newest sales count as old: two steps, so that the next row is overdue, and a day more."""
MOST = 6


def show_needs(ws: Workspace, view: View, today: OrdersToday | None, manifest: Mapping[str, Any]) -> None:
    """What needs a person, most urgent first."""
    uploads, unreadable = _uploads(ws)
    missing = sales_state.unused(manifest)
    late = [*_unused(missing, manifest), *_old(view, missing)]
    orders = None if today is None else today.orders
    waiting = order_needs.counting(orders)
    monitor = None if unreadable else monitoring.monitor(ws)
    urgent = [*_damaged(ws), *unreadable, *order_needs.to_order(today), *_held(ws, manifest), *late, *unreached(ws), *_alarms(monitor)]
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
    except StateDamaged as error:
        return [Need(RED, "The settings cannot be read", markdown.plain(str(error)), "See", mend)]
    if not missed:
        return []
    named = formatting.listing([markdown.plain(each["name"]) for each in missed], most=2)
    detail = f"{markdown.plain(missed[0]['note'])} Mend that, then try it in the settings"
    return [Need(ORANGE, f"Alerts did not reach {named}", detail, "Settings", mend)]


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

    @parts.dialog("Simpler forecasts", width="large")
    def why() -> None:
        layout.simpler_table(simpler, "overview_simpler")

    fact = f"{formatting.count(count, 'forecast')} {'is' if count == 1 else 'are'} simpler"
    return [Need(ORANGE, fact, markdown.plain(" ".join(formatting.reasons(simpler["reason"].tolist()))), "Why", why)]


def _no_longer_sold(gone: pd.DataFrame) -> list[Need]:
    count = len(gone)
    if not count:
        return []

    @parts.dialog("No longer sold", width="large")
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
