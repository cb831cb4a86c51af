"""A table on the screen, and its copy for the printer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st

from forecasting.core import caches, numerals, unseen
from pages.components.shared import cells, paper, product_links

FEW: Final = 12
"""Rows up to which a table is as high as they are."""
HEIGHT: Final = 430
"""Of a longer one, in pixels."""
MOST: Final = 500
"""Rows that a browser gets at most."""
MOST_TYPED: Final = 1_000
"""Of a table to type in."""


def grid(frame: pd.DataFrame, columns: Mapping[str, Any], *, copy: str, height: int = HEIGHT, links: str = "", **more: Any) -> None:
    """A table of these columns of a frame.

    Args:
        frame: What it shows; signs that nobody sees are written out.
        columns: The `column_config` of the columns that are shown, in their order.
        copy: The name of its copy for the printer, once a page.
        height: Where it has more than a few rows, in pixels.
        links: The column whose names lead to products; empty for none.
        more: What `st.dataframe` takes.
    """
    shown = caches.once(frame, _legible, frame, tuple(columns), links)
    tall = "content" if len(shown) <= FEW else height
    cells.show(shown, column_config=columns, hide_index=True, height=tall, placeholder="-", **more)
    paper.copy(copy, shown, columns)


def left_out(rows: int, others: str = "", *, order: str = "", most: int = MOST) -> None:
    """Below a table of at most so many rows: how many there are in all, where it has not all of them; else nothing.

    Args:
        rows: In all.
        others: Where they are, as a sentence.
        order: By which it has the first ones: "worst".
        most: That it has at most.
    """
    if rows > most:
        st.caption(f"{some_of(rows, order=order, most=most)} {others}".rstrip())


def some_of(rows: int, *, order: str = "", most: int = MOST) -> str:
    """ "The first 500 of 1,734."; empty where a table has all of its rows."""
    some = f"The {numerals.write(most)} {order}" if order else f"The first {numerals.write(most)}"
    return f"{some} of {numerals.write(rows)}." if rows > most else ""


def _legible(frame: pd.DataFrame, columns: tuple[str, ...], links: str) -> pd.DataFrame:
    return product_links.legible_columns(frame, columns, links) if links else unseen.legible(frame[list(columns)])
