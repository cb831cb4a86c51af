"""What is on the shelves and on the way, and the terms: from a file, or typed."""

from __future__ import annotations

import hashlib
from typing import Any, Final

import pandas as pd
import streamlit as st

from forecasting import order_words, ordering, schema, service, words
from forecasting.errors import AmbiguousDates, InputError, ShelfcastError, UnreadableFile
from pages import inventory_parts, shell, upload_file
from pages.upload_file import Upload

FILE, SAID = "inventory_file", "inventory_said"
TYPED: Final = "typing"
"""Where stock that was typed came from."""
MAIN: Final = ("on_hand", "on_order", "due", "lead_time", "pack_size", "unit_cost", "price")
"""Columns of a stock file that most have; the others are one click away."""
FEW: Final = 14
MOST: Final = 500


def show(ws: Any, ensemble: Any, kept: Any, damaged: str) -> None:
    """The whole tab; `damaged` is why the saved stock cannot be read, which hides what is typed."""
    _saved(ws, kept)
    upload = st.session_state.get(FILE)
    with shell.card("From a file", "CSV, Excel or Parquet: product, store or whatever names a line, and the units on the shelf"):
        if upload is None:
            _uploader(ensemble)
        else:
            _read(ws, ensemble, upload)
    if upload is None and not damaged:
        with shell.card("Type it", "Leave empty what you do not know; the terms of the policy count there"):
            _editor(ws, ensemble, kept)


def said(damaged: str) -> None:
    """Whether the last press saved, or why not; else why the saved stock cannot be read, if that is so."""
    text, failed = st.session_state.pop(SAID, (damaged, True))
    if text:
        st.markdown(f"{':red[:material/error:]' if failed else ':green[:material/check_circle:]'} {words.plain(text)}")


def _saved(ws: Any, kept: Any) -> None:
    """When the stock was saved, from what, and the way back."""
    if kept is not None:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(f"Saved {words.moment(inventory_parts.moment(kept))}, from {words.plain(kept.name)}", width="content")
            st.button("Take it back", type="tertiary", icon=":material/undo:", on_click=_undo, args=(ws,), key="inventory_take_back")


def _undo(ws: Any) -> None:
    try:
        ordering.undo_stock(ws)
        st.session_state[SAID] = ("Taken back; the stock saved before it counts again.", False)
    except ShelfcastError as error:
        st.session_state[SAID] = (str(error), True)


