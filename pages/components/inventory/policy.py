"""How the shop orders: the choices behind one button, bound to the URL."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from forecasting.core import formatting
from forecasting.core.period import Period
from forecasting.inventory.policy import CLASSES, DAILY, Policy, Rule, Target
from forecasting.services import ordering, stock_counts, workspaces
from pages.components.inventory import session
from pages.components.shared import live_version, wording

if TYPE_CHECKING:
    from forecasting.inventory.orders.recommend import Orders
    from forecasting.storage.stock_states import SavedStock
    from forecasting.training.ensemble import Ensemble

RULES: Final[dict[str, Rule]] = {"Order up to": "order_up_to", "Lots": "reorder_point", "Min max": "min_max", "Once": "newsvendor"}
RULE_HELP: Final = {
    "order_up_to": "At every review, order up to a level.",
    "reorder_point": "On any day when stock falls to the reorder point, order fixed lots.",
    "min_max": "On any day when stock falls to the reorder point, order up to a level.",
    "newsvendor": "Order once, for goods that do not keep.",
}
TARGETS: Final[dict[str, Target]] = {"No stockout": "cycle", "Share served": "fill", "Lowest cost": "costs"}
TARGET_HELP: Final = {
    "cycle": "The chance that a shelf does not run out between two orders.",
    "fill": "The share of demand met from stock.",
    "costs": "The lowest cost, where price and unit cost are known.",
}
"""What the URL says -> a choice, and what it means. A widget's URL holds what it shows, so both are short."""
LONGEST: Final = {"day": (30, 28, 1), "week": (84, 56, 7), "month": (186, 186, 31)}
"""Days of lead time and of review period up to which the sliders reach, and their step."""
SERVICE: Final = 95
CLASS_LEVELS: Final = (98, 95, 90)
"""Percent."""
ORDER_COST_HELP: Final = "With unit costs, it sets the cheapest lot size."
LAST: Final = "inventory_policy"
"""Where the session keeps the policy that was chosen last, for other pages."""


def current(ensemble: Ensemble, saved: SavedStock | None) -> Policy:
    """The policy chosen last in this session, else the usual one."""
    policy: Policy | None = st.session_state.get(LAST)
    return policy or Policy(start=ordering.start(ensemble, saved, _sales_to()))


def warm_up(version: int) -> None:
    """Works out the usual orders and the table of products, outside of a session."""
    ensemble, (saved, damaged) = live_version.ensemble_of(version), session.saved()
    if not damaged:
        usual = Policy(start=ordering.start(ensemble, saved, _sales_to()))
        session.orders_of(version, saved, usual, {})
        session.products_of(version, saved, usual, {}, steps=live_version.ahead(ensemble))


def ask(ensemble: Ensemble, saved: SavedStock | None) -> Policy:
    """The widgets behind one button, whose label says what is in force."""
    with st.popover(_label(ensemble.panel.period), icon=":material/tune:", key="inventory_policy_button"):
        policy = _rule(_promise(_terms(Policy(start=ordering.start(ensemble, saved, _sales_to())), ensemble.panel.period)))
    st.session_state[LAST] = policy
    return policy


def _label(period: Period) -> str:
    """ "7 d lead, 95 % service"; read before the widgets are drawn, from the session or the URL."""
    lead = f"{period.steps(_number('inventory_lead', Policy.lead_time))} {period.name[0]} lead"
    target = TARGETS.get(_stated("inventory_target", ""), "cycle")
    if target == "costs":
        return f"{lead}, lowest cost"
    levels = [_number("inventory_service", SERVICE)]
    if _stated("inventory_by_class", "").lower() == "true":
        levels = [_number(f"inventory_{name.lower()}", level) for name, level in zip(CLASSES, CLASS_LEVELS, strict=True)]
    return f"{lead}, {'/'.join(map(str, levels))}{formatting.NBSP}% {'served' if target == 'fill' else 'service'}"


def _stated(key: str, default: str) -> str:
    return str(st.session_state[key]) if key in st.session_state else st.query_params.get(key, default)


