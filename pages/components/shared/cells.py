"""Cells of tables as text, and tables whose cells are written in the shop's notation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from forecasting.core import dates, notation, numerals
from forecasting.core.signs import MINUS, signs

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

PRINTF: Final = re.compile(r"(.*?)%([+,]*)(?:\.(\d+))?([df])(.*)", re.DOTALL)
DECIMALS: Final = re.compile(r"%\.\d+f")
MOMENTS: Final = {"YYYY": "%Y", "MMM": "%b", "MM": "%m", "ddd": "%a", "DD": "%d", "D": "%-d", "HH": "%H", "mm": "%M"}
"""How Streamlit's columns write a date -> how Python does."""
SKELETONS: Final = {
    "D MMM YYYY": ("yMMMd",),
    "D MMM": ("MMMd",),
    "ddd D MMM YYYY": ("yMMMEd",),
    "ddd D MMM": ("MMMEd",),
    "MMM YYYY": ("yMMM",),
    "D MMM YYYY HH:mm": ("yMMMd", "short"),
}
"""How Streamlit's columns write a date -> the skeletons of its parts in CLDR."""
MOST_CELLS: Final = 200_000
"""Cells of a table that are written one by one; pandas refuses more than 262,144."""


def show(frame: pd.DataFrame, *, column_config: Mapping[str, Any], **more: Any) -> Any:
    """A table; `more` goes to Streamlit.

    The browser writes its cells, or, where the shop chose a notation, they come as text beside their values; not those of a table that is loaded
    bit by bit.
    """
    styled, columns = (frame, column_config) if more.get("lazy") else written(frame, column_config)
    return st.dataframe(styled, column_config=columns, **more)


def written(frame: pd.DataFrame, columns: Mapping[str, Any]) -> tuple[pd.DataFrame | Styler, Mapping[str, Any]]:
    """A table with its cells in the shop's notation, and its columns without their formats; both as they are in the plain notation."""
    given = {name: settings(columns.get(name)).get("format") for name in frame.columns}
    bars = {name for name in frame.columns if settings(columns.get(name)).get("type") == "progress"}  # the browser writes their numbers
    forms = {name: str(form) for name, form in given.items() if form and name not in bars and (PRINTF.fullmatch(form) or form in SKELETONS)}
    if notation.current() == notation.PLAIN or not forms or frame.size > MOST_CELLS or not (frame.index.is_unique and frame.columns.is_unique):
        return frame, columns
    columns = {name: _bar(column) if name in bars else column for name, column in columns.items()}
    styled = frame.style.format({name: partial(_cell, form=form) for name, form in forms.items()}, na_rep="")
    bare = {name: {**column, "type_config": {**settings(column), "format": None}} if name in forms else column for name, column in columns.items()}
    return styled, bare


def text(value: Any, form: str | None) -> str:
    """A number or a date as a column of this format writes it, in the shop's notation.

    Example:
        >>> text(1234.5, "%+,.0f"), text(date(2026, 11, 21), "D MMM YYYY")
        ('+1,234', '21 Nov 2026')
    """
    if isinstance(value, date):
        return _day(value, form or "YYYY-MM-DD")
    if not (parts := PRINTF.fullmatch(form or "")):
        return _plain(float(value))
    before, flags, digits, kind, after = parts.groups()
    number = numerals.write(float(value), int(digits or (6 if kind == "f" else 0)), grouped="," in flags).replace(MINUS, "-")
    if number.startswith("-"):
        return f"-{before}{number[1:]}{after}".replace("%%", "%")
    plus = signs(notation.current()).plus if "+" in flags else ""
    return f"{before}{plus}{number}{after}".replace("%%", "%")


def settings(column: Any) -> Mapping[str, Any]:
    """What a column says beside its head, its format among it."""
    return (column or {}).get("type_config") or {} if isinstance(column, Mapping) else {}


def _bar(column: Any) -> Any:
    """A bar whose number the browser writes with a point, in whole units where the shop writes decimals with another sign."""
    form = str(settings(column).get("format") or "")
    if signs(notation.current()).decimal == ".":
        return column
    return {**column, "type_config": {**settings(column), "format": DECIMALS.sub("%.0f", form) or None}}


def _cell(value: Any, *, form: str) -> str:
    return "" if pd.isna(value) else text(value, form)


def _plain(value: float) -> str:
    """Up to ten digits."""
    digits = f"{value:.10g}"
    return digits if "e" in digits else numerals.write(value, len(digits.partition(".")[2])).replace(MINUS, "-")


def _day(day: date, form: str) -> str:
    if form in SKELETONS and notation.current().language:
        return " ".join(dates.in_language(pd.Timestamp(day), skeleton) for skeleton in SKELETONS[form])
    return day.strftime(re.sub("|".join(MOMENTS), lambda token: MOMENTS[token[0]], form))
