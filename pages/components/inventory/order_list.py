"""The orders as a list, most urgent first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import streamlit as st

from forecasting.core import caches, numerals, schema, unseen
from forecasting.core.arrays import BoolArray
from forecasting.inventory.orders import wording as order_words
from forecasting.inventory.orders.recommend import Orders
from pages.components.inventory import summary
from pages.components.shared import no_longer_sold, product_links, tables, wording, writing

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ButtonColumnResult, ColumnConfig

STATES: Final = order_words.STATES
BROKEN: Final = "Often missed"
"""The chip of a line whose promise was not kept in the past."""
CHANGED: Final = "Changed"
"""The chip of a line whose quantity is the person's."""
FIRST: Final = ("order_now", "soon", "not_counted")
"""What is shown at first."""
SHOWN: Final = "show"
LINE: Final = "line"
"""Parameters of the URL: the states shown, and the chosen line."""
OPENED, PICKED = "inventory_opened", "inventory_picked"
"""Keys of the session: the product that was tapped, and the line that was picked by its name."""
PAST: Final = 28
"""Steps of past sales in a row's small curve."""
SHELF_HELP: Final = "Red: the shelf is expected to be empty before an order placed today arrives."
COVER_HELP: Final = "Days until the shelf is empty at the expected sales."


@dataclass(frozen=True, eq=False)
class Listed:
    """The rows that are chosen, most urgent first, of very many the first ones.

    Args:
        count: How many there are.
        rows: Those that are listed, of the orders' table.
        table: The same as the list shows them.
        names: `unique_id` -> what the series is called.
        addresses: Of their products' pages.
        shelves: How long a shelf lasts, as the list says it -> its colour.
        chips: The state of each row, and what is special about it.
    """

    count: int
    rows: pd.DataFrame
    table: pd.DataFrame
    names: dict[str, str]
    addresses: list[dict[str, str]]
    shelves: dict[str, summary.Color]
    chips: list[list[str]]


def choose_states(orders: Orders) -> Listed:
    """Filters with counts; the rows that they leave. Products no longer sold are left out until they are asked for."""
    rows, gone, left = caches.once(orders, _urgent, orders)
    every = bool(no_longer_sold.ask(rows, gone, left).all())
    counts = caches.once(orders, _counts, orders, every)
    there = [state for state in STATES if counts.get(state)]
    if "inventory_states" not in st.session_state:
        st.session_state["inventory_states"] = _asked(there)
    st.session_state["inventory_states"] = [state for state in st.session_state["inventory_states"] if state in there]
    chosen = st.pills(
        "State",
        there,
        selection_mode="multi",
        format_func=lambda state: f"{STATES[state]} {numerals.write(counts[state])}",
        label_visibility="collapsed",
        key="inventory_states",
        persist_state="session",
        on_change=_remember,
    )
    return caches.once(orders, _listed, orders, every, tuple(chosen))


def _urgent(orders: Orders) -> tuple[pd.DataFrame, BoolArray, str]:
    """All rows, which of them are no longer sold, and what is left of those."""
    rows = orders.urgent()
    gone = orders.gone_of(rows)
    return rows, gone, _left(rows[gone])


def _rows(orders: Orders, every: bool) -> pd.DataFrame:
    rows, gone, _ = caches.once(orders, _urgent, orders)
    return rows if every else rows[~gone]


def _counts(orders: Orders, every: bool) -> dict[str, int]:
    """State -> how many of the rows have it."""
    return {str(state): int(count) for state, count in _rows(orders, every)["state"].value_counts().items()}


def _listed(orders: Orders, every: bool, states: tuple[str, ...]) -> Listed:
    """The rows in some states, or in all for none; with what is no longer sold, or without."""
    rows = _rows(orders, every)
    rows = rows[rows["state"].isin(states)] if states else rows
    shown = rows.head(tables.MOST)
    records, chips = shown.to_dict("records"), _chips(shown)
    names = [summary.named(row) for row in records]
    shelves = [summary.shelf(orders, row) for row in records]
    return Listed(
        count=len(rows),
        rows=shown,
        table=_table(orders, shown, names=names, shelf=[[text] for text in shelves], state=chips),
        names=dict(zip(shown[schema.UNIQUE_ID].tolist(), names, strict=True)),
        addresses=product_links.addresses(shown),
        shelves={text: summary.shelf_color(text) for text in shelves},
        chips=chips,
    )


def _left(gone: pd.DataFrame) -> str:
    """How many shelves of what is no longer sold are not empty."""
    stocked = int((gone["on_hand"] > 0).sum())
    return f", {numerals.write(stocked)} with stock left" if stocked else ""


def _asked(there: list[str]) -> list[str]:
    """What the URL asks for, else what to do today and this week."""
    named = [state for state in st.query_params.get(SHOWN, "").split(",") if state in STATES]
    return named or [state for state in there if state in FIRST]


def _remember() -> None:
    st.query_params[SHOWN] = ",".join(st.session_state["inventory_states"])


