"""The first step of an upload: the file."""

from __future__ import annotations

import hashlib
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from forecasting.core import formatting
from forecasting.services import sales
from pages.components.shared import layout, markdown
from pages.components.shared.file_input import FileInput

TEMPLATE: Final = "date,product_id,store,region,category,price,promo,sales\n2026-11-20,Croissant,Market Street,North,Bakery,1.80,0,42\n"
REMEMBERED: Final = ("table", "profile", "columns", "questions", "checked", "change", "sheets")
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


def choose() -> tuple[FileInput, DeltaGenerator] | None:
    """Step 1: the file, and where its line stands, for `describe`; None as long as there is no file."""
    upload: FileInput | None = st.session_state.get("upload")
    with layout.card("1. File", "CSV, Excel, Parquet or JSON, up to 200 MB. One row per product and day (week, month), or per till receipt."):
        if upload is None:
            _uploader()
            return None
        with st.container(horizontal=True, vertical_alignment="center"):
            line = st.empty()
            st.button("Choose another", type="tertiary", on_click=forget, key="another")
    describe(line, upload)
    return upload, line


def describe(line: DeltaGenerator, upload: FileInput, rows: int | None = None) -> None:
    """The file's name and size, with its rows once they are known."""
    facts = [*([] if rows is None else [formatting.count(rows, "row")]), formatting.size(len(upload.content))]
    line.markdown(f":material/description: **{markdown.plain(upload.name)}** :gray[{', '.join(facts)}]", width="stretch")


def _uploader() -> None:
    """Takes files of every name: the content says what a file is, and one that is no table is refused with what it is."""
    st.file_uploader("Sales file", key="uploader", on_change=_uploaded, label_visibility="collapsed")
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
