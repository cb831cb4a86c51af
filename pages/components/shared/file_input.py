"""A file that a person gives to a page: remembered over reruns, its date order asked for, refused in words."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import NoReturn, TypeVar

import streamlit as st

from forecasting.core import formatting
from forecasting.core.errors import AmbiguousDates
from pages.components.shared import markdown

Value = TypeVar("Value")


@dataclass(frozen=True)
class FileInput:
    """A file as it came.

    Args:
        id: Its hash.
        name: What the person calls it; only ever shown.
        content: Its bytes.
    """

    id: str
    name: str
    content: bytes

    def key(self, name: str) -> str:
        """Where the session keeps what a person said of this file."""
        return f"file_{self.id}_{name}"


def remembered(name: str, key: Hashable, make: Callable[[], Value], *, most: int = 1) -> Value:
    """What `make` gave for this key, kept for the session until `most` other keys were asked for after it."""
    kept: dict[Hashable, Value] = st.session_state.get(f"kept_{name}", {})
    value = kept[key] if key in kept else make()
    others = [(other, old) for other, old in kept.items() if other != key]
    st.session_state[f"kept_{name}"] = dict([*others, (key, value)][-most:])
    return value


def refuse(title: str, text: str) -> NoReturn:
    """Says what is wrong and what to do, and ends the page."""
    with st.container(border=True, key="refused"):
        st.markdown(f":red[:material/error:] **{title}** {markdown.plain(text)}")
        st.caption("Nothing was saved.")
    st.stop()


def ask_date_order(question: AmbiguousDates, key: str) -> None:
    """Which of day and month comes first; the answer stands in the session under `key`."""
    st.markdown(f":orange[:material/help:] **Which is right?** All dates in {markdown.plain(question.column)} can be read two ways.")
    date_order("Read the dates as", question.examples, key)


def date_order(label: str, examples: tuple[str, ...], key: str) -> None:
    """The two readings, by a few examples."""
    shown = examples[:3]

    def reading(day_first: bool) -> str:
        read = ", ".join(f"{text} is {formatting.read_as(text, day_first=day_first)}" for text in shown)
        return f"{'Day' if day_first else 'Month'} first: {markdown.plain(read)}"

    st.radio(label, [True, False], index=None, format_func=reading, key=key, persist_state="session")