def _uploader(ensemble: Any) -> None:
    st.file_uploader("Stock file", type=upload_file.TYPES, key="inventory_uploader", on_change=_uploaded, label_visibility="collapsed")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("No file at hand?", width="content")
        st.download_button(
            "Download a template",
            lambda: ordering.stock_template(ensemble),
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
        st.session_state[FILE] = Upload(hashlib.sha256(content + file.name.encode()).hexdigest()[:16], file.name, content)


def _forget() -> None:
    for name in (FILE, "kept_stock_table", "kept_stock"):
        st.session_state.pop(name, None)


def _read(ws: Any, ensemble: Any, upload: Upload) -> None:
    """The file, what its columns mean, its problems, and what would be saved."""
    with st.container(horizontal=True, vertical_alignment="center"):
        size = words.size(len(upload.content))
        st.markdown(f":material/description: **{words.plain(upload.name)}** :gray[{size}]", width="stretch")
        st.button("Choose another", type="tertiary", on_click=_forget, key="inventory_another")
    try:
        table = upload_file.remembered("stock_table", upload.id, lambda: service.inspect(upload.content, upload.name))
    except UnreadableFile as error:
        _refused("This file cannot be read.", str(error))
        return
    mapping = _mapping(ensemble, upload, table)
    checked = _checked(ensemble, upload, table, mapping)
    if checked is not None:
        _result(ws, ensemble, upload, checked)


def _refused(title: str, text: str) -> None:
    st.markdown(f":red[:material/error:] **{title}** {words.plain(text)}")
    st.caption("Nothing was saved.")


def _mapping(ensemble: Any, upload: Upload, table: Any) -> dict[str, str]:
    """What each column means, guessed from the names."""
    guessed, chosen = ordering.guess_stock(table), {}
    keys = [name for name in schema.KEYS if name in ensemble.panel.series]
    shown = [*keys, *(role for role in ordering.STOCK_ROLES if role not in schema.KEYS and (role in MAIN or role in guessed))]
    more = [role for role in ordering.STOCK_ROLES if role not in shown and role not in schema.KEYS]
    with st.grid(5, min_column_width=130):
        for role in shown:
            chosen[role] = _select(role, upload, table, guessed)
    with st.expander("More columns", type="compact"), st.grid(5, min_column_width=130):
        for role in more:
            chosen[role] = _select(role, upload, table, guessed)
    return {role: column for role, column in chosen.items() if column is not None}


def _select(role: str, upload: Upload, table: Any, guessed: dict[str, str]) -> str | None:
    names = list(table.columns)
    index = names.index(guessed[role]) if role in guessed else None
    key, label = f"inventory_map_{role}_{upload.id}", order_words.STOCK.get(role) or words.LABELS[role]
    return st.selectbox(label, names, index=index, placeholder="Not in this file", key=key, persist_state="session")


def _checked(ensemble: Any, upload: Upload, table: Any, mapping: dict[str, str]) -> Any:
    """The stock in the file; None where something stands in the way, which is said."""
    day_first = st.session_state.get(f"inventory_day_first_{upload.id}")

    def check() -> Any:
        return ordering.check_stock(table, mapping, ensemble, day_first=day_first)

    checked = None
    try:
        checked = upload_file.remembered("stock", (upload.id, mapping, day_first, id(ensemble)), check)
    except AmbiguousDates as question:
        st.markdown(f":orange[:material/help:] **Which is right?** All dates in {words.plain(question.column)} can be read two ways.")
        _ask_dates(upload, question.examples[:3])
    except InputError as error:
        _refused("This file cannot be used.", str(error))
    return checked


def _ask_dates(upload: Upload, examples: tuple[str, ...]) -> None:
    def reading(day_first: bool) -> str:
        read = ", ".join(f"{text} is {words.read_as(text, day_first=day_first)}" for text in examples)
        return f"{'Day' if day_first else 'Month'} first: {words.plain(read)}"

    st.radio("Read the dates as", [True, False], index=None, format_func=reading, key=f"inventory_day_first_{upload.id}", persist_state="session")


def _result(ws: Any, ensemble: Any, upload: Upload, checked: Any) -> None:
    """What was understood, every problem by line, and the button."""
    lines = checked.dropped
    counted, n = int(checked.given.table["on_hand"].notna().sum()), len(ensemble.panel)
    with st.grid(3, min_column_width=130):
        st.metric("Rows", f"{checked.rows:,}")
        st.metric("Shelves counted", f"{counted:,} of {n:,}", help="The others keep what was saved before.")
        st.metric("Problems", f"{lines:,}", help="Rows that cannot be used as they are.")
    left_out = ["Kept out: " + ", ".join(f"*{words.plain(name)}*" for name in checked.kept_out) + "."] if checked.kept_out else []
    if notes := [*left_out, *map(words.plain, checked.notes)]:
        st.caption(" ".join(notes))
    if lines:
        problems(checked, "inventory_problems")
    agreed = not lines or st.checkbox(
        f"Leave out {'this row' if lines == 1 else f'these {lines:,} rows'} and save the rest", key=f"inventory_drop_{upload.id}"
    )
    useful = bool(checked.given.table.notna().any(axis=None))
    if not useful:
        st.caption("None of the rows can be used, so there is nothing to save.")
    st.button(
        "Save this stock",
        type="primary",
        icon=":material/save:",
        disabled=not (agreed and useful),
        on_click=_save,
        args=(ws, ensemble, checked, upload.name),
        key="inventory_save_file",
    )


def problems(checked: Any, key: str) -> None:
    """Every problem, and the rows to take away."""
    config = {
        "line": st.column_config.NumberColumn("Line", format="%,d", width=60),
        "problem": st.column_config.TextColumn("Problem", width=190),
        "value": st.column_config.TextColumn("Value", width=110),
        "column": st.column_config.TextColumn("Column", width=100),
        "what_to_do": st.column_config.TextColumn("What happens", width="large"),
    }
    table = checked.problems
    height: Any = "content" if len(table) <= FEW else 430
    st.dataframe(table[list(config)].head(MOST), column_config=config, hide_index=True, height=height, alt="Rows with problems")
    label = f"Download {words.count(len(table), 'problem')}"
    icon = ":material/download:"
    st.download_button(
        label, lambda: service.problems_csv(checked), "problems.csv", "text/csv", type="tertiary", icon=icon, on_click="ignore", key=key
    )


def _save(ws: Any, ensemble: Any, checked: Any, name: str) -> None:
    """Saves, says so, and shows the orders that follow; what a file leaves out stays as it was."""
    try:
        ordering.save_stock(ws, checked, ensemble, name, whole=name == TYPED)
    except ShelfcastError as error:
        st.session_state[SAID] = (str(error), True)
        return
    _forget()
    st.session_state[SAID] = ("Saved. The orders count with it.", False)
    st.session_state["inventory_tab"] = "Orders"


def _editor(ws: Any, ensemble: Any, kept: Any) -> None:
    """All lines, to type into; nothing is saved before the press."""
    number = 0 if kept is None else kept.number
    version_key = f"inventory_editor_{number}_{len(ensemble.panel)}"
    table = upload_file.remembered("stock_typed", version_key, lambda: ordering.stock_table(ordering.given_stock(ws, ensemble), ensemble))
    keys = [name for name in (*schema.KEYS, schema.UNIQUE_ID) if name in table]
    edited = st.data_editor(
        table,
        column_config=_columns(table),
        column_order=[*keys, *(name for name in order_words.STOCK if name in table)],
        disabled=keys,
        hide_index=True,
        height="content" if len(table) <= FEW else 460,
        num_rows="fixed",
        placeholder="",
        key=version_key,
        alt="Stock and terms of every line",
    )
    changes = not edited.equals(table)
    checked = ordering.check_typed_stock(edited, ensemble) if changes else None
    if checked is not None and len(checked.problems):
        problems(checked, "inventory_typed_problems")
    if changes:
        st.caption("Not saved yet; leaving this tab forgets what was typed.")
    st.button(
        "Save this stock",
        type="primary",
        icon=":material/save:",
        disabled=checked is None or len(checked.problems) > 0,
        on_click=_save,
        args=(ws, ensemble, checked, TYPED),
        key="inventory_save_typed",
    )


def _columns(table: pd.DataFrame) -> dict[str, Any]:
    number, config = st.column_config.NumberColumn, {}
    for name in table:
        label = order_words.STOCK.get(name) or words.LABELS.get(name, name)
        if name == "due":
            config[name] = st.column_config.DateColumn(label, format="D MMM YYYY", width=105)
        elif name == "lead_times":
            config[name] = st.column_config.TextColumn(label, width=110, help="Days, such as 6;7;9")
        elif name in order_words.STOCK:
            config[name] = number(label, min_value=0.0, format="localized", width=95, help=order_words.STOCK_HELP.get(name))
        else:
            config[name] = st.column_config.TextColumn(label, width=115)
    return config
