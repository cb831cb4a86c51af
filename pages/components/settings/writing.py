"""How numbers, money and dates are written."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import pandas as pd
import streamlit as st

from forecasting.core import formatting, money, notation
from forecasting.core.notation import STYLES, WEEKDAYS, Notation
from pages.components.settings.saving import Shown
from pages.components.shared import layout, markdown

STYLE_CHOICES: Final[dict[str, str]] = {"": "As the language", **{each: each for each in STYLES}}
DAY_CHOICES: Final[dict[str, str]] = {"": "As the region", **{each: each.capitalize() for each in WEEKDAYS}}
SAMPLE_DAY: Final = pd.Timestamp("2026-11-21")
SAMPLE_AMOUNT: Final = 1234.5
SAMPLE_SHARE: Final = 0.123


def card(of: Shown) -> Mapping[str, Any]:
    """Asks for all of it, and shows how it looks."""
    now = of.state.values
    with layout.card("Numbers and money", "On pages and in messages; files and the API stay as programs read them"):
        with st.grid(2, min_column_width=170):
            values = {
                "currency": _choice("Currency", {"": "None, plain numbers", **_currencies()}, now.currency, of.key("currency")),
                "language": _choice("Numbers and dates", {"": "Shelfcast's own way", **_languages()}, now.language, of.key("language")),
                "decimal_style": _choice(
                    "Decimals", {"": "As the language", **{each: each for each in STYLES}}, now.decimal_style, of.key("decimals")
                ),
                "first_weekday": _choice("Week starts on", DAY_CHOICES, now.first_weekday, of.key("weekday")),
            }
        st.markdown(f"This is how it looks: **{markdown.plain(sample(Notation(**values)))}**")  # type: ignore[arg-type]
    return values


def sample(of: Notation) -> str:
    """An amount, a share and a day in a notation."""
    with notation.using(of):
        return f"{money.amount(SAMPLE_AMOUNT)} · {formatting.percent(SAMPLE_SHARE)} · {formatting.date(SAMPLE_DAY)}"


def _choice(label: str, choices: Mapping[str, str], now: str, key: str) -> str:
    codes = list(choices) if now in choices else [now, *choices]
    return str(st.selectbox(label, codes, codes.index(now), format_func=lambda code: choices.get(code, code), key=key))


@lru_cache(maxsize=1)
def _currencies() -> dict[str, str]:
    return {code: f"{name}, {code}" for code, name in notation.currencies().items()}


@lru_cache(maxsize=1)
def _languages() -> dict[str, str]:
    return notation.languages()
