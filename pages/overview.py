"""What is live, how good it is, and what needs a person."""

from __future__ import annotations

import streamlit as st

from forecasting.analysis import forecast_view
from forecasting.services import versions, workspaces
from pages.charts import forecast
from pages.components.inventory import policy, session
from pages.components.overview import numbers
from pages.components.overview.needs import show_needs
from pages.components.shared import layout, live_version

manifest = live_version.live_manifest("Overview")
with layout.head("Overview", numbers.context(manifest)):
    live_version.upload_button()

ws = workspaces.workspace()
ensemble = live_version.loaded(manifest["version"])
steps = live_version.ahead(ensemble)
period = ensemble.panel.period
view = forecast_view.view(ensemble, {}, steps)
saved, _ = session.saved()
order_place = numbers.numbers(view, manifest, versions.previous(ws, manifest["version"]), counted=saved is not None)
needs = layout.card("To do")

with layout.card("All sales", f"Units a {period.name}, everything added up"):
    st.plotly_chart(
        forecast.forecast(view, ("blend", "band_80", "band_95"), 320),
        config=forecast.CONFIG,
        key="all_sales",
        alt=f"Recent sales and the forecast of the next {period.count(steps)} with its ranges",
    )

with layout.card("Biggest movers", f"Next {period.count(steps)} compared with the last {steps}"):
    numbers.movers(forecast_view.movers(ensemble, steps), period.count(steps))

orders = None if saved is None else session.orders_of(manifest["version"], saved, policy.current(ensemble, saved), {})
if order_place is not None and orders is not None:
    numbers.order_now(order_place, orders)
with needs:
    show_needs(ws, view, orders, manifest)
