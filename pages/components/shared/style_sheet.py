"""Shelfcast's own style sheet: what the theme cannot say of colours, phones and paper."""

from __future__ import annotations

import streamlit as st

from forecasting.core import locations


def apply() -> None:
    """Puts the style sheet on the page, where it takes no room. It is the only HTML that pages write, and a file of ours."""
    st.html(locations.application_folder() / "static" / "shelfcast.css")
