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
    """Asks for the country, and for its region."""
    choices = {AS_BEFORE: "As at the last retrain", "": "None", **calendar.countries()}
    country = of.state.values.country
    now = AS_BEFORE if country is None else country
    with layout.card("Holidays", "For daily sales, from the next retrain on"):
        codes = list(choices)
        chosen = str(st.selectbox("Country", codes, codes.index(now.partition("-")[0]), format_func=choices.__getitem__, key=of.key("country")))
        if chosen == AS_BEFORE:
            st.caption("Each retrain asks for the country, and begins with the one of the forecast in use.")
            return {"country": None}
        chosen = _region(of, chosen) if chosen else chosen
        st.caption(retrain_settings.next_holidays(chosen, pd.Timestamp.now()))
    return {"country": chosen}


def _region(of: Shown, country: str) -> str:
    """The region that is chosen of a country, else the country; nothing is asked where no region has holidays of its own."""
    names = {country: "Holidays of the whole country", **calendar.regions(country)}
    if len(names) == 1:
        return country
    codes, now = list(names), of.state.values.country or country
    start = codes.index(now) if now in names else 0
    return str(st.selectbox("Region", codes, start, format_func=names.__getitem__, key=of.key(f"region_{country}")))
