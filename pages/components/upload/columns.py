"""The second step of an upload: what its columns mean."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import streamlit as st

from forecasting.core import formatting, schema, unseen
from pages.components.shared import layout, markdown
from pages.components.shared.file_input import FileInput

if TYPE_CHECKING:
    from pages.components.upload.reading import FileReading

MAIN: Final = (schema.DATE, schema.SALES, schema.PRODUCT, schema.STORE, schema.REGION)
MORE: Final = (schema.CATEGORY, *schema.DRIVERS, schema.SUPPLIER)


def proposed(guessed: Mapping[str, str], answered: Mapping[str, str | None]) -> dict[str, str]:
    """Role -> column as guessed, and as answers to questions have it; a column that an answer takes is free of its guessed role."""
    taken = set(answered.values())
    free = {role: column for role, column in guessed.items() if role not in answered and column not in taken}
    return free | {role: column for role, column in answered.items() if column}


def chosen(upload: FileInput, columns: Sequence[str], proposal: Mapping[str, str]) -> dict[str, str]:
    """Role -> column as the selects have it, whether they are on the page or not yet."""
    values = {role: st.session_state.get(_key(upload, columns, role, proposal), proposal.get(role)) for role in schema.ROLES}
    return {role: column for role, column in values.items() if column is not None}


def show(upload: FileInput, reading: FileReading) -> None:
    """The selects, and the columns that none of them has."""
    with layout.card("2. Columns", "Guessed from names and cells. Correct any that are wrong."):
        shown = [*MAIN, *(role for role in MORE if role in reading.proposal)]
        hidden = [role for role in MORE if role not in reading.proposal]
        with st.grid(5, min_column_width=130):
            for role in shown:
                _select(role, upload, reading)
        if hidden:
            names = ", ".join(formatting.LABELS[role].lower() for role in hidden)
            with st.expander(f"More: {names}", type="compact"), st.grid(5, min_column_width=130):
                for role in hidden:
                    _select(role, upload, reading)
        if reading.checked is not None and reading.checked.kept_out:
            names = ", ".join(f"*{markdown.plain(name)}*" for name in reading.checked.kept_out)
            st.caption(f"Columns left out: {names}.")


def _select(role: str, upload: FileInput, reading: FileReading) -> None:
    """One select. What was guessed of a column that sales can do without is set, not its default: only so it can be emptied."""
    counted = role == schema.SALES and reading.answers.count_rows
    key = _key(upload, reading.columns, role, reading.proposal)
    names, column = list(reading.columns), reading.proposal.get(role)
    if role not in schema.REQUIRED and key not in st.session_state:
        st.session_state[key] = column
    st.selectbox(
        formatting.LABELS[role],
        names,
        index=names.index(column) if role in schema.REQUIRED and column is not None else None,
        format_func=unseen.escaped,
        placeholder="Each row is one" if counted else "Choose" if role in schema.REQUIRED else "Not in this file",
        disabled=counted,
        key=key,
        persist_state="session",
    )


def _key(upload: FileInput, columns: Sequence[str], role: str, proposal: Mapping[str, str]) -> str:
    """A select of its own for each table and proposal, so that a new one is shown at once and an old choice comes back with the old one."""
    digest = hashlib.sha256("\0".join([*columns, "", proposal.get(role, "")]).encode(errors="replace")).hexdigest()[:12]
    return upload.key(f"map_{role}_{digest}")
