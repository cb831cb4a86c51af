"""Tables on paper: a grid on the screen shows a window of its rows and columns, its copy for the printer has all of them as text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import pandas as pd
import streamlit as st

from pages.components.shared import markdown

MAX_ROWS: Final = 500
"""Rows of a copy at most."""
PRINTF: Final = re.compile(r"(.*?)%([+,]*(?:\.\d+)?)([df])(.*)", re.DOTALL)
MOMENTS: Final = {"YYYY": "%Y", "MMM": "%b", "MM": "%m", "ddd": "%a", "DD": "%d", "D": "%-d", "HH": "%H", "mm": "%M"}
"""How Streamlit's columns write a date -> how Python does."""
CHARTS: Final = {"line_chart", "bar_chart", "area_chart", "image"}
"""Kinds of columns that no text can stand for."""


def copy(key: str, frame: pd.DataFrame, columns: Mapping[str, Any], *, most: int = MAX_ROWS) -> None:
    """A table's copy that only a printer sees, right after the grid, which is left out there.

    Args:
        key: What the table is, once a page.
        frame: What the grid shows.
        columns: The grid's `column_config`.
        most: Rows of the copy at most.
    """
    every = {name: getattr(columns.get(name), "config", columns.get(name)) for name in frame.columns}
    shown = {name: column for name, column in every.items() if _kind(column) not in CHARTS}
    rows = [
        [cell(value, column) for value, column in zip(row, shown.values(), strict=True)] for row in frame[list(shown)].head(most).to_numpy(object)
    ]
    heads = [_head(name, column) for name, column in shown.items()]
    lines = [heads, ["-:" if _kind(column) in ("number", "progress") else ":-" for column in shown.values()], *rows]
    with st.container(key=f"paper_{key}"):
        st.markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))
        if len(frame) > most:
            st.caption(f"The first {most} of {len(frame):,} rows; the download has all.")


def cell(value: Any, column: Any) -> str:
    """A cell as the grid writes it, safe inside Markdown; "-" where there is nothing.

    Example:
        >>> cell(1234.5, {"type_config": {"type": "number", "format": "%+,.0f"}})
        '\\\\+1,234'
    """
    if isinstance(value, list | tuple):
        return ", ".join(markdown.plain(str(part)) for part in value)
    if pd.isna(value):
        return "-"
    form = _settings(column).get("format")
    if isinstance(value, date):
        return markdown.plain(_written(value, form or "YYYY-MM-DD"))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return markdown.plain(str(value) if isinstance(value, str) else _number(float(value), form))


def _number(value: float, form: str | None) -> str:
    if not (parts := PRINTF.fullmatch(form or "")):
        return f"{value:,.10g}"
    before, flags, kind, after = parts.groups()
    spec = flags.replace("%", "") + ("f" if kind == "f" else ".0f")
    return f"{before}{value:{spec}}{after}".replace("%%", "%")


def _written(day: date, form: str) -> str:
    return day.strftime(re.sub("|".join(MOMENTS), lambda token: MOMENTS[token[0]], form))


def _settings(column: Any) -> Mapping[str, Any]:
    return (column or {}).get("type_config") or {} if isinstance(column, Mapping) else {}


def _kind(column: Any) -> str:
    return str(_settings(column).get("type", "text"))


def _head(name: str, column: Any) -> str:
    label = column.get("label") if isinstance(column, Mapping) else column
    return markdown.plain(str(label or name))
