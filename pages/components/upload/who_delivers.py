"""Who delivers what, of a file whose sales are all saved already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from forecasting.core.errors import ShelfcastError
from forecasting.services import named_suppliers
from pages.components.shared import markdown

if TYPE_CHECKING:
    import pandas as pd

    from forecasting.storage.workspace import Workspace
    from pages.components.shared.file_input import FileInput
    from pages.components.upload.please_check import Weighed


def offer(ws: Workspace, upload: FileInput, weighed: Weighed) -> None:
    """A button that saves what the file says of suppliers, where that is all that is new in it."""
    listed, change = weighed.checked.suppliers, weighed.change
    if change is None or not change.is_empty or weighed.is_open:
        return
    try:
        is_new = named_suppliers.adds(ws, listed)
    except ShelfcastError as error:
        st.caption(markdown.plain(str(error)))
        return
    if is_new:
        label, icon = "Save who delivers what", ":material/local_shipping:"
        st.button(label, icon=icon, key="upload_who_delivers", on_click=_save, args=(ws, listed, upload.name))


def _save(ws: Workspace, listed: pd.DataFrame, name: str) -> None:
    refusal = named_suppliers.save(ws, listed, name)
    if refusal:
        st.toast(markdown.plain(refusal), icon=":material/error:")
    else:
        st.toast("Saved who delivers what. The sales stay as they were.", icon=":material/check_circle:")
