"""What is told without looking: which alerts, when, to whom, and whether it arrives."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from forecasting.core import time_zones
from forecasting.core.alerts import KINDS, LAST_HOUR, ORDERS, SWITCHES
from forecasting.core.errors import SettingsError, ShelfcastError
from forecasting.services import shop_settings
from forecasting.services.alerts import watch
from pages.components.settings.saving import Shown
from pages.components.shared import layout, markdown, parts, wording

if TYPE_CHECKING:
    from forecasting.storage.workspace import Workspace

LABELS: Final = {
    "findings": "The forecast",
    "retrains": "Retrains",
    "stale_sales": "Late sales",
    "damage": "Damage",
    "shadow": "A better forecast",
    ORDERS: "Placed orders",
}
"""What is told or not -> what a person reads beside its toggle."""
SAYS: Final = {**{str(kind): text for kind, text in KINDS.items()}, ORDERS: "Webhooks get each order as soon as it is placed"}
STATES: Final = {
    "never": ":gray[Not tried yet]",
    "sending": ":gray[Being sent]",
    "arrived": ":green[Arrived]",
    "no answer": ":orange[Did not arrive]",
}
SERVER_ZONE: Final = "The server's"
WATCH_SECONDS: Final = 3.0
REFUSED: Final = "alerts_refused"
"""Where the session keeps why a try could not begin."""


def card(ws: Workspace, of: Shown) -> Mapping[str, Any] | None:
    """Asks for all of it; None where something cannot be used, which is said."""
    now = of.state.values.alerts
    with layout.card("Alerts", "One message a day, if there is something new; then quiet until it ends and comes again"):
        with st.grid(2, min_column_width=220):
            values: dict[str, Any] = {name: _toggle(of, name, getattr(now, name)) for name in SWITCHES}
        with st.grid(2, min_column_width=170):
            values["hour"] = st.selectbox(
                "Sent at", range(LAST_HOUR + 1), now.hour, format_func=lambda hour: f"{hour:02d}:00", key=of.key("alerts_hour")
            )
            zones = ["", *time_zones.names()]
            at = zones.index(now.timezone) if now.timezone in zones else 0
            values["timezone"] = st.selectbox("Time zone", zones, at, format_func=lambda name: name or SERVER_ZONE, key=of.key("alerts_timezone"))
        emails = st.text_area("E-mail addresses", "\n".join(now.emails), height=96, placeholder="One a line", key=of.key("alerts_emails"))
        webhooks = st.text_area("Webhooks", "\n".join(now.webhooks), height=96, placeholder="https://, one a line", key=of.key("alerts_webhooks"))
        values |= {"emails": (emails or "").split(), "webhooks": (webhooks or "").split()}
        try:
            shop_settings.changed(of.state.values, {"alerts": values})
        except SettingsError as error:
            st.error(markdown.plain(str(error)), icon=":material/error:")
            return None
        st.caption("The mail server, the secret of webhooks and chats are set in the environment of the server.")
        _receivers(ws)
    return {"alerts": values}


def _toggle(of: Shown, name: str, now: bool) -> bool:
    with st.container(gap=None):
        chosen = st.toggle(LABELS[name], now, key=of.key(f"alerts_{name}"))
        st.caption(SAYS[name])
    return chosen


@parts.fragment(run_every=WATCH_SECONDS)
def _receivers(ws: Workspace) -> None:
    """Who is told as was saved, how each did last, and the button to try it."""
    try:
        told = watch.receivers(watch.post(ws, os.environ))
    except ShelfcastError:  # the page says it of the settings as a whole
        return
    if not told:
        return
    for each in told:
        when = "" if each["when"] is None else f" on {wording.moment(datetime.fromisoformat(each['when']).astimezone())}"
        with st.container(gap=None):
            st.markdown(markdown.plain(each["name"]))
            rest = f"{when}{'. ' if each['note'] else ''}{markdown.plain(each['note'])}"
            st.markdown(f":small[{STATES[each['state']]}]" + (f":small[:gray[{rest}]]" if rest else ""))
    st.button("Try it now", icon=":material/send:", on_click=_try, args=(ws,), key="alerts_try")
    if REFUSED in st.session_state:
        st.error(markdown.plain(st.session_state.pop(REFUSED)), icon=":material/error:")


def _try(ws: Workspace) -> None:
    try:
        watch.try_soon(ws)
    except ShelfcastError as error:
        st.session_state[REFUSED] = str(error)
