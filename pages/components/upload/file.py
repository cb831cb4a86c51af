"""The first step of an upload: the file."""

from __future__ import annotations

import hashlib
from typing import Final

import streamlit as st

from forecasting.core import formatting
from forecasting.services import sales
from pages.components.shared import layout, markdown
from pages.components.shared.file_input import TYPES, FileInput

TEMPLATE: Final = "date,product_id,store,region,category,price,promo,sales\n2026-11-20,Croissant,Market Street,North,Bakery,1.80,0,42\n"
REMEMBERED: Final = ("table", "columns", "questions", "checked", "change", "sheets")
"""What the session keeps of one file."""


def forget() -> None:
    """Back to the state without a file: what was said of it is forgotten too."""
    upload: FileInput | None = st.session_state.pop("upload", None)
    for name in REMEMBERED:
        st.session_state.pop(f"kept_{name}", None)
    if upload is not None:
        for name in [name for name in st.session_state if str(name).startswith(upload.key(""))]:
            del st.session_state[name]


def hold(name: str, content: bytes) -> None:
    """Keeps a file's bytes in the session, so that a page change does not lose them."""
    st.session_state.pop("saved", None)
    st.session_state["upload"] = FileInput(hashlib.sha256(content + name.encode()).hexdigest()[:16], name, content)


def choose() -> FileInput | None:
    """Step 1; None as long as there is no file."""
    upload: FileInput | None = st.session_state.get("upload")
    with layout.card("1. File", "CSV, Excel or Parquet, up to 200 MB. One row per product and day (week, month), or per till receipt."):
        if upload is None:
            _uploader()
        else:
            with st.container(horizontal=True, vertical_alignment="center"):
                size = formatting.size(len(upload.content))
                st.markdown(f":material/description: **{markdown.plain(upload.name)}** :gray[{size}]", width="stretch")
                st.button("Choose another", type="tertiary", on_click=forget, key="another")
    return upload


def _uploader() -> None:
    st.file_uploader("Sales file", type=TYPES, key="uploader", on_change=_uploaded, label_visibility="collapsed")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("No file at hand?", width="content")
        st.button("Use the sample", type="tertiary", on_click=_use_sample, key="sample")
        st.download_button("Download a template", TEMPLATE, "sales-template.csv", "text/csv", type="tertiary", on_click="ignore", key="template")


def _uploaded() -> None:
    file = st.session_state["uploader"]
    if file is not None:
        hold(file.name, file.getvalue())


def _use_sample() -> None:
    hold("sample.csv", sales.sample_csv())
