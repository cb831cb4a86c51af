"""The choices of a retraining."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal, TypeVar

import pandas as pd
import streamlit as st

from forecasting.core import calendar, formatting
from forecasting.core.errors import SettingsError
from forecasting.core.settings import Settings
from forecasting.services import models, shop_settings, workspaces
from pages.components.shared import markdown
from pages.components.shared.addresses import SETTINGS

Code = TypeVar("Code", bound=str)
GROWTHS: Final[dict[Literal["linear", "flat"], str]] = {"linear": "Linear", "flat": "Flat"}
MODES: Final[dict[Literal["additive", "multiplicative"], str]] = {"additive": "Additive", "multiplicative": "Multiplicative"}
"""What a choice is -> what a person reads."""


def choose(now: Settings) -> Settings | None:
    """The settings, starting from those in force: what a shop decides, then those of the models, collapsed; None if they cannot be used."""
    try:
        shop = _shop(now)
        with st.expander("Model settings", icon=":material/tune:", key="settings"), st.grid(3, min_column_width=150):
            return _models(_prophet(_network(shop)))
    except SettingsError as error:
        st.error(markdown.plain(str(error)))
        return None


def _shop(now: Settings) -> Settings:
    """How far ahead, and whose holidays."""
    with st.grid(2, min_column_width=240):
        text = "How far ahead to forecast. For weekly or monthly sales, 90 days are 13 weeks or 3 months."
        horizon = st.number_input("Days ahead", 1, 730, now.horizon, help=text, key="set_horizon")
        with st.container(gap="small"):
            country = _country(now.prophet.country or "")
            st.caption(next_holidays(country, pd.Timestamp.now()))
    return replace(now, horizon=int(horizon), prophet=replace(now.prophet, country=country or None))


def _country(now: str) -> str:
    """Whose holidays: as the settings of the shop say; asked for only as long as nobody chose there."""
    chosen = shop_settings.state(workspaces.workspace()).values.country
    if chosen is None:
        names = {"": "None", **({now: calendar.country_name(now)} if "-" in now else {}), **calendar.countries()}
        return _select("Holidays", names, now, help="For daily sales. Settings has them for all retrains, and regions.", key="set_country")
    st.markdown(f"Holidays: **{markdown.plain(calendar.country_name(chosen)) if chosen else 'None'}**")
    st.page_link(SETTINGS, label="Change in Settings", icon=":material/settings:")
    return chosen


def next_holidays(country: str, today: pd.Timestamp) -> str:
    """What a choice of holidays means for the days ahead."""
    if not country:
        return "Choose your country, and the forecast knows days such as Christmas."
    coming = calendar.next_holidays(country, today)
    return "Next: " + ", ".join(f"{markdown.plain(name)} on {formatting.weekday_date(day)}" for day, name in coming) + "."


def _network(now: Settings) -> Settings:
    text = "The most epochs to train. Training stops early when the loss no longer falls."
    epochs = st.number_input("LSTM epochs", 1, 1000, now.lstm.epochs, help=text, key="set_epochs")
    text = "Smaller needs less memory and takes longer."
    batch = st.number_input("LSTM batch size", 1, 8192, now.lstm.batch_size, help=text, key="set_batch")
    text = "Days (weeks, months) of history that the network reads."
    lookback = st.number_input("LSTM lookback", 7, 400, now.lstm.lookback, help=text, key="set_lookback")
    return replace(now, lstm=replace(now.lstm, epochs=int(epochs), batch_size=int(batch), lookback=int(lookback)))


def _prophet(now: Settings) -> Settings:
    growth = _select("Prophet trend", GROWTHS, now.prophet.growth, key="set_growth")
    mode = _select("Prophet seasons", MODES, now.prophet.mode, help="Added to the trend, or scaled with it.", key="set_mode")
    text = "Beside the LSTM; the trees share with both. Past forecasts decide instead where they clearly disagree."
    share = st.slider("Prophet share to start", 0, 100, round(100 * now.prophet_weight), 5, format="%d\u00a0%%", help=text, key="set_share")
    return replace(now, prophet_weight=share / 100, prophet=replace(now.prophet, growth=growth, mode=mode))


def _models(now: Settings) -> Settings:
    names = {model.name: model.label for model in models.blended()}
    text = "Models that share the forecast; past forecasts decide how. A model that is left out saves its time."
    on = st.multiselect(
        "Models", list(names), [name for name in names if name not in now.without], format_func=names.__getitem__, help=text, key="set_models"
    )
    if not on:
        raise SettingsError("Choose at least one model.")
    return replace(now, without=tuple(name for name in names if name not in on))


def _select(label: str, options: dict[Code, str], now: Code, *, key: str, help: str | None = None) -> Code:
    codes = list(options)
    return st.selectbox(label, codes, codes.index(now), format_func=options.__getitem__, key=key, help=help)
