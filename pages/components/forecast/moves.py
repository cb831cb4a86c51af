"""The card that says what makes a forecast what it is: of all days ahead or of one, in units that add up to the forecast."""

from __future__ import annotations

from typing import Final

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from forecasting.analysis.contributions import Contributions, whole_parts
from forecasting.core import caches, formatting, numerals, unseen
from forecasting.core.period import Period
from forecasting.services import models, what_ifs, workspaces
from pages.charts import drawn, forecast, language
from pages.components.shared import cells, live_version, paper

DAY: Final = "moves_day"
"""Key of the choice of a day, bound to the URL."""
FEW_UNITS: Final = 100
"""Units a day from which parts are whole."""
BY_MODEL: Final = "Each model counts by its share of the forecast. A part of the network is what its forecast loses without that input."


def warm_up(version: int) -> None:
    """Works out what moves the forecast of all series, and what it assumes, outside of a session."""
    ensemble = live_version.ensemble_of(version)
    standing = what_ifs.standing(ensemble, {})
    what_ifs.contributions_of(workspaces.workspace(), version, standing, ensemble)
    what_ifs.assumptions(standing, live_version.ahead(ensemble))


def show(told: Contributions, period: Period, steps: int) -> None:
    """The choice of a day, a sentence, a bar a part, and each model's share of it."""
    place = _ask_day(told.dates[:steps], period)
    start, end = (0, steps) if place is None else (place, place + 1)
    table, average, units, digits = caches.once(told, _parts, told, start, end)
    day = f"The {period.count(steps)} ahead, on average" if place is None else formatting.step_date(told.dates[place], period)
    was, will_be = (numerals.write(value, digits) for value in (average, units))
    st.markdown(f"An average {period.name} of the last year: **{was}**. {day}: **{will_be}**. Between them:")
    if table.empty:
        st.caption("Nothing moves it.")
        return
    bars = ", ".join(f"{label} {formatting.signed(value)}" for label, value in zip(table["label"], table["units"], strict=True))
    alt = f"What makes the forecast differ from an average {period.name}, in units: {bars}"
    st.plotly_chart(drawn.once(told, _bars, told, start, end), config=language.config(), key="components", alt=alt)
    _by_model(table, digits)


def _parts(told: Contributions, start: int, end: int) -> tuple[pd.DataFrame, float, float, int]:
    """Parts of an average day of these, the average that they are added to and their sum, all rounded to so many digits."""
    table, units = told.between(start, end), float(told.forecast[start:end].mean())
    digits = 0 if max(units, told.average) >= FEW_UNITS else 1
    average, table["units"] = whole_parts(told.average, table["units"].to_numpy(), units, digits)
    return table[table["units"] != 0].reset_index(drop=True), average, units, digits


def _bars(told: Contributions, start: int, end: int) -> go.Figure:
    table, *_ = caches.once(told, _parts, told, start, end)
    return forecast.components(table)


def _ask_day(dates: pd.DatetimeIndex, period: Period) -> int | None:
    """The position of the chosen day; None for all of them."""
    days = {formatting.step_date(day, period): place for place, day in enumerate(dates)}
    options = [f"All {period.count(len(dates))}", *days]
    chosen = st.selectbox(f"Which {period.name}", options, key=DAY, bind="query-params", label_visibility="collapsed", width=190)
    return days.get(chosen)


def _by_model(table: pd.DataFrame, digits: int) -> None:
    """How much of each part is whose."""
    names = [model.name for model in models.registered() if model.name in table and table[model.name].any()]
    shown = caches.once(table, _legible, table, tuple(names))
    config = {name: st.column_config.NumberColumn(models.label(name, short=True), format=f"%+,.{digits}f", width=70) for name in names}
    config["units"] = st.column_config.NumberColumn("Units", format=f"%+,.{digits}f", width=70)
    config["label"] = st.column_config.TextColumn("Part", width=130)
    with st.expander("By model"):
        st.caption(BY_MODEL)
        cells.show(shown, column_config=config, hide_index=True, height="content", alt="Each model's part of what moves the forecast")
        paper.copy("moves", shown, config)


def _legible(table: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    return unseen.legible(table[["label", "units", *names]])
