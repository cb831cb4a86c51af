"""The what-if that the orders follow: kept by the session, said on the page, and let go with one press."""

from __future__ import annotations

from typing import Final

import streamlit as st

from forecasting.analysis.what_if import WhatIf
from forecasting.core.period import Period
from forecasting.services.forecasts import Plan
from pages.components.shared import markdown

PLAN: Final = "inventory_plan"
"""Where the session keeps the version and the plan."""


def keep(version: int, filters: dict[str, str], change: WhatIf) -> None:
    """Orders follow this what-if from now on."""
    st.session_state[PLAN] = (version, Plan(tuple(filters.items()), change))


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