def choose_one(orders: Orders, listed: Listed) -> int | None:
    """The list; the place of the chosen series in the table of all, None where the list is empty."""
    if not listed.count:
        st.caption("No lines in these states.")
        return None
    ids = list(listed.names)
    key = f"inventory_list_{caches.digest(ids)}"
    columns = _columns(orders, listed)
    chosen = _line(key, ids)
    _pick(listed.names, key, chosen)
    tables.grid(
        listed.table,
        columns,
        links="name",
        copy="orders",
        height=640,
        on_select=lambda: _chosen(key, ids),
        selection_mode=["single-row-required", "single-cell"],
        selection_default={"selection": {"rows": [ids.index(chosen)]}},
        key=key,
        alt="What to order, most urgent first: units, how long the shelf lasts, state and by when",
    )
    tables.left_out(listed.count, "Filter to see others; the download has all.", order="most urgent")
    return int(listed.rows.index[ids.index(chosen)])


def _line(key: str, ids: list[str]) -> str:
    """The chosen line: of the list as it is, else the one that session or URL keep, else the first."""
    rows = st.session_state.get(key, {}).get("selection", {}).get("rows")
    if rows and rows[0] < len(ids):
        return ids[int(rows[0])]
    wanted = st.session_state.get("inventory_line") or st.query_params.get(LINE)
    return next((line for line in ids if line == wanted), ids[0])


def _pick(names: dict[str, str], key: str, line: str) -> None:
    """The same choice by typing a name, and for the keyboard: a list whose rows are selected takes no arrow keys."""
    st.session_state[PICKED] = line
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Most urgent first", width="content")
        st.selectbox(
            "Line",
            list(names),
            format_func=lambda name: unseen.escaped(names[name]),
            label_visibility="collapsed",
            key=PICKED,
            width=280,
            on_change=lambda: _choose(key, list(names), st.session_state[PICKED]),
        )


def _chosen(key: str, ids: list[str]) -> None:
    """Chooses the line whose circle, or any of whose cells, was pressed."""
    selection = st.session_state[key]["selection"]
    rows = [row for row, _ in selection.get("cells", [])] or selection["rows"]
    if rows and rows[0] < len(ids):
        _choose(key, ids, ids[rows[0]])


def _choose(key: str, ids: list[str], line: str) -> None:
    """Session and URL keep the line, so that it stays chosen when the list changes."""
    st.session_state[key] = {"selection": {"rows": [ids.index(line)], "columns": [], "cells": []}}
    st.session_state["inventory_line"] = st.query_params[LINE] = line


def _table(orders: Orders, shown: pd.DataFrame, *, names: list[str], shelf: list[list[str]], state: list[list[str]]) -> pd.DataFrame:
    whole = orders.ensemble.whole_units[orders.rows[shown.index]]
    return shown.assign(
        name=names,
        shelf=pd.Series(shelf, shown.index),
        state=pd.Series(state, shown.index),
        days_of_cover=shown["days_of_cover"].replace(np.inf, np.nan),
        past=list(np.nan_to_num(orders.ensemble.panel.sales[orders.rows[shown.index], -PAST:])),
        **{name: np.where(whole, shown[name].round(), shown[name].round(1)) for name in ("order_quantity", "recommended", "on_hand")},
    )


def _chips(shown: pd.DataFrame) -> list[list[str]]:
    """The state of each line, and what is special about it."""
    own = shown["order_quantity"].fillna(0.0) != shown["recommended"].fillna(0.0)
    facts = zip(shown["state"], own, _broken(shown), strict=True)
    return [[STATES[state], *[CHANGED] * changed, *[BROKEN] * broken] for state, changed, broken in facts]


def _columns(orders: Orders, listed: Listed) -> dict[str, ColumnConfig | ButtonColumnResult]:
    """The first ones answer on a phone."""
    number, date = st.column_config.NumberColumn, st.column_config.DateColumn
    chips, lasts, shown = listed.chips, listed.shelves, listed.rows
    colors = [*summary.COLORS.values(), "blue", "orange"]
    config: dict[str, ColumnConfig | ButtonColumnResult] = {
        "name": product_links.column(listed.addresses, OPENED, 165),
        "order_quantity": number("Order", format="localized", width=60),
        "shelf": st.column_config.MultiselectColumn("Shelf", options=list(lasts), color=list(lasts.values()), width=142, help=SHELF_HELP),
        "state": st.column_config.MultiselectColumn(
            "State", options=[*STATES.values(), CHANGED, BROKEN], color=colors, width=175 if any(len(each) > 1 for each in chips) else 90
        ),
        "order_by": date("Order by", format="D MMM", width=72, help="The last review day on which an order still keeps the promise."),
        "recommended": number("Suggested", format="localized", width=75, help="What we would order."),
        "order_value": number("Value", format=writing.money_form(), width=88, help="Order times unit cost."),
        "days_of_cover": number("Cover", format="%.1f d", width=66, help=COVER_HELP),
        "past": st.column_config.LineChartColumn(f"Last {orders.ensemble.panel.period.count(PAST)}", color="gray", y_min=0, width=100),
        "on_hand": number("In stock", format="localized", width=70),
        "abc": st.column_config.TextColumn("Class", width=55, help=wording.CLASS_HELP),
        schema.CATEGORY: st.column_config.TextColumn("Category", width=110),
    }
    absent = {
        schema.CATEGORY: schema.CATEGORY not in shown,
        "recommended": not any(CHANGED in each for each in chips),
        "order_value": shown["order_value"].isna().all(),
    }
    return {name: column for name, column in config.items() if not absent.get(name)}


def _broken(shown: pd.DataFrame) -> list[bool]:
    """Lines whose promise was not kept in the past, by more than chance."""
    return [promise == order_words.NOT_KEPT for promise in shown["promise"]]
