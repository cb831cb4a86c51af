"""What to order today, how much, and why; what is on the shelves, and on which terms it is replenished."""

from __future__ import annotations

import streamlit as st

from forecasting.core.errors import NotFound
from forecasting.services import workspaces
from pages.components.inventory import budget as inventory_budget
from pages.components.inventory import order_card as inventory_card
from pages.components.inventory import order_list as inventory_list
from pages.components.inventory import past_check as inventory_proof
from pages.components.inventory import policy as inventory_policy
from pages.components.inventory import session
from pages.components.inventory import stock_tab as inventory_stock
from pages.components.inventory import summary as inventory_parts
from pages.components.shared import layout as shell
from pages.components.shared import live_version
from pages.components.shared.filters import ask_filters, no_match

manifest = live_version.live_manifest("Inventory")
version = manifest["version"]
saved, damaged = session.saved()
actions = shell.head("Inventory", inventory_parts.context(version, saved))

ensemble = live_version.loaded(version)
with actions:
    policy = inventory_policy.ask(ensemble, saved)
    downloads = st.container(width="content")
inventory_stock.said(damaged)
todo, shelves = st.tabs(["Orders", "Stock"], key="inventory_tab", bind="query-params")

if shelves.open or damaged:
    with shelves if shelves.open else todo:
        inventory_stock.show(workspaces.workspace(), ensemble, saved, damaged)
    st.stop()

with todo:
    filters = ask_filters(ensemble)
    try:
        found = session.orders_of(version, saved, policy, filters)
    except NotFound:
        card = st.container(border=True, key="no_match")
        no_match(card.container(gap=None), card, filters)
        st.stop()

    with downloads:
        inventory_parts.downloads(found, manifest)
    if saved is None:
        inventory_parts.nothing_counted()
    else:
        inventory_policy.stale(ensemble, saved)
    inventory_parts.without_advice(found)
    inventory_parts.numbers(found)
    left, right = st.columns([1.75, 1])
    with left:
        listed = inventory_list.choose_states(found)
        place = inventory_list.choose_one(found, listed)
        inventory_parts.changed(found)
    with right:
        inventory_card.show(found, place)

    left, right = st.columns([1.75, 1])
    with left, shell.card("Would it have worked?", inventory_proof.caption(found), height="stretch"):
        inventory_proof.by_class(found)
    with right, shell.card("Spend a budget", "Which of these orders are worth it most", height="stretch"):
        inventory_budget.show(found)
