"""How much of what is old is kept."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from forecasting.core.errors import SettingsError
from forecasting.core.retention import VARIABLES, Retention
from pages.components.settings.saving import Shown
from pages.components.shared import layout, markdown

LABELS: Final = {
    "versions": "Forecasts",
    "versions_mb": "Forecasts, at most MB",
    "jobs": "Retrains",
    "jobs_mb": "Retrains, at most MB",
    "uploads": "Uploads to take back",
    "uploads_mb": "Files of uploads, at most MB",
    "uploads_days": "Files of uploads, days",
}
"""Field of the retention -> what a person reads."""
MAX: Final = 1_000_000_000


def card(of: Shown) -> Mapping[str, Any] | None:
    """Asks for the numbers; None where one of them cannot be used, which is said."""
    chosen = of.state.values.retention
    stated = Retention.from_environ(os.environ, chosen)
    with layout.card("What is kept", "0 keeps all. The forecast in use and what it needs always stay"):
        with st.grid(2, min_column_width=170):
            values = {name: _number(of, name, chosen, stated) for name in LABELS}
        try:
            Retention(**values)
        except SettingsError as error:
            st.error(markdown.plain(str(error)), icon=":material/error:")
            return None
        if any(_is_stated(name) for name in LABELS):
            st.caption(":material/lock: Greyed numbers are set by the environment of the server.")
    return {"retention": values}


def _number(of: Shown, name: str, chosen: Retention, stated: Retention) -> int:
    """A number that a person chose; where the environment says another, that one is shown and nothing changes."""
    fixed = _is_stated(name)
    now = getattr(stated if fixed else chosen, name)
    text = f"Set by the environment: {VARIABLES[name]}" if fixed else None
    typed = st.number_input(LABELS[name], 0, MAX, now, disabled=fixed, help=text, key=of.key(name))
    return int(getattr(chosen, name) if fixed else typed)


def _is_stated(name: str) -> bool:
    return bool(os.environ.get(VARIABLES[name], "").strip())
