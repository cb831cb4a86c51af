"""The choices of a retraining."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal, TypeVar

import streamlit as st

from forecasting.core import calendar
from forecasting.core.errors import SettingsError
from forecasting.core.settings import Settings
from pages.components.shared import markdown

Code = TypeVar("Code", bound=str)
GROWTHS: Final[dict[Literal["linear", "flat"], str]] = {"linear": "Linear", "flat": "Flat"}
MODES: Final[dict[Literal["additive", "multiplicative"], str]] = {"additive": "Additive", "multiplicative": "Multiplicative"}
"""What a choice is -> what a person reads."""


def choose(now: Settings) -> Settings | None:
    """The settings, collapsed; None if they cannot be used."""
    with st.expander("Settings", icon=":material/tune:", key="settings"):
        return fields(now)


def fields(now: Settings) -> Settings | None:
    """One field a choice, starting from the settings in force."""
    try:
        with st.grid(4, min_column_width=150):
            return _prophet(_network(_span(now)))
    except SettingsError as error:
        st.error(markdown.plain(str(error)))
        return None


def _span(now: Settings) -> Settings:
    text = "How far ahead to forecast. For weekly or monthly sales, 90 days are 13 weeks or 3 months."
    return replace(now, horizon=int(st.number_input("Days ahead", 1, 730, now.horizon, help=text, key="set_horizon")))


def _network(now: Settings) -> Settings:
    text = "The most epochs to train. Training stops early when the loss no longer falls."
    epochs = st.number_input("LSTM epochs", 1, 1000, now.lstm.epochs, help=text, key="set_epochs")
    text = "Smaller needs less memory and takes longer."
    batch = st.number_input("LSTM batch size", 1, 8192, now.lstm.batch_size, help=text, key="set_batch")
    text = "Days (weeks, months) of history that the network reads."
    lookback = st.number_input("LSTM lookback", 7, 400, now.lstm.lookback, help=text, key="set_lookback")
    return replace(now, lstm=replace(now.lstm, epochs=int(epochs), batch_size=int(batch), lookback=int(lookback)))


def _prophet(now: Settings) -> Settings:
    countries = {"": "None", **calendar.countries()}
    country = _select("Holidays", countries, now.prophet.country or "", help="Used for daily sales only.", key="set_country")
    growth = _select("Prophet trend", GROWTHS, now.prophet.growth, key="set_growth")
    mode = _select("Prophet seasons", MODES, now.prophet.mode, help="Added to the trend, or scaled with it.", key="set_mode")
    text = "The LSTM gets the rest. Past forecasts decide instead where they clearly disagree."
    share = st.slider("Prophet share to start", 0, 100, round(100 * now.prophet_weight), 5, format="%d\u00a0%%", help=text, key="set_share")
    return replace(now, prophet_weight=share / 100, prophet=replace(now.prophet, country=country or None, growth=growth, mode=mode))


def _select(label: str, options: dict[Code, str], now: Code, *, key: str, help: str | None = None) -> Code:
    codes = list(options)
    return st.selectbox(label, codes, codes.index(now), format_func=options.__getitem__, key=key, help=help)
