"""The styles of the workbook of orders: number formats, the blue of cells to change, the colours of states."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from forecasting.inventory.export.columns import INPUT, ORDER, Column, Kind
from forecasting.inventory.orders.recommend import NOT_COUNTED, NOW, OVERSTOCK, UNKNOWN
from forecasting.inventory.orders.wording import STATES

INK, QUIET, HAIRLINE, HEAD, ACCENT, TINT = "#131A26", "#4A5568", "#DDE1E8", "#F5F6F8", "#2445B4", "#EAEFFD"
MARKS: Final = {
    NOW: ("#2445B4", "#EAEFFD"),
    OVERSTOCK: ("#6330A3", "#F2EBFB"),
    NOT_COUNTED: ("#8F4700", "#FDF0E1"),
    UNKNOWN: ("#475467", "#EEF0F3"),
}
"""State -> colours of its text and its fill."""
FORMATS: Final[dict[Kind, str]] = {
    "text": "General",
    "units": "#,##0",
    "finer": "#,##0.0",
    "money": "#,##0.00",
    "share": "0.0%",
    "days": "#,##0.0",
    "date": "yyyy-mm-dd",
    "count": "0",
}
BROKEN: Final = "#,##0.00"
"""Number format of units where some are not whole."""
WHOLE: Final = ("on_hand", "on_order", "backorders", "order_up_to", "pack_size", "minimum_order")
"""Columns whose values decide whether units are whole."""


class WorkbookStyles:
    """The styles of one workbook.

    Args:
        book: The workbook.
        table: The orders, whose values decide whether units are whole.
    """

    def __init__(self, book: Workbook, table: pd.DataFrame) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}
        units = np.nan_to_num(table[list(WHOLE)].to_numpy(dtype=float))
        self._formats = FORMATS if (units % 1 == 0).all() else {**FORMATS, "units": BROKEN, "finer": BROKEN}
        self.title = self._style(align="left", indent=1, bold=True, font_size=14)
        self.note = self._style(align="left", indent=1, font_color=QUIET)
        self.strong = self._style(align="left", indent=1, bold=True, valign="top")
        self.plain = self._style(text_wrap=True, valign="top")
        self.fact = self._style(align="left", indent=1)

    def cell(self, column: Column) -> Format:
        """The format of a value; a text stays a text even after an edit."""
        number = self._formats[column.kind]
        more: dict[str, Any] = {}
        if column.kind == "text":
            more = {"indent": 1} if column.name == "state" else {"indent": 1, "quote_prefix": True}
        if column.group == INPUT:
            more |= {"font_color": ACCENT, "bg_color": TINT}
        if column.name == "order":
            more |= {"bold": True}
        if column.group == ORDER and column.kind != "text":
            number = f'{number};-{number};"-"'
        return self._style(num_format=number, bottom=1, bottom_color=HAIRLINE, **more)

    def total(self, kind: Kind) -> Format:
        """The format of the row of totals."""
        return self._style(num_format=self._formats[kind], bold=True, bg_color=HEAD, indent=int(kind == "text"))

    def header(self, column: Column) -> Format:
        """The format of a column's label."""
        place: dict[str, Any] = {"align": "left", "indent": 1} if column.kind == "text" else {"align": "right"}
        return self._style(bold=True, text_wrap=True, valign="top", bg_color=HEAD, bottom=2, bottom_color=INK, **place)

    def group(self, column: Column) -> Format:
        """The format of the name over a group of columns."""
        return self._style(italic=True, align="left", indent=1, font_color=ACCENT if column.group == INPUT else QUIET)

    def mark_states(self, sheet: Worksheet, span: str) -> None:
        """Colours states; states that need no action stay plain."""
        for state, (text, fill) in MARKS.items():
            style = self._style(font_color=text, bg_color=fill)
            sheet.conditional_format(span, {"type": "cell", "criteria": "==", "value": f'"{STATES[state]}"', "format": style})

    def _style(self, **properties: Any) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({"font_name": "Calibri", "font_size": 11, **properties})
        return self._made[key]
