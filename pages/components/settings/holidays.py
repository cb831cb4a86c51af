"""Whose holidays count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st

from forecasting.core import calendar
from pages.components.settings.saving import Shown
from pages.components.shared import layout
from pages.components.training import settings as retrain_settings

AS_BEFORE: Final = "as before"


def card(of: Shown) -> Mapping[str, Any]:
    """Asks for the country."""
    choices = {AS_BEFORE: "As at the last retrain", "": "None", **calendar.countries()}
    country = of.state.settings.country
    now = AS_BEFORE if country is None else country
    with layout.card("Holidays", "For daily sales, from the next retrain on"):
        codes = list(choices)
        chosen = str(st.selectbox("Country", codes, codes.index(now), format_func=choices.__getitem__, key=of.key("country")))
        if chosen == AS_BEFORE:
            st.caption("Each retrain asks for the country, and begins with the one of the forecast in use.")
        else:
            st.caption(retrain_settings.next_holidays(chosen, pd.Timestamp.now()))
    return {"country": None if chosen == AS_BEFORE else chosen}
