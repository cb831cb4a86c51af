"""Asks on which day the shelves of a stock were counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from forecasting.inventory.stock.count_day import CountDay
from forecasting.services import orders
from pages.components.shared import writing

if TYPE_CHECKING:
    from forecasting.storage.workspace import Workspace

CLOSING, OPENING = "At closing", "At opening"
HELP: Final = "Leave it empty if you counted just now. What was sold and came since is reckoned from the day that you give."


def ask(ws: Workspace, key: str) -> CountDay | None:
    """The day, and whether it was at opening or at closing; None where the shelves were counted just now. Keys of widgets begin with `key`."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        day = st.date_input("Counted on", value=None, max_value=orders.today(ws), format=writing.day_form(), width=190, help=HELP, key=f"{key}_day")
        if day is None:
            return None
        when = st.segmented_control("When", [CLOSING, OPENING], default=CLOSING, required=True, label_visibility="collapsed", key=f"{key}_when")
    return CountDay(day, is_opening=when == OPENING)
