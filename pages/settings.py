"""What holds for everybody who uses the shop: new forecasts, schedules, holidays, numbers, alerts, how much is kept, and the way back to none."""

from __future__ import annotations

import streamlit as st

from forecasting.services import workspaces
from pages.components.settings import alerts, going_live, holidays, kept, order_sheets, saving, schedules, start_over, writing
from pages.components.shared import layout

ws = workspaces.workspace()
shown = saving.shown(ws)
actions = layout.head("Settings", saving.head(shown), of_forecast=False)
start_over.note()
saving.notes(ws, shown)

left, right = st.columns(2, gap="medium")
with left:
    about_forecasts = [going_live.card(shown), holidays.card(shown), alerts.card(ws, shown)]
with right:
    about_the_shop = [writing.card(shown), order_sheets.card(shown), schedules.card(ws, shown), kept.card(shown)]
start_over.card(ws)
with actions:
    saving.button(ws, shown, [*about_forecasts, *about_the_shop])
