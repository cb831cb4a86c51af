"""What the columns of a stock file mean: a select for each role, and a question for each column that no role has."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import streamlit as st

from forecasting.core import formatting, schema, unseen
from forecasting.inventory.orders import wording
from forecasting.services import ordering
from pages.components.shared import markdown
from pages.components.shared.file_input import FileInput

if TYPE_CHECKING:
    from forecasting.services.reading import FileTable
    from forecasting.training.ensemble import Ensemble

MAIN: Final = ("on_hand", "on_order", "due", "lead_time", "pack_size", "unit_cost", "price")
"""Columns of a stock file that most have; the others are one click away."""
MAX_OFFERED: Final = 10
"""Columns that are asked about, at most; the others are named."""


def choose(ensemble: Ensemble, upload: FileInput, table: FileTable) -> dict[str, str]:
    """Role -> column, guessed from names and cells, as a person corrected it."""
    guessed, chosen = ordering.guess_stock(table), {}
    keys = [name for name in schema.KEYS if name in ensemble.panel.series]
    roles = [*keys, *(role for role in ordering.STOCK_ROLES if role not in schema.KEYS)]
    shown = [role for role in roles if role in keys or role in MAIN or role in guessed or _key(role, upload) in st.session_state]
    with st.grid(5, min_column_width=130):
        for role in shown:
            chosen[role] = _select(role, upload, table, guessed)
    with st.expander("More columns", type="compact"), st.grid(5, min_column_width=130):
        for role in roles:
            if role not in shown:
                chosen[role] = _select(role, upload, table, guessed)
    mapping = {role: column for role, column in chosen.items() if column is not None}
    _offer(upload, ordering.unused_columns(table, mapping), [role for role in roles if role not in mapping])
    return mapping


def _select(role: str, upload: FileInput, table: FileTable, guessed: dict[str, str]) -> str | None:
    """One select. What was guessed is set, not its default: only so it can be emptied."""
    names, key = list(table.columns), _key(role, upload)
    if key not in st.session_state and role in guessed:
        st.session_state[key] = guessed[role]
    return st.selectbox(_label(role), names, index=None, format_func=unseen.escaped, placeholder="Not in this file", key=key, persist_state="session")


def _offer(upload: FileInput, unused: tuple[str, ...], free: list[str]) -> None:
    """Asks what each column that no role has may hold."""
    if not unused or not free:
        return
    st.caption("Columns not used yet. Say what they hold, or leave them.")
    with st.grid(5, min_column_width=130):
        for name in unused[:MAX_OFFERED]:
            key = upload.key(f"holds_{hashlib.sha256(name.encode(errors='replace')).hexdigest()[:12]}")
            st.selectbox(
                f"*{markdown.plain(name)}*",
                free,
                index=None,
                format_func=_label,
                placeholder="Not used",
                key=key,
                on_change=_use,
                args=(upload, name, key),
            )
    if len(unused) > MAX_OFFERED:
        st.caption("Also not used: " + ", ".join(f"*{markdown.plain(name)}*" for name in unused[MAX_OFFERED:]) + ".")


def _use(upload: FileInput, column: str, key: str) -> None:
    role = st.session_state.pop(key, None)
    if role is not None:
        st.session_state[_key(role, upload)] = column


def _key(role: str, upload: FileInput) -> str:
    return f"inventory_map_{role}_{upload.id}"


def _label(role: str) -> str:
    return wording.STOCK.get(role) or formatting.LABELS[role]
