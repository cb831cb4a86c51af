"""What becomes of a new forecast, and of one that turns out worse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from forecasting.core.shop_settings import GoBack, GoLive
from pages.components.settings.saving import Shown
from pages.components.shared import layout

GO_LIVE: Final[dict[GoLive, tuple[str, str]]] = {
    "if-not-worse": ("Use it unless it is worse", "Where something speaks against it, it waits, and a person decides"),
    "always": ("Always use it", "At once, whatever its errors are"),
    "ask": ("Ask first", "It waits until a person puts it to use"),
}
GO_BACK: Final[dict[GoBack, tuple[str, str]]] = {
    "recommend": ("Recommend going back", "A person decides"),
    "by_itself": ("Go back by itself", "At once; what it did is recorded"),
}


def card(of: Shown) -> Mapping[str, Any]:
    """Asks both."""
    now = of.state.values
    with layout.card("New forecasts", "After a retrain the new forecast is compared with the one in use"):
        live = _radio("When a new forecast is ready", GO_LIVE, now.go_live, of.key("go_live"))
        back = _radio("When the forecast before turns out better", GO_BACK, now.go_back, of.key("go_back"))
    return {"go_live": live, "go_back": back}


def _radio(label: str, choices: Mapping[Any, tuple[str, str]], now: str, key: str) -> str:
    codes = list(choices)
    captions = [caption for _, caption in choices.values()]
    return str(st.radio(label, codes, codes.index(now), format_func=lambda code: choices[code][0], captions=captions, key=key))
