"""All that is known of one product: its sales, its forecast, its stock, its price, and what stands behind them."""

from __future__ import annotations

import streamlit as st

from forecasting.analysis import day_marks, forecast_view, product_groups
from forecasting.core import schema
from forecasting.core.errors import NotFound
from forecasting.services import forecasts, views
from pages.charts import drawn, language, marks
from pages.components.inventory import plan, policy, session
from pages.components.product import cards, summary
from pages.components.products_replaced import links
from pages.components.shared import layout, live_version, product_links, sales_state, time_level
from pages.components.shared.filters import ask_filters
from pages.components.why import links as why_links

manifest = live_version.live_manifest("Product")
version = manifest["version"]
ensemble = live_version.loaded(version)
panel, steps = ensemble.panel, live_version.ahead(ensemble)
name = st.query_params.get(product_links.PARAMETER, "")
try:
    product = product_groups.filters_of(panel, name)
except NotFound:
    summary.unknown(name)
    links.successor(name)
    st.stop()

place = st.container()
product_links.arrive()
filters = {**product, **ask_filters(ensemble, (schema.REGION, schema.STORE), within=product)}
saved, _ = session.saved()
terms = policy.current(ensemble, saved)
row = summary.row_of(session.products_of(version, saved, terms, {key: filters[key] for key in filters if key not in product}, steps=steps), name)
view = views.view(ensemble, filters, steps)
rows = forecast_view.chosen_rows(ensemble, filters, steps)
assumed = plan.about(plan.current(version), ensemble, rows)
with place:
    summary.head(name, row, filters, view.period.count(steps))
    links.continued(name)
    sales_state.unused_note(manifest)
summary.numbers(view, row, ensemble.horizon * panel.period.days)

country = manifest["settings"]["prophet"]["country"]
days = day_marks.day_marks(panel, rows, back=panel.period.year, ahead=steps, country=country)
with st.container(border=True, key="product_card"):
    with layout.card_head(*summary.chart_title(view, product)):
        time = time_level.ask(ensemble, steps, last_year="product_last_year", shown=True)
    shown = view if time.level == panel.period else views.view(ensemble, filters, steps, time.level)
    curves = time.with_last_year(("blend", "band_80", "band_95"))
    st.plotly_chart(
        drawn.once(shown, marks.marked_forecast, shown, curves, 344, tuple(days) if time.level == panel.period else ()),
        config=language.config(),
        key="product_chart",
        alt=f"Sales and forecast of {name} with its ranges",
    )

left, right = st.columns(2)
with left, layout.card("What stands behind it", height="stretch"):
    cards.story(ensemble, view, row)
    why_links.since_before(version, filters)
    happenings = st.container()
with right, layout.card("Stock", height="stretch"):
    plan.of_product(assumed, version, ensemble, filters)
    cards.shelf(None if saved is None else session.with_own_quantities(session.orders_of(version, saved, terms, {}, plan=assumed)), rows, product)
cards.prices(ensemble, rows, steps, days, [each.text for each in forecasts.assumptions(ensemble, filters, steps)])
with happenings:
    cards.happenings(days, filters, panel.ahead(1)[0])
