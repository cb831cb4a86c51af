"""A choice among very many values: the browser gets some of them, and what is typed is searched on the server."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from forecasting.core import numerals
from pages.components.shared import markdown, tables


def is_long(values: Sequence[str]) -> bool:
    """Whether there are more values than a browser gets."""
    return len(values) > tables.MOST


def settle(key: str, values: Sequence[str]) -> bool:
    """Has the session hold one of the values, or none, before the select of this key is drawn.

    Of a long list, another text is what to search for: it stays for `options`, and a single value that has it is chosen.

    Returns:
        Whether the text is the URL's, which a select that is bound to it shows on its first run, whatever the session holds: once all are drawn,
        the page is to begin again.
    """
    arrives = is_long(values) and key not in st.session_state
    typed = st.query_params.get(key) if arrives else st.session_state.get(key)
    if typed is None or typed in values:
        return False
    found = matching(values, str(typed)) if is_long(values) else []
    if is_long(values):
        st.session_state[_text_of(key)] = str(typed)
    st.session_state[key] = found[0] if len(found) == 1 else None
    return arrives


def options(key: str, values: Sequence[str], chosen: str | None) -> list[str]:
    """What the select lists: all of a few; of many the first ones with the text that was searched for, or of all; and what is chosen."""
    if not is_long(values):
        return list(values)
    listed = (matching(values, st.session_state.get(_text_of(key), "")) or list(values))[: tables.MOST]
    return listed if chosen is None or chosen in listed else [chosen, *listed]


def note(key: str, values: Sequence[str], plural: str) -> None:
    """Below the select of a long list: how many values there are, which are listed, and how to find the others."""
    if not is_long(values):
        return
    text, every = st.session_state.get(_text_of(key), ""), f"{numerals.write(len(values))} {plural}"
    found = len(matching(values, text))
    said, some = f"\u201c{markdown.plain(text)}\u201d", f"The first {tables.MOST} are listed. " if found > tables.MOST else ""
    if not text:
        st.caption(f"The first {tables.MOST} of {every} are listed. Type a part of a name and press Enter to find the others.")
    elif not found:
        st.caption(f"None of {every} has {said}. Type another part of a name and press Enter.")
    else:
        st.caption(f"{numerals.write(found)} of {every} {'has' if found == 1 else 'have'} {said}. {some}Type another part to find others.")


def matching(values: Sequence[str], text: str) -> list[str]:
    """The values with all words of a text, whatever their case.

    Example:
        >>> matching(["Green tea", "Black tea", "Coffee"], "TEA gr")
        ['Green tea']
    """
    words = text.casefold().split()
    return [value for value in values if all(word in value.casefold() for word in words)]


def _text_of(key: str) -> str:
    """Where the session keeps what was searched for."""
    return f"{key}_searched"
