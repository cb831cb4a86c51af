"""The first two steps of an upload: the file, and what its columns mean."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from forecasting.core import formatting, schema
from forecasting.core.errors import AmbiguousDates, ColumnsMissing, InputError, UnreadableFile
from forecasting.services import sales
from pages.components.shared import layout, markdown
from pages.components.shared.file_input import TYPES, FileInput, ask_date_order, date_order, refuse, remembered

if TYPE_CHECKING:
    from forecasting.intake.sales_file import Intake
    from forecasting.intake.table import Table

MAIN = (schema.DATE, schema.SALES, schema.PRODUCT, schema.STORE, schema.REGION)
MORE = (schema.CATEGORY, *schema.DRIVERS)
TEMPLATE = "date,product_id,store,region,category,price,promo,sales\n2026-11-20,Croissant,Market Street,North,Bakery,1.80,0,42\n"
RULES = {"last": "Use the last row", "sum": "Add them up"}


def forget() -> None:
    """Back to the state without a file."""
    for name in ("upload", "kept_table", "kept_checked", "kept_change"):
        st.session_state.pop(name, None)


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
                st.markdown(f":material/description: **{markdown.plain(upload.name)}** :gray[{_facts(upload)}]", width="stretch")
                st.button("Choose another", type="tertiary", on_click=forget, key="another")
    return upload


def _facts(upload: FileInput) -> str:
    held = st.session_state.get("kept_table")
    rows = f"{formatting.count(len(held[1].rows), 'row')}, " if held and held[0] == upload.id else ""
    return rows + formatting.size(len(upload.content))


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


def read(upload: FileInput) -> Table:
    """The table in the file; a file that is none says so and ends the page."""
    known = st.session_state.get("kept_table")
    try:
        with st.spinner("Reading the file", show_time=True):
            table = remembered("table", upload.id, lambda: sales.inspect(upload.content, upload.name))
    except UnreadableFile as error:
        refuse("This file cannot be read.", str(error))
    if known is None or known[0] != upload.id:
        st.rerun()
    return table


def columns(upload: FileInput, table: Table) -> tuple[dict[str, str], Intake]:
    """Step 2: what each column means, and the sales that follow from it; what stands in the way ends the page."""
    with layout.card("2. Columns", "Guessed from the names. Correct any that are wrong."):
        mapping = _selects(upload, table)
        below = st.container(gap="small")
    try:
        checked = _checked(upload, table, mapping, below)
    except ColumnsMissing as error:
        names = " and ".join("dates" if role == schema.DATE else "sales" for role in error.missing)
        file_columns = ", ".join(error.found)
        refuse(f"This file has no column with {names}.", f"Columns found: {file_columns}. Choose the column above, or upload another file.")
    except InputError as error:
        refuse("This file cannot be used.", str(error))
    with below:
        st.caption(_kept_out(checked))
    return mapping, checked


def _selects(upload: FileInput, table: Table) -> dict[str, str]:
    guessed = sales.guess(table)
    shown = [*MAIN, *(role for role in MORE if role in guessed)]
    hidden = [role for role in MORE if role not in guessed]
    chosen = {}
    with st.grid(5, min_column_width=130):
        for role in shown:
            chosen[role] = _select(role, upload, table, guessed)
    if hidden:
        with st.expander(f"More: {', '.join(formatting.LABELS[role].lower() for role in hidden)}", type="compact"), st.grid(5, min_column_width=130):
            for role in hidden:
                chosen[role] = _select(role, upload, table, guessed)
    return {role: column for role, column in chosen.items() if column is not None}


def _select(role: str, upload: FileInput, table: Table, guessed: dict[str, str]) -> str | None:
    names = list(table.columns)
    return st.selectbox(
        formatting.LABELS[role],
        names,
        index=names.index(guessed[role]) if role in guessed else None,
        placeholder="Choose" if role in schema.REQUIRED else "Not in this file",
        key=f"map_{role}_{upload.id}",
        persist_state="session",
    )


def _checked(upload: FileInput, table: Table, mapping: dict[str, str], below: DeltaGenerator) -> Intake:
    """The checked sales, after the questions that only a person can answer."""
    duplicates = st.session_state.get(f"duplicates_{upload.id}", "last")
    day_first = st.session_state.get(f"day_first_{upload.id}")
    choices = (duplicates, day_first)
    st.session_state["checked_for"] = choices

    def check() -> Intake:
        return sales.check(table, mapping, duplicates=duplicates, day_first=day_first)

    try:
        with below, st.spinner("Checking every row", show_time=True):
            checked = remembered("checked", (upload.id, mapping, choices), check)
    except AmbiguousDates as question:
        _ask_dates(upload, question, below)
        st.stop()
    with below:
        if day_first is not None:
            date_order("Read the dates as", st.session_state[f"examples_{upload.id}"], f"day_first_{upload.id}")
        if checked.duplicates_different:
            st.radio(
                f"{formatting.count(checked.duplicates_different, 'row')} have the same day and product but different values. What should we do?",
                RULES,
                format_func=RULES.__getitem__,
                key=f"duplicates_{upload.id}",
                horizontal=True,
                persist_state="session",
            )
    return checked


def _ask_dates(upload: FileInput, question: AmbiguousDates, below: DeltaGenerator) -> None:
    """No default: a wrong guess would move sales by months."""
    st.session_state[f"examples_{upload.id}"] = question.examples
    with below:
        ask_date_order(question, f"day_first_{upload.id}")


def _kept_out(checked: Intake) -> str:
    """What is left out of the file, and how rows of the same day count."""
    parts = []
    if checked.kept_out:
        parts.append("Columns left out: " + ", ".join(f"*{markdown.plain(name)}*" for name in checked.kept_out) + ".")
    if checked.duplicates_identical:
        count = checked.duplicates_identical
        verb, counts = ("is a duplicate", "counts") if count == 1 else ("are duplicates", "count")
        parts.append(f"{formatting.count(count, 'row')} {verb} and {counts} once.")
    if not checked.duplicates_different:
        parts.append("If a day and product appear twice, the last row counts.")
    return " ".join([*parts, *map(markdown.plain, checked.notes)])
