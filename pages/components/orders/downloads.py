"""An order as its supplier gets it: files to download, an e-mail to send, a page to print."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from forecasting.services import order_sheets
from forecasting.services.order_sheets import MEDIA_TYPES, Form

if TYPE_CHECKING:
    from forecasting.storage.workspace import Workspace

BUTTONS: Final[tuple[tuple[Form, str, str], ...]] = (
    ("pdf", "PDF", ":material/picture_as_pdf:"),
    ("xlsx", "Excel", ":material/table:"),
    ("csv", "CSV", ":material/csv:"),
    ("html", "Print view", ":material/print:"),
)
"""Form of a file, what stands on its button, and the button's sign."""


def order_downloads(ws: Workspace, identity: str) -> None:
    """Buttons in a row, each of which makes its file when it is pressed, and what the PDF cannot draw. Raises as `order_sheets.sheet`."""
    with st.container(horizontal=True, gap="small"):
        for form, label, icon in BUTTONS:
            st.download_button(
                label,
                partial(_content, ws, identity, form),
                f"order-{identity}.{form}",
                MEDIA_TYPES[form],
                type="tertiary",
                icon=icon,
                on_click="ignore",
                key=f"orders-sheet-{form}-{identity}",
            )
        email = order_sheets.email(ws, identity)
        st.link_button("E-mail", email.link, type="tertiary", icon=":material/mail:", help=_whom(email.to))
    if undrawn := order_sheets.undrawn(ws, identity):
        st.caption(undrawn)


def _content(ws: Workspace, identity: str, form: Form) -> bytes:
    return order_sheets.file(ws, identity, form).content


def _whom(address: str) -> str:
    return "Opens your mail program." if address else "Opens your mail program. Save the supplier's address as its contact to have it filled in."
