"""Why a person orders another quantity: one press, or a few words."""

from __future__ import annotations

from typing import Final

import streamlit as st

REASONS: Final = ("Freezer full", "Large order", "Price", "Other")
MAX_CHARACTERS: Final = 200


def ask(key: str) -> str:
    """The reason that was chosen or typed; empty as long as none was. `key` is that of the choice, and begins that of the words."""
    reason = st.pills("Reason", REASONS, label_visibility="collapsed", key=key)
    if reason != REASONS[-1]:
        return reason or ""
    return str(st.text_input("In your words", max_chars=MAX_CHARACTERS, key=f"{key}_text")).strip()


def forget(key: str) -> None:
    """Nothing is chosen in the next run."""
    for name in (key, f"{key}_text"):
        st.session_state.pop(name, None)