def _number(key: str, default: int) -> int:
    stated = _stated(key, str(default))
    return int(stated) if stated.isdecimal() else default


def _terms(usual: Policy, period: Period) -> Policy:
    longest, longest_review, step = LONGEST[period.name]
    st.markdown("**Unless a stock file says otherwise**")
    lead = _days("Lead time", (0, longest, step), usual.lead_time, "inventory_lead", "Days from an order to its delivery.")
    spread = _days("Late or early by", (0, 14, 1), 0, "inventory_spread", "Standard deviation of the lead time.") if period.name == "day" else 0
    review = _days("Review every", (step, longest_review, step), usual.review_period, "inventory_review", "Days from one order to the next.")
    return replace(usual, lead_time=lead, lead_time_sd=float(spread), review_period=review)


def _days(label: str, limits: tuple[int, int, int], value: int, key: str, text: str) -> int:
    """A slider of days: least, most and step; the usual value in whole steps."""
    least, most, step = limits
    value = max(least, -(-value // step) * step)
    chosen: int = st.slider(label, least, most, value, step, format="%d d", key=key, bind="query-params", help=text)
    return min(max(chosen, least), most)


def _promise(policy: Policy) -> Policy:
    chosen = st.segmented_control("Promise", list(TARGETS), default="No stockout", required=True, key="inventory_target", bind="query-params")
    target = TARGETS.get(chosen, "cycle")
    st.caption(TARGET_HELP[target])
    if target == "costs":
        return replace(policy, target=target)
    if st.toggle("By value class", key="inventory_by_class", bind="query-params", help=wording.CLASS_HELP):
        a, b, c = (_level(f"Class {name}", level, f"inventory_{name.lower()}") for name, level in zip(CLASSES, CLASS_LEVELS, strict=True))
        return replace(policy, target=target, class_levels=(a, b, c))
    return replace(policy, target=target, service_level=_level("Service", SERVICE, "inventory_service"))


def _level(label: str, value: int, key: str) -> float:
    chosen = st.slider(label, 50, 99, value, format=f"%d{formatting.NBSP}%%", key=key, bind="query-params")
    return min(max(chosen, 50), 99) / 100


def _rule(policy: Policy) -> Policy:
    chosen = st.segmented_control("Rule", list(RULES), default="Order up to", required=True, key="inventory_rule", bind="query-params")
    rule = RULES.get(chosen, "order_up_to")
    st.caption(RULE_HELP[rule])
    if rule not in DAILY:
        return replace(policy, rule=rule)
    cost = st.number_input(
        "Cost of an order",
        0.0,
        1e6,
        0.0,
        1.0,
        key="inventory_order_cost",
        bind="query-params",
        help=ORDER_COST_HELP,
    )
    return replace(policy, rule=rule, order_cost=min(max(float(cost), 0.0), 1e6))


def not_today(orders: Orders, saved: SavedStock | None) -> None:
    """Says why orders start on another day than today; nothing if they start today."""
    ensemble, now, day = orders.ensemble, ordering.today(), orders.day
    (late, most), period = ordering.days_late(ensemble, saved, _sales_to()), ensemble.panel.period
    start = formatting.weekday_date(day) if period.name == "day" else formatting.step_date(day, period)
    if late > max(most, period.days - 1):
        gap, counted = formatting.count(late, "day"), saved is None or ordering.counted_on(saved) > ensemble.panel.last + pd.Timedelta(days=late)
        until = "today" if saved is None else "the stock was counted" if counted else "those that are saved"
        why = f"No sales are saved of the {gap} before {until}" if counted else f"The sales of this forecast end {gap} before {until}"
        text = f"{why}, so these orders start on {formatting.date(day)}. {'Upload newer sales.' if counted else 'Retrain.'}"
    elif saved is not None and (now - day).days >= period.days and late >= 0:
        text = f"These orders start on {start}: what was sold since then is not saved yet. Upload it, or count again, for orders that start today."
    else:
        return
    st.markdown(f":orange[:material/warning:] {text}")


def _sales_to() -> pd.Timestamp | None:
    return stock_counts.sales_to(workspaces.workspace())
