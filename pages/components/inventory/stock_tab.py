"""What is on the shelves and on the way, and the terms: from a file, or typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from forecasting.core import formatting, schema, unseen
from forecasting.core.errors import ShelfcastError
from forecasting.inventory.orders import wording
from forecasting.services import ordering
from pages.components.inventory import session, stock_file
from pages.components.shared import file_input, layout, markdown

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ColumnConfig

    from forecasting.storage.stock_states import SavedStock
    from forecasting.storage.workspace import Workspace
    from forecasting.training.ensemble import Ensemble


def show(ws: Workspace, ensemble: Ensemble, saved: SavedStock | None, damaged: str) -> None:
    """The whole tab; `damaged` is why the saved stock cannot be read, which hides what is typed."""
    _saved(ws, saved)
    upload = st.session_state.get(stock_file.FILE)
    with layout.card("From a file", "CSV, Excel or Parquet with product, store and units in stock"):
        if upload is None:
            stock_file.choose(ensemble)
        else:
            stock_file.read(ws, ensemble, upload)
    if upload is None and not damaged:
        with layout.card("Type it in", "Leave a cell empty to use the default."):
            _editor(ws, ensemble, saved)


def show_message(damaged: str) -> None:
    """Whether the last press saved, or why not; else why the saved stock cannot be read, if that is so."""
    text, failed = st.session_state.pop(stock_file.SAID, (damaged, True))
    if text:
        st.markdown(f"{':red[:material/error:]' if failed else ':green[:material/check_circle:]'} {markdown.plain(text)}")


def _saved(ws: Workspace, saved: SavedStock | None) -> None:
    """When the stock was saved, from what, and the way back."""
    if saved is not None:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            source = "typed in" if saved.name == stock_file.TYPED else f"from {markdown.plain(saved.name)}"
            st.caption(f"Saved {formatting.moment(session.moment(saved))}, {source}", width="content")
            st.button("Take it back", type="tertiary", icon=":material/undo:", on_click=_undo, args=(ws,), key="inventory_take_back")


def _undo(ws: Workspace) -> None:
    try:
        ordering.undo_stock(ws)
        st.session_state[stock_file.SAID] = ("Taken back. Orders now use the stock saved before it.", False)
    except ShelfcastError as error:
        st.session_state[stock_file.SAID] = (str(error), True)


def _editor(ws: Workspace, ensemble: Ensemble, saved: SavedStock | None) -> None:
    """All products, to type into; nothing is saved before the press."""
    number = 0 if saved is None else saved.number
    version_key = f"inventory_editor_{number}_{len(ensemble.panel)}"
    table = file_input.remembered(
        "stock_typed", version_key, lambda: unseen.legible(ordering.stock_table(ordering.given_stock(ws, ensemble), ensemble))
    )
    keys = [name for name in (*schema.KEYS, schema.UNIQUE_ID) if name in table]
    edited = st.data_editor(
        table,
        column_config=_columns(table),
        column_order=[*keys, *(name for name in wording.STOCK if name in table)],
        disabled=keys,
        hide_index=True,
        height="content" if len(table) <= stock_file.FEW else 460,
        num_rows="fixed",
        placeholder="",
        key=version_key,
        alt="Stock and terms of every product",
    )
    changes = not edited.equals(table)
    checked = ordering.check_typed_stock(edited, ensemble) if changes else None
    if checked is not None and len(checked.problems):
        stock_file.problems(checked, "inventory_typed_problems")
    if changes:
        st.caption("Not saved yet. Leaving this tab discards your changes.")
    st.button(
        "Save this stock",
        type="primary",
        icon=":material/save:",
        disabled=checked is None or len(checked.problems) > 0,
        on_click=stock_file.save,
        args=(ws, ensemble, checked, stock_file.TYPED),
        key="inventory_save_typed",
    )


def _columns(table: pd.DataFrame) -> dict[str, ColumnConfig]:
    number = st.column_config.NumberColumn
    config: dict[str, ColumnConfig] = {}
    for name in table.columns:
        label = wording.STOCK.get(name) or formatting.LABELS.get(name, name)
        if name == "due":
            config[name] = st.column_config.DateColumn(label, format="D MMM YYYY", width=105)
        elif name == "lead_times":
            config[name] = st.column_config.TextColumn(label, width=110, help="Days, such as 6;7;9")
        elif name in wording.STOCK:
            config[name] = number(label, min_value=0.0, format="localized", width=95, help=wording.STOCK_HELP.get(name))
        else:
            config[name] = st.column_config.TextColumn(label, width=115)
    return config
