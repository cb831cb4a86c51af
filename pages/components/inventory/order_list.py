"""The orders as a list, most urgent first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import streamlit as st

from forecasting.core import formatting, schema, unseen
from forecasting.inventory.orders import wording as order_words
from forecasting.inventory.orders.recommend import Orders
from pages.components.inventory import session, summary
from pages.components.shared import wording

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ColumnConfig

STATES: Final = order_words.STATES
BROKEN: Final = "Often missed"
"""The chip of a line whose promise was not kept in the past."""
FIRST: Final = ("order_now", "soon")
"""What is shown at first."""
SHOWN: Final = "show"
LINE: Final = "line"
"""Parameters of the URL: the states shown, and the chosen line."""
MOST: Final = 500
FEW: Final = 12
"""Rows of the list at most, and up to which it is as high as they are."""
PAST: Final = 28
"""Steps of past sales in a row's small curve."""
COVER_HELP: Final = "Days until the shelf is empty at the expected sales."


def choose_states(orders: Orders) -> pd.DataFrame:
    """Filters with counts; the rows that they leave, most urgent first."""
    rows = orders.urgent()
    counts = rows["state"].value_counts()
    there = [state for state in STATES if counts.get(state)]
    if "inventory_states" not in st.session_state:
        st.session_state["inventory_states"] = _asked(there)
    st.session_state["inventory_states"] = [state for state in st.session_state["inventory_states"] if state in there]
    with st.container(horizontal=True, vertical_alignment="center"):
        chosen = st.pills(
            "State",
            there,
            selection_mode="multi",
            format_func=lambda state: f"{STATES[state]} {counts[state]:,}",
            label_visibility="collapsed",
            key="inventory_states",
            persist_state="session",
            on_change=_remember,
        )
        st.caption("Most urgent first", width="content")
    return rows[rows["state"].isin(chosen)] if chosen else rows


def _asked(there: list[str]) -> list[str]:
    """What the URL asks for, else what to do today and this week."""
    named = [state for state in st.query_params.get(SHOWN, "").split(",") if state in STATES]
    return named or [state for state in there if state in FIRST]


def _remember() -> None:
    st.query_params[SHOWN] = ",".join(st.session_state["inventory_states"])


def choose_one(orders: Orders, rows: pd.DataFrame) -> int | None:
    """The list; the place of the chosen series in the table of all, None where the list is empty."""
    if rows.empty:
        st.caption("No orders in these states.")
        return None
    shown = rows.head(MOST)
    ids = shown[schema.UNIQUE_ID].tolist()
    wanted = st.session_state.get("inventory_line") or st.query_params.get(LINE)
    key = f"inventory_list_{hash(tuple(ids))}"
    event = st.dataframe(
        unseen.legible(_table(orders, shown)),
        column_config=_columns(orders, shown),
        hide_index=True,
        height="content" if len(shown) <= FEW else 640,
        placeholder="-",
        on_select=lambda: _chosen(key, ids),
        selection_mode="single-row-required",
        selection_default={"selection": {"rows": [ids.index(wanted) if wanted in ids else 0]}},
        key=key,
        alt="What to order, most urgent first: units, state, by when, risk of an empty shelf and days of cover",
    )
    if len(rows) > MOST:
        st.caption(f"The {MOST} most urgent of {len(rows):,}. Filter to see others; the download has all.")
    chosen = event.selection.rows
    return int(shown.index[chosen[0] if chosen and chosen[0] < len(shown) else 0])


def _chosen(key: str, ids: list[str]) -> None:
    """Remembers the chosen line in session and URL, so that it stays chosen when the list changes."""
    rows = st.session_state[key]["selection"]["rows"]
    if rows:
        st.session_state["inventory_line"] = st.query_params[LINE] = ids[rows[0]]


def _table(orders: Orders, shown: pd.DataFrame) -> pd.DataFrame:
    typed = session.quantities(orders)
    chips = [[STATES[state], *[BROKEN] * bad] for state, bad in zip(shown["state"], _broken(shown), strict=True)]
    table = shown.assign(
        name=[summary.named(row) for row in shown.to_dict("records")],
        order_quantity=shown[schema.UNIQUE_ID].map(typed).astype(float).fillna(shown["order_quantity"]),
        state=pd.Series(chips, shown.index),
        risk=100 * shown["risk"],
        days_of_cover=shown["days_of_cover"].replace(np.inf, np.nan),
        past=list(np.nan_to_num(orders.ensemble.panel.sales[orders.rows[shown.index], -PAST:])),
    )
    return table[list(_columns(orders, shown))]


def _columns(orders: Orders, shown: pd.DataFrame) -> dict[str, ColumnConfig]:
    """The first ones answer on a phone."""
    number, date = st.column_config.NumberColumn, st.column_config.DateColumn
    units, width = "%,.0f" if orders.ensemble.whole else "%,.1f", 175 if any(_broken(shown)) else 90
    chips, colors = [*STATES.values(), BROKEN], [*summary.COLORS.values(), "orange"]
    config: dict[str, ColumnConfig] = {
        "name": st.column_config.TextColumn("Product", width=165),
        "order_quantity": number("Order", format=units, width=60),
        "state": st.column_config.MultiselectColumn("State", options=chips, color=colors, width=width),
        "order_by": date("Order by", format="D MMM", width=72, help="The last review day on which an order still keeps the promise."),
        "risk": st.column_config.ProgressColumn(
            "Risk", format=f"%.0f{formatting.NBSP}%%", min_value=0, max_value=100, color="red", width=110, help=summary.RISK_HELP
        ),
        "days_of_cover": number("Cover", format="%.1f d", width=66, help=COVER_HELP),
        "past": st.column_config.LineChartColumn(f"Last {orders.ensemble.panel.period.count(PAST)}", color="gray", y_min=0, width=100),
        "on_hand": number("In stock", format=units, width=70),
        "abc": st.column_config.TextColumn("Class", width=55, help=wording.CLASS_HELP),
        schema.CATEGORY: st.column_config.TextColumn("Category", width=110),
    }
    return {name: column for name, column in config.items() if name != schema.CATEGORY or name in shown}


def _broken(shown: pd.DataFrame) -> list[bool]:
    """Lines whose promise was not kept in the past, by more than chance."""
    return [promise == order_words.NOT_KEPT for promise in shown["promise"]]
