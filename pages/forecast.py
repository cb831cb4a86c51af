"""Filters, the three curves with their bands, what moves them, and the CSV."""

from __future__ import annotations

from functools import partial

import streamlit as st

from forecasting.analysis import forecast_view
from forecasting.core.errors import NotFound
from forecasting.services import models, views, what_ifs, workspaces
from pages.charts import drawn, forecast, language
from pages.components.forecast import moves, parts
from pages.components.forecast import what_if as whatif_parts
from pages.components.inventory import plan
from pages.components.shared import layout, live_version, no_longer_sold, sales_state, sales_worth, time_level, wording
from pages.components.shared.filters import ask_filters, no_match
from pages.components.why import links as why_links

manifest = live_version.live_manifest("Forecast")
version = manifest["version"]
actions = layout.head("Forecast", f"Model v{version}, sales to {live_version.sales_to(manifest)}")
sales_state.unused_note(manifest)

ensemble = live_version.loaded(version)
filters = ask_filters(ensemble)
no_longer_sold.ask(ensemble.panel.series, ensemble.silent)

card = st.container(border=True, key="curves_card")
with card.container(horizontal=True, vertical_alignment="center"):
    title = st.container(gap=None, width="stretch")
    steps = parts.steps(ensemble)
    curves = parts.curves()
answer = card.container()
what_if = card.container()
with card:
    time = time_level.ask(ensemble, steps)

try:
    standing = what_ifs.standing(ensemble, filters)
except NotFound:
    no_match(title, card, filters)
    st.stop()

with what_if:
    change, refused = whatif_parts.ask(standing)
shown = what_ifs.answer(standing, change) if change else standing.ensemble
view = views.view(shown, filters, steps, time.level)
before = views.view(ensemble, filters, steps, time.level) if change else None

with title:
    st.markdown(f"##### {parts.title(filters, view.level)}", anchors=False)
    st.caption(parts.caption(view, manifest.get("reconciled")))
    parts.product_link(filters)
    why_links.since_before(version, filters)

with answer:
    whatif_parts.line(standing, shown, change, steps=steps, refused=refused)
    orders = st.container()
    parts.numbers(view)
    sales_worth.line(workspaces.workspace(), version, shown, forecast_view.chosen_rows(shown, filters, 1), steps)
with card:
    st.plotly_chart(
        drawn.once(view, forecast.forecast, view, time.with_last_year(curves), parts.HEIGHT, before),
        config=language.config(),
        key="forecast_chart",
        alt=f"Past sales and the forecast of the next {view.period.count(steps)} by {models.listed()} and their blend, with 80 % and 95 % bands",
    )
    whatif_parts.assumed(standing, what_ifs.assumptions(standing, steps), change)

actions.download_button(
    "Download CSV",
    partial(parts.csv, version, filters, change, steps, level=view.level.name, last_year=time.last_year),
    f"forecast-v{version}-{steps}-{view.period.plural}{time.file_suffix(view.period)}{'-what-if' if change else ''}.csv",
    "text/csv",
    icon=":material/download:",
    on_click="ignore",
    key="csv",
)

left, right = st.columns([1.5, 1])
with left, layout.card(f"{view.level.name.title()} by {view.level.name}", time_level.in_words(view), height="stretch"):
    parts.table(view, last_year=time.last_year)
moves_card = right.container(height="stretch")

simpler = no_longer_sold.listed(view.simpler, ensemble, forecast_view.chosen_rows(ensemble, filters, steps))
if len(simpler):
    with layout.card("Simpler forecasts", wording.SIMPLER_HELP):
        layout.simpler_table(simpler, "forecast_simpler")

with moves_card, layout.card("What moves it", "Units that each part adds to an average " + view.period.name, height="stretch"):
    told = what_ifs.contributions_of(workspaces.workspace(), version, standing, shown)
    moves.show(told, view.period, steps)

with orders:
    plan.offer(version, ensemble, filters, change)
