"""What is on the shelves and on the way, and the terms: from a file, or typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from forecasting.core import formatting
from forecasting.core.errors import ShelfcastError
from forecasting.services import ordering
from pages.components.inventory import session, stock_editor, stock_file, stock_now
from pages.components.shared import layout, markdown

if TYPE_CHECKING:
    from forecasting.services.cache import Live
    from forecasting.storage.stock_states import SavedStock
    from forecasting.storage.workspace import Workspace


def show(ws: Workspace, live: Live, saved: SavedStock | None, damaged: str) -> None:
    """The whole tab; `damaged` is why the saved stock cannot be read, which hides what is typed."""
    _saved(ws, saved)
    if saved is not None:
        stock_now.show(ws, live.ensemble)
    upload = st.session_state.get(stock_file.FILE)
    with layout.card("From a file", "CSV, Excel or Parquet with product, store and units in stock"):
        if upload is None:
            stock_file.choose(live.version)
        else:
            stock_file.read(ws, live, upload)
    if upload is None and not damaged:
        with layout.card("Type it in", "Most sold first. Leave a cell empty to use the default."):
            stock_editor.show(ws, live)


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
