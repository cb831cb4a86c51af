"""What to order today, how much, and why; what is on the shelves, and on which terms it is replenished."""

from __future__ import annotations

import streamlit as st

from forecasting.core.errors import NotFound
from forecasting.services import workspaces
from pages.components.inventory import budget, first_orders, order_card, order_list, past_check, plan, session, stock_tab, summary
from pages.components.inventory import policy as inventory_policy
from pages.components.shared import layout, live_version, sales_state
from pages.components.shared.filters import ask_filters, no_match

manifest = live_version.live_manifest("Inventory")
version = manifest["version"]
saved, damaged = session.saved()
actions = layout.head("Inventory", summary.context(version, saved))
sales_state.unused_note(manifest)

ensemble = live_version.loaded(version)
with actions:
    policy = inventory_policy.ask(ensemble, saved)
    downloads = st.container(width="content")
stock_tab.show_message(damaged)
todo, shelves = st.tabs(["Orders", "Stock"], key="inventory_tab", bind="query-params")

if shelves.open or damaged:
    with shelves if shelves.open else todo:
        stock_tab.show(workspaces.workspace(), ensemble, saved, damaged)
    st.stop()

with todo:
    filters = ask_filters(ensemble)
    assumed = plan.current(version)
    try:
        recommended = session.orders_of(version, saved, policy, filters, plan=assumed)
    except NotFound:
        card = st.container(border=True, key="no_match")
        no_match(card.container(gap=None), card, filters)
        st.stop()

    orders = session.with_own_quantities(recommended)
    with downloads:
        summary.downloads(orders, manifest)
    plan.line(assumed, ensemble.panel.period)
    if saved is None:
        summary.nothing_counted()
    inventory_policy.not_today(orders, saved)
    summary.partly_counted(orders)
    summary.without_advice(orders)
    summary.numbers(orders)
    left, right = st.columns([1.75, 1])
    with left:
        listed = order_list.choose_states(orders)
        place = order_list.choose_one(orders, listed)
        summary.changed(orders)
        first_orders.show(orders)
    with right:
        order_card.show(orders, place, saved)

    left, right = st.columns([1.75, 1])
    with left, layout.card("Past check", past_check.caption(orders), height="stretch"):
        past_check.by_class(orders)
    with right, layout.card("Spend a budget", "Which of these orders pay off most", height="stretch"):
        budget.show(recommended)
