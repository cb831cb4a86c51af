"""The tab Order book: what is on the way, what is late, every order once, and the one that was chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from forecasting.core import formatting
from forecasting.inventory.book.order import ON_THE_WAY, OPEN, Order
from forecasting.services import order_overview
from forecasting.services.order_overview import Overview
from pages.components.orders import acts, new_date, order_panel, receive, tabs, wording
from pages.components.shared import markdown, tables, writing
from pages.components.shared.figures import Chip, figure

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ButtonColumnResult, ColumnConfig

    from forecasting.storage.workspace import Workspace

GROUPS: Final = {"Open": OPEN | ON_THE_WAY, "Received": frozenset({"received"}), "Cancelled": frozenset({"cancelled"})}
ALT: Final = "Orders, newest first: supplier, what can be done, state, value, and when due"
ACTION: Final = "orders_book_action"
"""Where the session keeps which order's action was pressed."""
ON_THE_WAY_HELP: Final = "Money of what was ordered and is still to come, as far as unit costs are known."
NEXT_HELP: Final = "The first day on which something that was placed is expected."
LATE_HELP: Final = "Orders that should have come before today."
USUAL_HELP: Final = (
    "From the sent order to its last delivery: the median of what was received. Orders are planned with it where a supplier states no time."
)


def show(ws: Workspace) -> None:
    """All of it."""
    acts.said()
    overview = order_overview.overview(ws)
    if not overview.every:
        st.caption("No orders yet. What you place in the tab To order stands here, with who and when; nothing is ever rewritten.")
        return
    _numbers(overview)
    for order in overview.late[:3]:
        days = formatting.count((overview.today - order.due).days, "day")
        supplier = markdown.plain(wording.supplier(order))
        due = markdown.plain(wording.day(order.due, overview.today))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(
                f":orange[:material/schedule:] **{supplier} is {days} late.** Order {order.id} was due {due}; "
                "until it is here, its units count as still to come.",
                width="stretch",
            )
            new_date.ask(order, overview.today, "late")
    listed = _asked(overview)
    _table(overview, listed)
    order_panel.show(ws, overview)
    receive.show(ws, overview.today)


def _numbers(overview: Overview) -> None:
    coming, late, usual = overview.on_the_way, overview.late, overview.usual
    with st.grid(4, min_column_width=150):
        units = sum(order.outstanding for order in coming)
        known = writing.amount(overview.outstanding_value) if overview.outstanding_value else f"{formatting.units(units)} units"
        value = known if coming else "Nothing"
        figure(
            "On the way",
            value,
            Chip(formatting.count(len(coming), "order"), description=f"{formatting.units(units)} units" if coming else None),
            ON_THE_WAY_HELP,
        )
        following = next((order for order in coming if not order.is_late(overview.today)), None)
        when = "none" if following is None else wording.day(following.due, overview.today)
        figure("Next delivery", when[0].upper() + when[1:], Chip("nothing due" if following is None else wording.supplier(following)), NEXT_HELP)
        longest = f"{formatting.count((overview.today - late[0].due).days, 'day')}, {wording.supplier(late[0])}" if late else "all on time"
        figure("Late", formatting.count(len(late), "order") if late else "None", Chip(longest, "orange" if late else "gray"), LATE_HELP)
        label = "Usual time" if usual is None else f"Usual time, {usual.supplier or wording.WITHOUT_SUPPLIER}"
        days = "Not known yet" if usual is None else formatting.count(usual.days, "day")
        figure(label, days, Chip("after 3 deliveries" if usual is None else f"{usual.on_time} of {usual.received} on time"), USUAL_HELP)


def _asked(overview: Overview) -> list[Order]:
    """The orders of the chosen groups, newest first."""
    counts = {name: sum(order.state in states for order in overview.every) for name, states in GROUPS.items()}
    chosen = st.pills(
        "Show",
        list(GROUPS),
        default=list(GROUPS),
        selection_mode="multi",
        format_func=lambda name: f"{name} {formatting.units(counts[name])}",
        label_visibility="collapsed",
        key="orders_groups",
    )
    states = frozenset().union(*(GROUPS[name] for name in chosen or GROUPS))
    return [order for order in overview.every if order.state in states]


def _table(overview: Overview, listed: list[Order]) -> None:
    shown = listed[: tables.MOST]
    if not shown:
        st.caption("No orders of this kind.")
        return
    table = pd.DataFrame([_row(order, overview) for order in shown])
    tables.grid(table, _columns(overview, shown, table), copy="order_book", key="orders_book_table", alt=ALT)
    st.caption(f"Newest first. {tables.some_of(len(listed))}".rstrip())


def _row(order: Order, overview: Overview) -> dict[str, Any]:
    return {
        "order": f"#{order.id}",
        "supplier": wording.supplier(order),
        "action": action(order),
        "state": [wording.state(order, overview.today)[0]],
        "value": overview.value(order),
        "due": None if order.state == "cancelled" else order.due,
        "placed": None if order.placed_at is None else order.placed_at.astimezone().date(),
        "received": wording.received(order),
        "lines": sum(line.quantity > 0 for line in order.lines),
        "by": wording.by(order.placed_by).removeprefix(" by "),
    }


def action(order: Order) -> str:
    """What is to be done next with an order."""
    if order.state == "partly_received":
        return "Receive the rest"
    return {"proposed": "Approve", "approved": "Place", "placed": "Receive"}.get(order.state, "Show")


def _columns(overview: Overview, shown: list[Order], table: pd.DataFrame) -> dict[str, ColumnConfig | ButtonColumnResult]:
    """The first ones answer on a phone."""
    text, number, day = st.column_config.TextColumn, st.column_config.NumberColumn, st.column_config.DateColumn
    states = dict(wording.state(order, overview.today) for order in shown)
    columns: dict[str, ColumnConfig | ButtonColumnResult] = {
        "order": st.column_config.ButtonColumn(
            "Order", type="tertiary", alignment="left", width=60, on_click=lambda: _open(shown), key=f"{ACTION}_open"
        ),
        "supplier": text("Supplier", width=104),
        "action": st.column_config.ButtonColumn("Next", type="tertiary", alignment="left", width=112, on_click=lambda: _press(shown), key=ACTION),
        "state": st.column_config.MultiselectColumn("State", options=list(states), color=list(states.values()), width=120),
        "value": number("Value", format=writing.money_form(), width=96),
        "due": day("Due", format="ddd D MMM", width=96),
        "placed": day("Placed", format="ddd D MMM", width=96),
        "received": text("Received", width=110),
        "lines": number("Lines", width=55),
        "by": text("By", width=90),
    }
    absent = {"value": table["value"].isna().all(), "by": not table["by"].any()}
    return {name: column for name, column in columns.items() if not absent.get(name)}


def _open(shown: list[Order]) -> None:
    st.session_state[tabs.ORDER] = shown[st.session_state[f"{ACTION}_open"]["row"]].id


def _press(shown: list[Order]) -> None:
    order = shown[st.session_state[ACTION]["row"]]
    st.session_state[tabs.ORDER] = order.id
    if order.state == "proposed":
        acts.approve(order.id)
    elif order.state == "approved":
        acts.place(order.id)
    elif order.state in ON_THE_WAY:
        receive.open_for(order.id)
