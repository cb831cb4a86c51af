"""The way out of the sample, or of a mess: everything into a backup, then an empty shop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from forecasting.core.errors import ShelfcastError
from forecasting.services import sales, start_over, versions
from pages.components.shared import layout, markdown, parts

if TYPE_CHECKING:
    from forecasting.storage.workspace import Workspace

OPEN: Final = "start_over_open"
"""Where the session keeps that the dialog is open."""
SAVED: Final = "started_over"
"""Where it keeps the backup that was saved."""


def note() -> None:
    """Says that the shop was started over, and where the old one is."""
    if SAVED in st.session_state:
        with st.container(border=True, key="started_over_note"):
            st.markdown(
                f":green[:material/check_circle:] **The shop is empty now.** Everything of before is in {markdown.plain(st.session_state[SAVED])}"
            )
            st.caption("The backup stays until you delete it. `shelfcast restore` brings it back, into a folder of its own.")


def card(ws: Workspace) -> None:
    """Offers to start over, where there is something to start over from."""
    if versions.serving(ws).version is None and not sales.has_sales(ws):
        return
    with layout.card("Start over", "An empty shop, for the way from the sample to your own sales. A backup is saved first"):
        st.button("Start over", icon=":material/restart_alt:", on_click=_open, key="start_over")
    if st.session_state.get(OPEN):
        _dialog(ws)


def _open() -> None:
    st.session_state[OPEN] = True


def _close() -> None:
    st.session_state.pop(OPEN, None)


@parts.dialog("Start over?", on_dismiss=_close)
def _dialog(ws: Workspace) -> None:
    st.markdown("Sales, uploads, stock and forecasts leave this shop, **for everybody who uses it**. These settings stay.")
    st.markdown(f":material/shield: First, everything is saved in one backup, in the folder {ws.backups.name} of the workspace. Nothing is lost.")
    with st.container(horizontal=True):
        pressed = st.button("Save a backup and start over", type="primary", key="start_over_now")
        if st.button("Keep the shop", key="start_over_no"):
            _close()
            st.rerun()
    if pressed:
        _start(ws)


def _start(ws: Workspace) -> None:
    try:
        with st.spinner("Saving the backup", show_time=True):
            saved = start_over.start_over(ws)
    except ShelfcastError as error:
        st.error(markdown.plain(str(error)), icon=":material/error:")
        return
    st.session_state.clear()
    st.session_state[SAVED] = str(saved.file.relative_to(ws.home))
    st.rerun()
