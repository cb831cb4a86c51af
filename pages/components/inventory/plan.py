"""The what-if that the orders follow: kept by the session, said on the pages with what it changes, and let go with one press."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import streamlit as st

from forecasting.analysis import forecast_view
from forecasting.analysis.what_if import WhatIf
from forecasting.core.errors import ShelfcastError
from forecasting.core.period import Period
from forecasting.inventory.orders import comparison
from forecasting.services.forecasts import Plan
from pages.components.inventory import policy, session
from pages.components.shared import markdown
from pages.components.shared.addresses import ORDERS

if TYPE_CHECKING:
    from forecasting.training.ensemble import Ensemble

PLAN: Final = "inventory_plan"
"""Where the session keeps the version and the plan."""
ORDER_HELP: Final = "Shows the orders that this would need."


def keep(version: int, filters: dict[str, str], change: WhatIf) -> None:
    """Orders follow this what-if from now on."""
    st.session_state[PLAN] = (version, Plan(tuple(filters.items()), change))


def offer(version: int, ensemble: Ensemble, filters: dict[str, str], change: WhatIf) -> None:
    """What a what-if changes in the orders of the series that it is about, and the way to them; nothing where nothing is asked."""
    if not change:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="whatif_orders"):
        st.caption(_effect(version, ensemble, filters, Plan(tuple(filters.items()), change)), width="content")
        if st.button("Order with this", type="tertiary", icon=":material/inventory_2:", key="whatif_order", help=ORDER_HELP):
            keep(version, filters, change)
            st.switch_page(ORDERS)


def about(plan: Plan | None, ensemble: Ensemble, rows: np.ndarray) -> Plan | None:
    """The plan, if it is about one of the series at `rows`; None if it is about others."""
    chosen = set() if plan is None else set(forecast_view.chosen_rows(ensemble, dict(plan.filters), 1).tolist())
    return plan if chosen.intersection(rows.tolist()) else None


def of_product(plan: Plan | None, version: int, ensemble: Ensemble, filters: dict[str, str]) -> None:
    """What the plan changes in the orders of a product, and the way to them; nothing without a plan."""
    if plan is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="product_plan"):
        st.badge(f"What if: {plan.change.text(ensemble.panel.period)}", icon=":material/science:", color="blue")
        st.caption(_effect(version, ensemble, filters, plan), width="content")
        st.page_link(ORDERS, label="Orders", icon=":material/chevron_right:", icon_position="right")


def _effect(version: int, ensemble: Ensemble, filters: dict[str, str], plan: Plan) -> str:
    """One sentence on the orders of the chosen series with the plan, held against those without it; why there is none, if there is none."""
    saved, _ = session.saved()
    terms = policy.current(ensemble, saved)
    try:
        before, after = (session.with_own_quantities(session.orders_of(version, saved, terms, filters, plan=each)) for each in (None, plan))
    except ShelfcastError as error:
        return markdown.plain(str(error))
    return markdown.plain(comparison.in_words(before, after))


def current(version: int) -> Plan | None:
    """The plan that orders follow; none once another version is live, which knows of newer sales."""
    of, plan = st.session_state.get(PLAN, (None, None))
    return plan if of == version else None


def line(plan: Plan | None, period: Period) -> None:
    """What the orders assume, and the way back; nothing without a plan."""
    if plan is None:
        return
    whose = ", ".join(value for _, value in plan.filters) or "all products"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="inventory_plan_line"):
        st.badge(f"What if: {plan.change.text(period)}", icon=":material/science:", color="blue")
        st.markdown(f"These orders assume it for {markdown.plain(whose)}.", width="content")
        st.button("Order without it", type="tertiary", icon=":material/undo:", on_click=_forget, key="inventory_without_plan")


def _forget() -> None:
    st.session_state.pop(PLAN, None)
