"""What is live, how good it is, and what needs a person."""

from __future__ import annotations

import numpy as np
import streamlit as st

from forecasting.services import order_value, views, workspaces
from pages.charts import language
from pages.components.inventory import session
from pages.components.overview import answers, numbers, welcome
from pages.components.overview.needs import show_needs
from pages.components.overview.orders_today import orders_today
from pages.components.shared import layout, live_version, sales_worth, time_level
from pages.components.why import links

manifest = live_version.live_manifest("Overview")
with layout.head("Overview", numbers.context(manifest)):
    live_version.upload_button()

ws = workspaces.workspace()
ensemble = live_version.loaded(manifest["version"])
steps = live_version.ahead(ensemble)
period = ensemble.panel.period
view = views.view(ensemble, {}, steps)
gaining, losing = answers.moving(ensemble)
saved, _ = session.saved()
welcome.show()
worth = order_value.revenue(ws, manifest["version"], ensemble, steps)
places = numbers.numbers(view, worth, numbers.week(ws, manifest), counted=saved is not None)
sales_worth.line(ws, manifest["version"], ensemble, np.arange(len(ensemble.panel)), steps)
needs = layout.card("To do")

with st.container(border=True, key="all_sales_card"):
    with layout.card_head("All sales", "Everything added up"):
        time = time_level.ask(ensemble, steps)
    shown = view if time.level == period else views.view(ensemble, {}, steps, time.level)
    st.plotly_chart(
        answers.chart(shown, time.with_last_year(answers.CURVES)),
        config=language.config(),
        key="all_sales",
        alt=f"Recent sales and the forecast of the next {period.count(steps)} with its ranges",
    )
    links.since_before(manifest["version"])

left, right = st.columns(2)
for place, title, frame in ((left, "Gaining most", gaining), (right, "Losing most", losing)):
    with place, layout.card(title, f"Units, next {period.count(steps)} against the last {steps}", height="stretch"):
        numbers.movers(frame, title, period.count(steps), manifest["version"])

today = None
if places is not None and saved is not None:
    today = orders_today(ws, manifest["version"], ensemble, saved)
    numbers.to_order(places, today)
with needs:
    show_needs(ws, view, today, manifest)
