"""The way back from an upload: which one, what would change, and the press that names it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from forecasting.core import formatting, numerals, schema, unseen
from forecasting.core.errors import ShelfcastError
from forecasting.services import sales, take_back
from pages.components.shared import cells, file_input, markdown, parts

if TYPE_CHECKING:
    from forecasting.services.take_back import StepBack
    from forecasting.storage.sales.uploads import Upload
    from forecasting.storage.workspace import Workspace

OPEN: Final = "take_back_open"
"""Where the session keeps that the dialog is open."""
MAX_PRODUCTS: Final = 100
"""Products that the preview lists at most."""


def button(ws: Workspace, uploads: list[Upload]) -> None:
    """Opens the dialog.

    Args:
        ws: Where.
        uploads: The uploads that can be taken back, newest first.
    """
    st.button("Take back an upload", icon=":material/undo:", key="take_back", on_click=_open)
    if st.session_state.get(OPEN):
        _dialog(ws, uploads)


def _open() -> None:
    st.session_state[OPEN] = True


def _close() -> None:
    st.session_state.pop(OPEN, None)


@parts.dialog("Take back an upload", width="medium", on_dismiss=_close)
def _dialog(ws: Workspace, uploads: list[Upload]) -> None:
    st.caption("The sales become those of the other uploads. Where two of them have the same day of a product, the later one counts.")
    named = {int(upload.version or 0): upload for upload in uploads}
    version = st.selectbox("Upload", list(named), format_func=lambda number: _label(named[number]), key="take_back_upload")
    try:
        with st.spinner("Working out what would change", show_time=True):
            key = (version, max(named), st.session_state.get("undone", 0))
            step = file_input.remembered("step_back", key, partial(take_back.step_back, ws, version))
    except ShelfcastError as error:
        st.error(markdown.plain(str(error)), icon=":material/error:")
        return
    _preview(step)
    st.caption("The forecast stays as it is until you retrain.")
    if st.button(f"Take back {markdown.plain(_name(step.upload))}", type="primary", icon=":material/undo:", key="undo"):
        _apply(ws, step)


def _apply(ws: Workspace, step: StepBack) -> None:
    try:
        with st.spinner("Taking it back"):
            take_back.apply(ws, step)
    except ShelfcastError as error:
        st.error(markdown.plain(str(error)), icon=":material/error:")
        return
    _close()
    st.session_state.pop("saved", None)
    st.session_state["undone"] = st.session_state.get("undone", 0) + 1
    st.toast(f"{markdown.plain(_name(step.upload))} was taken back.", icon=":material/undo:")
    st.rerun()


def _preview(step: StepBack) -> None:
    """Rows and units that change, and the products they are of."""
    with st.grid(3, min_column_width=130):
        st.metric("Rows that go", numerals.write(len(step.gone)), help="No other upload has them.")
        st.metric("Rows that change", numerals.write(len(step.restored)), help="They get what the other uploads say.")
        st.metric(
            "Units", formatting.units(step.units[1]), f"{step.units[1] - step.units[0]:+,.0f}", delta_color="off", help="Of all sales, afterwards."
        )
    if step.gone.empty and step.restored.empty:
        st.markdown("**The sales stay as they are:** other uploads say all that this one says.")
    if len(step.products):
        _products(step.products)


def _products(products: pd.DataFrame) -> None:
    shown = products.head(MAX_PRODUCTS)
    columns = {
        schema.PRODUCT: st.column_config.TextColumn("Product"),
        "before": st.column_config.NumberColumn("Units now", format="localized", width=110),
        "after": st.column_config.NumberColumn("Afterwards", format="localized", width=110),
    }
    cells.show(
        unseen.legible(shown),
        column_config=columns,
        column_order=list(columns) if shown[schema.PRODUCT].any() else ["before", "after"],
        hide_index=True,
        height="content" if len(shown) <= 8 else 320,
        alt="Units of each product now and afterwards, the largest change first",
    )
    if len(products) > MAX_PRODUCTS:
        st.caption(f"The {numerals.write(MAX_PRODUCTS)} of {numerals.write(len(products))} products that change most.")


def _label(upload: Upload) -> str:
    moment = pd.Timestamp(upload.when.astimezone().replace(tzinfo=None))
    return f"{unseen.escaped(_name(upload))}, {formatting.moment(moment)}"


def _name(upload: Upload) -> str:
    return "the sample sales" if sales.is_sample(upload) else upload.name
