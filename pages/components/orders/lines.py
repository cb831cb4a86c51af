"""The lines of a supplier's order as a list, of which one is on the card beside it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from forecasting.core import caches, formatting, schema
from forecasting.inventory.book.events import Event
from forecasting.inventory.book.order import OPEN, Line, Order
from forecasting.inventory.orders.recommend import Orders
from forecasting.inventory.orders.wording import NOT_KEPT
from forecasting.services.order_cards import SupplierCard
from forecasting.services.order_fill import FOR_FREE, TO_MINIMUM
from pages.components.inventory import summary
from pages.components.inventory.order_list import BROKEN
from pages.components.orders import line_table, wording
from pages.components.shared import product_links, tables, writing

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ButtonColumnResult, ColumnConfig

LINE: Final = "orders_line"
"""Where the session keeps the chosen line."""
OPENED: Final = "orders_opened"
TABLE: Final = "orders_as_table"
RUNS_OUT: Final = "Runs out"
CHANGED: Final = "Changed"
USUAL: Final = "Usual round"
PRICE_BREAK: Final = "Price break"
SHELF_HELP: Final = "Red: the shelf is expected to be empty before the order arrives."


def show(card: SupplierCard, order: Order, orders: Orders, changes: Mapping[str, Event]) -> Line | None:
    """The list; the line that is chosen in it, None where no line fits what is asked for, or where it is a table to type in."""
    with st.container(horizontal=True, vertical_alignment="center", key="orders_line_filters"):
        lines = _asked(card, order)
        is_table = bool(lines) and bool(order.id) and order.state in OPEN and st.toggle("Edit as a table", key=TABLE)
    if not lines:
        st.caption("No lines fit. Take a filter off.")
        return None
    if is_table:
        line_table.show(card, order, lines)
        return None
    shown = lines[: tables.MOST]
    ids = [line.unique_id for line in shown]
    rows = orders.table.set_index(schema.UNIQUE_ID, drop=False).reindex(ids).to_dict("records")
    every = _table(shown, rows, orders, changes, card)
    key = f"orders_list_{order.id}_{caches.digest(ids)}"
    chosen = _chosen(key, ids)
    tables.grid(
        every,
        _columns(every, rows),
        links="name",
        copy="order_lines",
        on_select=lambda: _choose(key, ids),
        selection_mode=["single-row-required", "single-cell"],
        selection_default={"selection": {"rows": [ids.index(chosen)]}},
        key=key,
        alt="Lines of the order: units, how long the shelf lasts, and why",
    )
    st.caption("Choose a line to see why and to change it; your number stays, whatever is trained later.")
    tables.left_out(len(lines), "The files have all.")
    return shown[ids.index(chosen)]


def _asked(card: SupplierCard, order: Order) -> list[Line]:
    """The lines that the filters leave, those that run out first, then most money first."""
    changed = {line.unique_id for line in order.lines if line.reason}
    counts = {RUNS_OUT: len(card.runs_out), CHANGED: len(changed)}
    there = [name for name, count in counts.items() if count]
    chosen = (
        st.pills(
            "Show only",
            there,
            selection_mode="multi",
            format_func=lambda name: f"{name} {formatting.units(counts[name])}",
            label_visibility="collapsed",
            key=f"orders_only_{order.id}",
        )
        if there
        else []
    )
    wanted = set(order_line.unique_id for order_line in order.lines)
    wanted &= card.runs_out if RUNS_OUT in chosen else wanted
    wanted &= changed if CHANGED in chosen else wanted
    lines = [line for line in order.lines if line.unique_id in wanted]
    return sorted(lines, key=lambda line: (line.unique_id not in card.runs_out, -(line.value or 0.0), -line.quantity))


def _chosen(key: str, ids: Sequence[str]) -> str:
    """The chosen line: of the list as it is, else the one that the session keeps, else the first."""
    rows = st.session_state.get(key, {}).get("selection", {}).get("rows")
    if rows and rows[0] < len(ids):
        return ids[int(rows[0])]
    kept = st.session_state.get(LINE)
    return next((name for name in ids if name == kept), ids[0])


def _choose(key: str, ids: Sequence[str]) -> None:
    """Chooses the line whose circle, or any of whose cells, was pressed."""
    selection = st.session_state[key]["selection"]
    rows = [row for row, _ in selection.get("cells", [])] or selection["rows"]
    if rows and rows[0] < len(ids):
        st.session_state[LINE] = ids[rows[0]]
        st.session_state[key] = {"selection": {"rows": [rows[0]], "columns": [], "cells": []}}


def _table(
    lines: Sequence[Line], rows: Sequence[Mapping[Hashable, Any]], orders: Orders, changes: Mapping[str, Event], card: SupplierCard
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": [_product(line) for line in lines],
            "order": [line.quantity for line in lines],
            "shelf": [[_shelf(orders, row)] for row in rows],
            "suggested": [line.recommended for line in lines],
            "value": [None if line.value is None else line.value * card.turn.rate for line in lines],
            "why": [[*_why(line, changes, card), *_special(line, row)] or [USUAL] for line, row in zip(lines, rows, strict=True)],
            **{name: [line.key[name] for line in lines] for name in lines[0].key if name != schema.PRODUCT},
        }
    )


def _product(line: Line) -> str:
    return line.key.get(schema.PRODUCT) or wording.line_name(line)


def _shelf(orders: Orders, row: Mapping[Hashable, Any]) -> str:
    """How long the shelf lasts; of a series that the forecast does not know any more, nothing."""
    return "-" if row["counted"] != row["counted"] else summary.shelf(orders, row)


def _why(line: Line, changes: Mapping[str, Event], card: SupplierCard) -> list[str]:
    """Badges: who changed it, what it was added for, or that it is the usual round."""
    if line.reason in (TO_MINIMUM, FOR_FREE):
        return [line.reason]
    changed = [f"{CHANGED}{wording.by(changes[line.unique_id].by) if line.unique_id in changes else ''}"] if line.reason else []
    to_minimum = card.supplier is not None and any((card.supplier.minimum.value, card.supplier.minimum.units, card.supplier.minimum.weight))
    added = [TO_MINIMUM if to_minimum else FOR_FREE] if line.added and not line.reason else []
    return [*changed, *added]


def _special(line: Line, row: Mapping[Hashable, Any]) -> list[str]:
    """What else stands behind a line: a price that falls with the quantity, a promise that was not kept in the past."""
    cheaper = bool(line.prices) and line.unit_cost is not None and line.unit_cost < line.prices[0][1]
    return [*([PRICE_BREAK] if cheaper else []), *([BROKEN] if row["promise"] == NOT_KEPT else [])]


def _columns(table: pd.DataFrame, rows: Sequence[Mapping[Hashable, Any]]) -> dict[str, ColumnConfig | ButtonColumnResult]:
    """The first ones answer on a phone."""
    number, several = st.column_config.NumberColumn, st.column_config.MultiselectColumn
    shelves = sorted({text for texts in table["shelf"] for text in texts})
    whys = sorted({text for texts in table["why"] for text in texts})
    config: dict[str, ColumnConfig | ButtonColumnResult] = {
        "name": product_links.column([_address(row) for row in rows], OPENED, 150),
        "order": number("Order", format="localized", width=60),
        "shelf": several("Shelf", options=shelves, color=[summary.shelf_color(text) for text in shelves], width=150, help=SHELF_HELP),
        "suggested": number("Suggested", format="localized", width=78, help="What we would order."),
        "value": number("Value", format=writing.money_form(), width=88),
        "why": several("Why", options=whys, color=[_color(text) for text in whys], width=140),
    }
    config |= {name: st.column_config.TextColumn(formatting.LABELS.get(name, name), width=100) for name in table.columns if name not in config}
    return {name: column for name, column in config.items() if name != "value" or not table["value"].isna().all()}


def _color(badge: str) -> summary.Color:
    return "blue" if badge.startswith(CHANGED) else "orange" if badge == BROKEN else "gray"


def _address(row: Mapping[Hashable, Any]) -> dict[str, str]:
    known = {name: value for name, value in row.items() if value == value}
    return product_links.address(product_links.name_of(known), known)
