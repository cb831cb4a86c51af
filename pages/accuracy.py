"""How good past forecasts were: of which model, how far ahead, when, for which series; and what the bands promised."""

from __future__ import annotations

import streamlit as st

from forecasting.core import schema
from forecasting.core.errors import NotFound
from forecasting.services import models
from pages.charts import accuracy as accuracy_charts
from pages.charts import drawn, language
from pages.components.accuracy import backtest, measures, numbers, since_served, tables
from pages.components.shared import layout, live_version, no_longer_sold, sales_state
from pages.components.shared.filters import ask_filters, no_match

manifest = live_version.live_manifest("Accuracy")
version = manifest["version"]
actions = layout.head("Accuracy", backtest.context(manifest))
sales_state.unused_note(manifest)
if since_served.is_asked_for():
    since_served.show()
    st.stop()
if not manifest["cutoffs"]:
    backtest.too_short()
    st.stop()

ensemble = live_version.loaded(version)
filters = ask_filters(ensemble)
no_longer_sold.ask(ensemble.panel.series, ensemble.silent)
try:
    accuracy = backtest.accuracy_of(version, filters)
except NotFound:
    card = st.container(border=True, key="no_match")
    no_match(card.container(gap=None), card, filters)
    st.stop()
if not backtest.is_judged(accuracy):
    backtest.too_young(accuracy)
    st.stop()

with actions:
    backtest.downloads(version, filters)
numbers.numbers(accuracy, {} if filters else numbers.before(manifest))

left, right = st.columns([1.6, 1])
with left, st.container(border=True, height="stretch", key="measure_card"):
    measure = measures.measure(accuracy)
    st.plotly_chart(
        drawn.once(accuracy, accuracy_charts.by_step, accuracy.steps, measure.column, backtest.unit(accuracy)),
        config=language.config(),
        key="by_step",
        alt=f"{measure.title} of {models.listed(schema.BLEND, benchmark=True)}, by {backtest.unit(accuracy)}s ahead",
    )
with right, layout.card("Do the bands keep their promise?", "Share of days inside each band", height="stretch"):
    st.plotly_chart(
        drawn.once(accuracy, backtest.promise, accuracy.promise, backtest.unit(accuracy), accuracy.judged.window),
        config=language.config(),
        key="promise",
        alt="Share of days inside each band compared with the share promised",
    )

with st.container(border=True, key="past_card"):
    cutoff = backtest.past(accuracy)
    total, history = accuracy.total, accuracy.history
    st.plotly_chart(
        drawn.once(accuracy, *(accuracy_charts.past, total, history) if cutoff is None else (accuracy_charts.past_of, total, history, cutoff)),
        config=language.config(),
        key="past_chart",
        alt="Forecasts made at past cutoffs, drawn over the sales that followed",
    )

left, right = st.columns([1.6, 1])
with left, layout.card("Series to check", "The costliest in units first", height="stretch"):
    tables.attention(no_longer_sold.listed(backtest.to_check(accuracy), ensemble, accuracy.rows), backtest.unit(accuracy))
with right, layout.card("By cutoff", measure.title, height="stretch"):
    tables.by_cutoff(accuracy, measure)

if len(accuracy.rows) > 1:
    with layout.card("By series", "Worst first, with today's weights"):
        tables.by_series(no_longer_sold.listed(backtest.of_series(accuracy), ensemble, accuracy.rows))
