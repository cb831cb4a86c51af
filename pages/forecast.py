"""Filters, the three curves with their bands, what moves them, and the CSV."""

from __future__ import annotations

import streamlit as st

from forecasting import charts, service, words
from forecasting.errors import NotFound
from pages import forecast_parts, shell

manifest = shell.live_manifest("Forecast")
version = manifest["version"]
actions = shell.head("Forecast", f"Model v{version}, sales to {shell.sales_to(manifest)}")

ensemble = shell.loaded(version)
filters = forecast_parts.filters(ensemble)

card = st.container(border=True, key="curves_card")
with card.container(horizontal=True, vertical_alignment="center"):
    title = st.container(gap=None, width="stretch")
    days = forecast_parts.days(ensemble.horizon)
    curves = forecast_parts.curves()

try:
    view = service.view(ensemble, filters, days)
except NotFound:
    forecast_parts.no_match(title, card, filters)
    st.stop()

with title:
    st.markdown(f"##### {forecast_parts.title(filters)}", anchors=False)
    st.caption(forecast_parts.caption(view))

with card:
    forecast_parts.numbers(view)
    st.plotly_chart(
        charts.forecast(view, curves),
        config=charts.CONFIG,
        key="forecast_chart",
        alt=f"Past sales and the forecast of the next {days} days by Prophet, LSTM and their blend, with 80 % and 95 % bands",
    )

actions.download_button(
    "Download CSV",
    lambda: service.forecast_csv(ensemble, filters, days),
    f"forecast-v{version}-{days}-days.csv",
    "text/csv",
    icon=":material/download:",
    on_click="ignore",
    key="csv",
)

left, right = st.columns([1.5, 1])
with left, shell.card("Day by day", "Every unit, as in the CSV", height="stretch"):
    forecast_parts.table(view)
with right, shell.card("What moves it", "Prophet's parts, units a day against an average day", height="stretch"):
    forecast_parts.components(service.components(ensemble, filters, days))

if len(view.simpler):
    with shell.card("Series on a simpler model", words.SIMPLER_HELP):
        shell.simpler_table(view.simpler)
