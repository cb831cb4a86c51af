"""The choices of a retraining."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from forecasting import service, words
from forecasting.errors import SettingsError
from forecasting.settings import Settings


def choose(now: Settings) -> Settings | None:
    """The settings, collapsed; None if they cannot be used."""
    with st.expander("Settings", icon=":material/tune:", key="settings"):
        return fields(now)


def fields(now: Settings) -> Settings | None:
    """One field a choice, starting from the settings in force."""
    countries = {"": "None", **service.countries()}
    with st.grid(4, min_column_width=150):
        horizon = st.number_input(
            "Days ahead",
            1,
            730,
            now.horizon,
            help="How far the forecast goes. Weekly and monthly sales are forecast so many weeks or months: 90 days are 13 weeks or 3 months.",
            key="set_horizon",
        )
        epochs = st.number_input(
            "LSTM epochs", 1, 1000, now.lstm.epochs, help="At most so many; it stops early when the loss no longer falls.", key="set_epochs"
        )
        batch = st.number_input("LSTM batch size", 1, 8192, now.lstm.batch_size, help="Smaller needs less memory and takes longer.", key="set_batch")
        lookback = st.number_input(
            "LSTM lookback, days", 7, 400, now.lstm.lookback, help="Days of history that the network reads.", key="set_lookback"
        )
        codes = list(countries)
        country = st.selectbox(
            "Holidays",
            codes,
            codes.index(now.prophet.country or ""),
            format_func=countries.__getitem__,
            help="They count for daily sales.",
            key="set_country",
        )
        growth = st.selectbox(
            "Prophet trend", ["linear", "flat"], ["linear", "flat"].index(now.prophet.growth), format_func=str.title, key="set_growth"
        )
        modes = ["additive", "multiplicative"]
        mode = st.selectbox(
            "Prophet seasons",
            modes,
            modes.index(now.prophet.mode),
            format_func=str.title,
            help="Added to the trend, or scaled with it.",
            key="set_mode",
        )
        share = st.slider(
            "Prophet share", 0, 100, round(100 * now.prophet_weight), 5, format="%d\u00a0%%", help="The LSTM has the rest.", key="set_share"
        )
    try:
        return replace(
            now,
            horizon=int(horizon),
            prophet_weight=share / 100,
            prophet=replace(now.prophet, country=country or None, growth=growth, mode=mode),
            lstm=replace(now.lstm, epochs=int(epochs), batch_size=int(batch), lookback=int(lookback)),
        )
    except SettingsError as error:
        st.error(words.plain(str(error)))
        return None
