"""Suppliers from a file: what it says, its problems, and what would be saved."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from forecasting.core import formatting, unseen
from forecasting.core.errors import ShelfcastError
from forecasting.inventory.suppliers.file import SupplierFile
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.services import sales, suppliers
from pages.components.orders import supplier_dialog
from pages.components.shared import file_input, markdown, person, tables
from pages.components.shared.file_input import FileInput

if TYPE_CHECKING:
    from forecasting.storage.workspace import Workspace

FILE: Final = "orders_suppliers_file"
"""Where the session keeps the file that was chosen."""
COLUMNS: Final = (
    "Columns: supplier, product_id, order_days, cut_off, delivery_days, lead_time, minimum_value, freight, free_from, currency, rate, contact, "
    "unit_cost, multiple, price_breaks and rank. What a file leaves out stays as it was."
)


def show(ws: Workspace, sourcing: Sourcing | None) -> None:
    """Asks for a file, or says what is in it."""
    upload: FileInput | None = st.session_state.get(FILE)
    if upload is None:
        st.file_uploader("Suppliers file", key="orders_suppliers_uploader", on_change=_uploaded, label_visibility="collapsed")
        st.caption(markdown.plain(COLUMNS))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        size = formatting.size(len(upload.content))
        st.markdown(f":material/description: **{markdown.plain(upload.name)}** :gray[{size}]", width="stretch")
        st.button("Choose another", type="tertiary", on_click=_forget, key="orders_suppliers_another")
    try:
        checked = file_input.remembered("suppliers", upload.id, partial(_checked, upload))
    except ShelfcastError as error:
        st.markdown(f":red[:material/error:] **This file cannot be used.** {markdown.plain(str(error))}")
        st.caption("Nothing was saved.")
        return
    _result(ws, upload, checked, sourcing)


def _uploaded() -> None:
    file = st.session_state["orders_suppliers_uploader"]
    if file is not None:
        content = file.getvalue()
        st.session_state[FILE] = FileInput(hashlib.sha256(content + file.name.encode()).hexdigest()[:16], file.name, content)


def _forget() -> None:
    for name in (FILE, "kept_suppliers"):
        st.session_state.pop(name, None)


def _checked(upload: FileInput) -> SupplierFile:
    table = sales.inspect(upload.content, upload.name, sales.answers({}), contents="suppliers")
    return suppliers.check(table, suppliers.guess(table))


def _result(ws: Workspace, upload: FileInput, checked: SupplierFile, sourcing: Sourcing | None) -> None:
    problems = int(checked.problems["line"].nunique())
    with st.grid(3, min_column_width=130):
        st.metric("Suppliers", formatting.units(len(checked.terms)))
        st.metric("Products", formatting.units(len(checked.sources)))
        st.metric("Problems", formatting.units(problems), help="Rows that cannot be used as they are.")
    for note in checked.notes:
        st.caption(markdown.plain(note))
    if checked.kept_out:
        st.caption(f"Not read: {markdown.plain(formatting.listing(list(checked.kept_out)))}.")
    if problems:
        st.dataframe(
            unseen.legible(checked.problems.head(tables.MOST)),
            hide_index=True,
            height=min(35 * len(checked.problems) + 38, 260),
            key="orders_suppliers_problems",
        )
        tables.left_out(len(checked.problems))
    rows = "this row" if problems == 1 else f"these {formatting.units(problems)} rows"
    agreed = not problems or st.checkbox(f"Leave out {rows} and save the rest", key=f"orders_suppliers_drop_{upload.id}")
    st.button(
        "Save these suppliers",
        type="primary",
        icon=":material/save:",
        key="orders_suppliers_save",
        disabled=not agreed or not checked.terms or sourcing is None,
        on_click=_save,
        args=(ws, checked, problems > 0),
    )


def _save(ws: Workspace, checked: SupplierFile, drop: bool) -> None:
    try:
        suppliers.merge(ws, checked, person.login(), drop_problems=drop)
    except ShelfcastError as error:
        st.session_state[supplier_dialog.SAID] = (str(error), True)
        return
    _forget()
    st.session_state[supplier_dialog.SAID] = ("Saved. What is to be ordered from whom follows in the tab To order.", False)
