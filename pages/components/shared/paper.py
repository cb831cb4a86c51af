"""Tables on paper: a grid on the screen shows a window of its rows and columns, its copy for the printer has all of them as text."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import pandas as pd
import streamlit as st

from forecasting.core import caches, notation, numerals
from pages.components.shared import cells, markdown

MAX_ROWS: Final = 500
"""Rows of a copy at most."""
CHARTS: Final = {"line_chart", "bar_chart", "area_chart", "image"}
"""Kinds of columns that no text can stand for."""
Column = tuple[str, str, str, str | None]
"""Its name, head, kind and format."""
CELLS: Final = 20_000
"""Texts of cells that are kept: the same ones come with every run of a page."""


def copy(key: str, frame: pd.DataFrame, columns: Mapping[str, Any], *, most: int = MAX_ROWS) -> None:
    """A table's copy that only a printer sees, right after the grid, which is left out there.

    Args:
        key: What the table is, once a page.
        frame: What the grid shows.
        columns: The grid's `column_config`.
        most: Rows of the copy at most.
    """
    every = {name: getattr(columns.get(name), "config", columns.get(name)) for name in frame.columns}
    shown = tuple((name, _head(name, column), _kind(column), _form(column)) for name, column in every.items() if _kind(column) not in CHARTS)
    with st.container(key=f"paper_{key}"):
        st.markdown(caches.once(frame, _text, frame, shown, most))
        if len(frame) > most:
            st.caption(f"The first {most} of {numerals.write(len(frame))} rows; the download has all.")


def _text(frame: pd.DataFrame, columns: tuple[Column, ...], most: int) -> str:
    """The first rows as a table of Markdown."""
    names, heads, kinds, forms = zip(*columns, strict=True) if columns else ((), (), (), ())
    rows = [[_cell(value, form) for value, form in zip(row, forms, strict=True)] for row in frame[list(names)].head(most).to_numpy(object)]
    lines = [heads, ["-:" if kind in ("number", "progress") else ":-" for kind in kinds], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(value: Any, column: Any) -> str:
    """A cell as the grid writes it, safe inside Markdown; "-" where there is nothing.

    Example:
        >>> cell(1234.5, {"type_config": {"type": "number", "format": "%+,.0f"}})
        '\\\\+1,234'
    """
    return _cell(value, _form(column))


def _cell(value: Any, form: str | None) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(markdown.plain(str(part)) for part in value)
    if pd.isna(value):
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _written(value, form, notation.current())


@lru_cache(CELLS)
def _written(value: Any, form: str | None, _: notation.Notation) -> str:
    """A cell of this format in this notation."""
    return markdown.plain(str(value) if isinstance(value, str) else cells.text(value, form))


def _form(column: Any) -> str | None:
    form: str | None = cells.settings(column).get("format")
    return form


def _kind(column: Any) -> str:
    return str(cells.settings(column).get("type", "text"))


def _head(name: str, column: Any) -> str:
    label = column.get("label") if isinstance(column, Mapping) else column
    return markdown.plain(str(label or name))
