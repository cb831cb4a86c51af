"""The rows of the stock table that are there to type into: most sold first, of very many those that are searched for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import streamlit as st

from forecasting.core import caches, formatting, numerals, schema
from forecasting.services import stock_typing
from pages.components.shared import long_choice, markdown, tables

if TYPE_CHECKING:
    from forecasting.training.ensemble import Ensemble

SEARCH: Final = "inventory_editor_search"


def choose(table: pd.DataFrame, ensemble: Ensemble) -> np.ndarray:
    """Asks which rows of the saved table are shown, where there is a choice; their positions, in their order.

    What nobody sells any more is behind a line, and the browser gets the first rows of very many.
    """
    order, gone = caches.once(ensemble, stock_typing.most_sold_first, table, ensemble)
    every = bool(gone.any()) and _show_gone(ensemble, int(gone.sum()))
    rows = order if every else order[~gone]
    return rows if len(rows) <= tables.MOST_TYPED else _searched(table, rows, ensemble.panel.keys)


def _show_gone(ensemble: Ensemble, count: int) -> bool:
    noun = ("product", "products") if len(ensemble.panel.keys) < 2 else ("row", "rows")
    return st.toggle(f"Show {formatting.count(count, *noun)} no longer sold", key="inventory_editor_gone", persist_state="session")


def _searched(table: pd.DataFrame, rows: np.ndarray, keys: list[str]) -> np.ndarray:
    """The first rows of those with the words that a person searches for; of all, where there are none."""
    text = st.text_input("Search", type="search", placeholder=_placeholder(keys), key=SEARCH, persist_state="session") or ""
    found = _with_words(table, rows, text) if text.strip() else rows
    st.caption(f"{_found(len(found), len(rows), text)} What you typed stays, whatever you search for.")
    return found[: tables.MOST_TYPED]


def _placeholder(keys: list[str]) -> str:
    """ "Product or store"."""
    *others, last = [formatting.LABELS[name].lower() for name in keys]
    return f"{', '.join(others)} or {last}".capitalize() if others else last.capitalize()


def _with_words(table: pd.DataFrame, rows: np.ndarray, text: str) -> np.ndarray:
    """Those of the rows whose names have all words of a text."""
    names = caches.once(table, _names, table)
    found = set(long_choice.matching(names, text))
    return np.array([row for row in rows.tolist() if names[row] in found], dtype=int)


def _names(table: pd.DataFrame) -> list[str]:
    """What each row is about, for a search."""
    return [" ".join(map(str, row)) for row in table[[name for name in schema.KEYS if name in table]].itertuples(index=False)]


def _found(found: int, rows: int, text: str) -> str:
    """How many rows there are, which are shown, and how to find the others."""
    every = f"{numerals.write(rows)} rows"
    if not text.strip():
        return f"{tables.some_of(rows, order='most sold', most=tables.MOST_TYPED)} Type a part of a name and press Enter to find the others."
    said = f"\u201c{markdown.plain(text.strip())}\u201d"
    if not found:
        return f"None of {every} has {said}. Type another part of a name and press Enter."
    first = tables.some_of(found, order="most sold", most=tables.MOST_TYPED)
    return f"{numerals.write(found)} of {every} {'has' if found == 1 else 'have'} {said}. {first}".rstrip()
