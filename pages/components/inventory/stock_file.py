"""Stock from a file: the file, what its columns mean, its problems, and what would be saved."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from forecasting.core import formatting, numerals, spreadsheets, unseen
from forecasting.core.errors import AmbiguousDates, DiskFull, InputError, QuestionsOpen, ShelfcastError, TryAgain
from forecasting.inventory.stock.file import StockFile
from forecasting.services import ordering, sales
from pages.components.inventory import count_day, stock_columns
from pages.components.orders import tabs
from pages.components.shared import cells, file_input, live_version, markdown, questions, tables
from pages.components.shared.file_input import FileInput

if TYPE_CHECKING:
    import pandas as pd

    from forecasting.services.cache import Live
    from forecasting.services.reading import FileTable
    from forecasting.storage.workspace import Workspace

FILE: Final = "inventory_file"
"""Where the session keeps the file that was chosen."""
SAID: Final = "inventory_said"
"""Where it keeps what the last press did, and whether it failed."""
TYPED: Final = "typing"
"""Where stock that was typed came from."""
FEW: Final = 14


def choose(version: int) -> None:
    """Asks for a file."""
    st.file_uploader("Stock file", key="inventory_uploader", on_change=_uploaded, label_visibility="collapsed")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("No file at hand?", width="content")
        st.download_button(
            "Download a template",
            lambda: ordering.stock_template(live_version.ensemble_of(version)),
            "stock-template.csv",
            "text/csv",
            type="tertiary",
            on_click="ignore",
            key="inventory_template",
        )


def _uploaded() -> None:
    file = st.session_state["inventory_uploader"]
    if file is not None:
        content = file.getvalue()
        st.session_state[FILE] = FileInput(hashlib.sha256(content + file.name.encode()).hexdigest()[:16], file.name, content)


def _forget() -> None:
    for name in (FILE, "kept_stock_table", "kept_stock"):
        st.session_state.pop(name, None)


def read(ws: Workspace, live: Live, upload: FileInput) -> None:
    """The file, what its columns mean, its problems, and what would be saved."""
    with st.container(horizontal=True, vertical_alignment="center"):
        size = formatting.size(len(upload.content))
        st.markdown(f":material/description: **{markdown.plain(upload.name)}** :gray[{size}]", width="stretch")
        st.button("Choose another", type="tertiary", on_click=_forget, key="inventory_another")
    table = _table(upload)
    if table is None:
        return
    mapping = stock_columns.choose(live.ensemble, upload, table)
    checked = _checked(live, upload, table, mapping)
    if checked is not None:
        _result(ws, live, upload, checked)


def _table(upload: FileInput) -> FileTable | None:
    """The table in the file; None where a question or a refusal comes before it, which is said."""
    answers, asked = sales.answers({}), set[str]()
    while True:
        try:
            return file_input.remembered(
                "stock_table", (upload.id, answers), partial(sales.inspect, upload.content, upload.name, answers, contents="stock")
            )
        except QuestionsOpen as error:
            [question, *_] = error.questions
        except (InputError, TryAgain, DiskFull) as error:
            _refused("This file cannot be read.", str(error))
            return None
        if question.text in asked:
            return None
        questions.ask(upload, question)
        choice = questions.answer(upload, question)
        if choice is None:
            return None
        answers = answers.with_answer(choice.answer)
        asked.add(question.text)


def _refused(title: str, text: str) -> None:
    st.markdown(f":red[:material/error:] **{title}** {markdown.plain(text)}")
    st.caption("Nothing was saved.")


def _checked(live: Live, upload: FileInput, table: FileTable, mapping: dict[str, str]) -> StockFile | None:
    """The stock in the file; None where something stands in the way, which is said."""
    day_first = st.session_state.get(f"inventory_day_first_{upload.id}")

    def check() -> StockFile:
        return ordering.check_stock(table, mapping, live.ensemble, day_first=day_first)

    checked = None
    try:
        checked = file_input.remembered("stock", (upload.id, tuple(mapping.items()), day_first, live.version), check)
    except AmbiguousDates as question:
        file_input.ask_date_order(question, f"inventory_day_first_{upload.id}")
    except InputError as error:
        _refused("This file cannot be used.", str(error))
    return checked


def _result(ws: Workspace, live: Live, upload: FileInput, checked: StockFile) -> None:
    """What was understood, every problem by line, and the button."""
    lines = checked.dropped
    counted, n = checked.shelves, len(live.ensemble.panel)
    with st.grid(3, min_column_width=130):
        st.metric("Rows", numerals.write(checked.rows))
        st.metric("Shelves counted", f"{numerals.write(counted)} of {numerals.write(n)}", help="The others keep their saved stock.")
        st.metric("Problems", numerals.write(lines), help="Rows that cannot be used as they are.")
    if notes := [*checked.notes, *filter(None, [_suppliers(ws, checked)])]:
        st.caption(" ".join(map(markdown.plain, notes)))
    if lines:
        problems(checked.problems, "inventory_problems")
    agreed = not lines or st.checkbox(
        f"Leave out {'this row' if lines == 1 else f'these {numerals.write(lines)} rows'} and save the rest", key=f"inventory_drop_{upload.id}"
    )
    useful = bool(checked.given.table.notna().any(axis=None))
    if not useful:
        st.caption("No row can be used, so there is nothing to save.")
    day = count_day.ask(ws, f"inventory_counted_{upload.id}") if counted else None
    st.button(
        "Save this stock",
        type="primary",
        icon=":material/save:",
        disabled=not (agreed and useful),
        on_click=_save,
        args=(ws, live.version, replace(checked, counted=day), upload.name),
        key="inventory_save_file",
    )


def _suppliers(ws: Workspace, checked: StockFile) -> str:
    """What the file says of who delivers what, or why that cannot be saved."""
    try:
        return ordering.suppliers_said(ws, checked)
    except ShelfcastError as error:
        return str(error)


def _save(ws: Workspace, version: int, checked: StockFile, name: str) -> None:
    save(ws, version, checked, name)


def problems(table: pd.DataFrame, key: str) -> None:
    """Every problem, and the rows to take away; they are told by their lines in a file, or by their names in `row`."""
    every = {
        "line": st.column_config.NumberColumn("Line", format="%,d", width=60),
        "row": st.column_config.TextColumn("Row", width=150),
        "problem": st.column_config.TextColumn("Problem", width=190),
        "value": st.column_config.TextColumn("Value", width=110),
        "column": st.column_config.TextColumn("Column", width=100),
        "what_to_do": st.column_config.TextColumn("What happens", width="large"),
    }
    config = {name: column for name, column in every.items() if name in table}
    cells.show(
        unseen.legible(table[list(config)].head(tables.MOST)),
        column_config=config,
        hide_index=True,
        height="content" if len(table) <= FEW else 430,
        alt="Rows with problems",
    )
    tables.left_out(len(table), "The download has all.")
    label = f"Download {formatting.count(len(table), 'problem')}"
    icon = ":material/download:"
    st.download_button(label, lambda: spreadsheets.to_csv(table), "problems.csv", "text/csv", type="tertiary", icon=icon, on_click="ignore", key=key)


def save(ws: Workspace, version: int, checked: StockFile, name: str, after: int | None = None) -> bool:
    """Saves, says so, and shows the orders that follow; what a file leaves out stays as it was. Whether it was saved.

    Args:
        ws: Where.
        version: Whose series it is about.
        checked: The stock.
        name: Where it came from.
        after: The newest saved state that was looked at; None for a file, which is merged with whatever is saved.
    """
    try:
        ordering.save_stock(ws, checked, live_version.ensemble_of(version), name, whole=name == TYPED, after=after)
    except ShelfcastError as error:
        st.session_state[SAID] = (str(error), True)
        return False
    refusal = ordering.save_suppliers(ws, checked, name)
    _forget()
    st.session_state[SAID] = (f"Saved. Orders now use this stock. {refusal}".strip(), bool(refusal))
    tabs.lead_to(tabs.TO_ORDER)
    return True
