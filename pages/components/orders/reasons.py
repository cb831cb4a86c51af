"""Why a person orders another quantity: one press, or a few words."""

from __future__ import annotations

from collections.abc import Callable
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


def ask_why(question: str, key: str, save: Callable[[str], None], leave: Callable[[], None]) -> None:
    """A card that asks for the reason of a quantity that was typed, to save it with that or to leave it."""
    with st.container(border=True, key=f"{key}_card", gap="small"):
        st.markdown(f"**{question}**")
        reason = ask(key)
        with st.container(horizontal=True):
            st.button("Save", type="primary", disabled=not reason, key=f"{key}_save", on_click=save, args=(reason,))
            st.button("Leave it", type="tertiary", key=f"{key}_leave", on_click=leave)


def forget(key: str) -> None:
    """Nothing is chosen in the next run."""
    for name in (key, f"{key}_text"):
        st.session_state.pop(name, None)
