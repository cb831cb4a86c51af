"""When changed sales are learned by themselves."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from forecasting.core import notation, signs, time_zones
from forecasting.core.errors import SettingsError
from forecasting.core.shop_settings import MAX_SCHEDULES, RETRAIN_EVERY, RetrainSchedule
from forecasting.entrypoints.server.server_settings import ServerSettings
from forecasting.services import schedule, shop_settings
from pages.components.settings import moments
from pages.components.settings.saving import Shown
from pages.components.shared import layout, markdown, wording

if TYPE_CHECKING:
    from forecasting.jobs.timetable import Timetable
    from forecasting.storage.workspace import Workspace

NEW: Final = -1
"""Stands for a schedule that was added here."""


def card(ws: Workspace, of: Shown) -> Mapping[str, Any] | None:
    """Asks for the schedules; None where one of them cannot be used, which is said."""
    server = ServerSettings.from_environ(os.environ)
    chosen = of.state.values.schedules
    with layout.card("Retrain by itself", "At these moments, if the sales have changed"):
        if server.retrain_every:
            st.markdown(f":material/lock: Set by the environment: `{RETRAIN_EVERY}`, {markdown.plain(server.retrain_every)}")
            _coming(shop_settings.one_cron(server.retrain_every, server.timezone))
            return {}
        rows = _rows(of)
        typed = [_row(of, row, chosen, server.timezone) for row in rows]
        if not rows:
            st.caption("No schedule: sales are learned when somebody retrains.")
        st.button("Add a schedule", icon=":material/add:", disabled=len(rows) >= MAX_SCHEDULES, on_click=_add, args=(of,), key="settings_add")
        _last(ws)
        return _together(of, typed)


def _together(of: Shown, typed: list[RetrainSchedule | None]) -> Mapping[str, Any] | None:
    """All schedules; None where one cannot be used, or two of them not together, which is said."""
    usable = [{"every": each.every, "timezone": each.timezone} for each in typed if each is not None]
    if len(usable) < len(typed):
        return None
    try:
        shop_settings.changed(of.state.values, {"schedules": usable})
    except SettingsError as error:
        st.error(markdown.plain(str(error)), icon=":material/error:")
        return None
    return {"schedules": usable}


def _rows(of: Shown) -> list[int]:
    """The schedules to show: positions of those that hold, and numbers below 0 for those that were added here."""
    rows: list[int] = st.session_state.setdefault(of.key("rows"), list(range(len(of.state.values.schedules))))
    return rows


def _add(of: Shown) -> None:
    rows = _rows(of)
    st.session_state[of.key("rows")] = [*rows, min([0, *rows]) + NEW]


def _remove(of: Shown, row: int) -> None:
    st.session_state[of.key("rows")] = [each for each in _rows(of) if each != row]


def _row(of: Shown, row: int, chosen: tuple[RetrainSchedule, ...], zone: str) -> RetrainSchedule | None:
    """One schedule and its next moments; None where it cannot be used."""
    now = chosen[row] if row >= 0 else RetrainSchedule(every=moments.expression(moments.DAILY, moments.USUAL_TIME), timezone=_zone(zone))
    with st.container(border=True, key=of.key(f"row_{row}")):
        with st.grid(3, min_column_width=130):
            kind, at = moments.parts(now.every)
            kinds = moments.kinds(signs.week(notation.current()))
            kind = str(st.selectbox("When", kinds, kinds.index(kind), format_func=moments.KINDS.__getitem__, key=of.key(f"kind_{row}")))
            if kind == moments.OWN:
                every = st.text_input("Cron expression", now.every, help="Minute, hour, day, month, weekday.", key=of.key(f"cron_{row}"))
            else:
                every = moments.expression(kind, st.time_input("At", at, key=of.key(f"time_{row}")))
            zones = time_zones.names()
            zones = zones if now.timezone in zones else [now.timezone, *zones]
            named = str(st.selectbox("Time zone", zones, zones.index(now.timezone), key=of.key(f"zone_{row}")))
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.container(width="stretch"):
                usable = _checked(every, named)
            st.button("Remove", type="tertiary", icon=":material/close:", on_click=_remove, args=(of, row), key=of.key(f"remove_{row}"))
    return usable


def _checked(every: str, zone: str) -> RetrainSchedule | None:
    try:
        _coming(shop_settings.one_cron(every, zone))
        return RetrainSchedule(every=every, timezone=zone)
    except SettingsError as error:
        st.error(markdown.plain(str(error)), icon=":material/error:")
        return None


def _coming(timetable: Timetable) -> None:
    """The next three moments, on the schedule's own clock."""
    st.caption("Next: " + ", ".join(wording.moment(moment) for moment in timetable.coming(datetime.now(UTC))) + ".")


def _last(ws: Workspace) -> None:
    """What came of the last moment of the schedules that hold."""
    plan = schedule.planned(ws, shop_settings.timetable(ws, "", "")) if shop_settings.to_go_on_from(ws)[1] is None else None
    if plan is not None and plan.last:
        st.caption(f"Last time: {markdown.plain(plan.last)}")


def _zone(stated: str) -> str:
    """The time zone of a new schedule: the server's where one is stated, else that of the browser."""
    try:
        return time_zones.zone(stated or st.context.timezone or "UTC").key
    except SettingsError:
        return "UTC"
