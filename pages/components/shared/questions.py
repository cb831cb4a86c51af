"""The questions that a file leaves open, each with its choices and what they lead to in numbers."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import streamlit as st

from forecasting.core import formatting
from pages.components.shared import markdown
from pages.components.shared.file_input import FileInput

if TYPE_CHECKING:
    from forecasting.intake.understood import Choice, Question


ANOTHER_DAY: Final = "Another day"
"""The choice of who knows the day on which a file begins."""


def answer(upload: FileInput, question: Question) -> Choice | None:
    """The choice that the person made; None without one."""
    key = _key(upload, question)
    value = st.session_state.get(key)
    day = st.session_state.get(f"{key}_day") if value == ANOTHER_DAY else None
    if day is not None:
        return question.choices[0].on_another_day(day)
    return next((choice for choice in question.choices if choice.value == value), None)


def ask(upload: FileInput, question: Question, *, contradicted: bool = False) -> None:
    """One question; nothing is chosen beforehand, and an answer can be changed and taken back.

    Args:
        upload: The file that it is about.
        question: What to ask.
        contradicted: Whether it is still open although it has an answer, because the page says otherwise elsewhere.
    """
    choices = {choice.value: choice for choice in question.choices}
    given = answer(upload, question) is not None
    key = _key(upload, question)
    options, captions = [*choices], [_units(choice) for choice in question.choices]
    if question.asks_for_day:
        options, captions = [*options, ANOTHER_DAY], [*captions, ""]
    icon = ":green[:material/check_circle:]" if given and not contradicted else ":orange[:material/help:]"
    with st.container(gap="xsmall"):
        st.markdown(f"{icon} **{markdown.plain(question.text)}**")
        st.radio(
            markdown.plain(question.text),
            options,
            index=None,
            format_func=lambda value: markdown.plain(choices[value].text) if value in choices else value,
            captions=captions if any(captions) else None,
            label_visibility="collapsed",
            key=key,
            persist_state="session",
        )
        if st.session_state.get(key) == ANOTHER_DAY:
            st.date_input("It begins on", value=None, key=f"{key}_day", persist_state="session", format="YYYY-MM-DD")
        if contradicted:
            st.caption("The columns chosen above do not go with this answer. Change one of them.")
        if given:
            st.button("Take this answer back", type="tertiary", icon=":material/undo:", on_click=_take_back, args=(key,), key=f"{key}_back")


def _units(choice: Choice) -> str:
    """What would be kept, where the choice's text does not say it."""
    if choice.units is None or f"{choice.units:,.0f}" in choice.text:
        return ""
    return formatting.count(round(choice.units), "unit")


def _take_back(key: str) -> None:
    st.session_state[key] = None


def _key(upload: FileInput, question: Question) -> str:
    """The question as it was shown, with its numbers: an answer to it is none to another."""
    shown = "\0".join([question.kind, question.text, *(text for choice in question.choices for text in (choice.value, choice.text))])
    return upload.key(f"question_{hashlib.sha256(shown.encode(errors='replace')).hexdigest()[:16]}")
