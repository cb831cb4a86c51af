"""What a person says of a file without being asked: its sheet, encoding, header, dates and rows."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from forecasting.services import sales
from pages.components.shared import markdown
from pages.components.shared.file_input import FileInput, remembered

ENCODINGS: Final = {
    "utf-8": "Unicode (UTF-8)",
    "utf-16": "Unicode (UTF-16)",
    "cp1252": "Western Europe",
    "cp1250": "Central Europe",
    "cp1251": "Cyrillic",
    "cp1253": "Greek",
    "cp1254": "Turkish",
    "cp1255": "Hebrew",
    "cp1256": "Arabic",
    "cp932": "Japanese (Shift-JIS)",
    "euc_kr": "Korean (EUC-KR)",
    "gb18030": "Chinese (GBK)",
    "big5": "Chinese (Big5)",
    "mac_roman": "Mac Roman",
}
DUPLICATES: Final = {"sum": "Added up", "last": "The last row counts"}
DATE_ORDERS: Final = {"day": "Day first", "month": "Month first", "year": "Year first"}
PERIODS: Final = {"day": "Days", "week": "Weeks", "month": "Months"}
ROWS: Final = {True: "One unit sold"}
FIELDS: Final = ("sheet", "encoding", "header_line", "duplicates", "date_order", "period", "count_rows")
"""Fields of `Answers` that a person may set here."""
UNSAID: Final = "As the file has it"
_PARQUET: Final = b"PAR1"


def said(upload: FileInput) -> dict[str, Any]:
    """What was set for this file, by the fields of `Answers`."""
    values = {name: st.session_state.get(_key(upload, name)) for name in FIELDS}
    return {name: value for name, value in values.items() if value is not None}


def choose(upload: FileInput) -> None:
    """The choices, behind one quiet line."""
    sheets = remembered("sheets", upload.id, lambda: sales.sheets(upload.content))
    count = len(said(upload))
    with st.expander(f"Read differently ({count})" if count else "Read differently", type="compact", key="read_differently"):
        st.caption("Only what you set here changes; the rest is left to the file.")
        with st.grid(3, min_column_width=200):
            if len(sheets) > 1:
                _select(upload, "sheet", "Sheet", {name: markdown.plain(name) for name in sheets})
            elif not sheets and not upload.content.startswith(_PARQUET):
                _select(upload, "encoding", "Encoding", ENCODINGS, other=True)
            _header(upload)
            _select(upload, "date_order", "Dates such as 03/04/05", DATE_ORDERS)
            _select(upload, "duplicates", "Rows of one day and product", DUPLICATES)
            _select(upload, "period", "Sales per", PERIODS)
            _select(upload, "count_rows", "Each row is", ROWS)
        if count:
            st.button("Back to how the file reads", type="tertiary", icon=":material/undo:", on_click=_forget, args=(upload,), key="read_as_it_is")


def _header(upload: FileInput) -> None:
    st.number_input(
        "Line of the header",
        min_value=0,
        value=None,
        step=1,
        placeholder=UNSAID,
        help="The line that names the columns, counted from 1. 0 if none does.",
        key=_key(upload, "header_line"),
        persist_state="session",
    )


def _select(upload: FileInput, name: str, label: str, options: dict[Any, str], *, other: bool = False) -> None:
    st.selectbox(
        label,
        list(options),
        index=None,
        format_func=lambda value: options.get(value, value),
        placeholder=UNSAID,
        accept_new_options=other,
        key=_key(upload, name),
        persist_state="session",
    )


def _forget(upload: FileInput) -> None:
    for name in FIELDS:
        if _key(upload, name) in st.session_state:
            st.session_state[_key(upload, name)] = None


def _key(upload: FileInput, name: str) -> str:
    return upload.key(f"say_{name}")
