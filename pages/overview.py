"""What is live, how good it is, and what needs a person."""

from __future__ import annotations

import streamlit as st

from forecasting.analysis import forecast_view
from forecasting.services import versions, workspaces
from pages.charts import forecast as charts
from pages.components.inventory import policy as inventory_policy
from pages.components.inventory import session
from pages.components.overview import numbers as overview_parts
from pages.components.overview.needs import show_needs
from pages.components.shared import layout as shell
from pages.components.shared import live_version

manifest = live_version.live_manifest("Overview")
with shell.head("Overview", overview_parts.context(manifest)):
    live_version.upload_button()

ws = workspaces.workspace()
ensemble = live_version.loaded(manifest["version"])
days = live_version.ahead(ensemble)
period = ensemble.panel.period
view = forecast_view.view(ensemble, {}, days)
saved, _ = session.saved()
orders = overview_parts.numbers(view, manifest, versions.previous(ws, manifest["version"]), counted=saved is not None)
needs = shell.card("Needs you")

with shell.card("All sales", f"Units a {period.name}, all series added up"):
    st.plotly_chart(
        charts.forecast(view, ("blend", "band_80", "band_95"), 320),
        config=charts.CONFIG,
        key="all_sales",
        alt=f"Sales of the last weeks and the forecast of the next {period.count(days)} with its bands",
    )

with shell.card("Biggest movers", f"Next {period.count(days)} against the last {days}"):
    overview_parts.movers(forecast_view.movers(ensemble, days), period.count(days))

found = None if saved is None else session.orders_of(manifest["version"], saved, inventory_policy.current(ensemble, saved), {})
if orders is not None:
    overview_parts.order_now(orders, found)
with needs:
    show_needs(ws, view, found)
