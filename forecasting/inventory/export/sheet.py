"""A sheet of the workbook of orders: columns of values and of formulas under one header."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from forecasting.core import unseen
from forecasting.core.arrays import FloatArray
from forecasting.inventory.export.columns import Column
from forecasting.inventory.export.styles import WorkbookStyles

LONGEST: Final = 32_767
"""Characters that a cell holds at most."""
EPOCH: Final = pd.Timestamp(1899, 12, 30)
"""Day 0 of spreadsheets."""
A4: Final = 9


class Sheet(Worksheet):  # type: ignore[misc]
    """A sheet; rows and columns count from 0.

    Args:
        look: Its styles.
    """

    look: WorkbookStyles

    def fill(self, row: int, place: int, column: Column, values: Iterable[Any]) -> None:
        """Writes texts, numbers or days as they are, from a row down; a text is never a formula, and an unknown value is an empty cell."""
        style = self.look.cell(column)
        if column.kind == "text":
            for line, text in enumerate(values, start=row):
                self.write_string(line, place, as_text(text) if pd.notna(text) else "", style)
            return
        numbers = _serial(values) if column.kind == "date" else np.asarray(values, dtype=float)
        for line, number in enumerate(numbers.tolist(), start=row):
            if np.isfinite(number):
                self.write_number(line, place, number, style)
            else:
                self.write_blank(line, place, None, style)

    def fill_formulas(self, row: int, place: int, column: Column, formulas: Iterable[tuple[str, Any]]) -> None:
        """Writes formulas with their values, from a row down; NaN shows nothing, and an empty formula is an empty cell."""
        style = self.look.cell(column)
        for line, (formula, value) in enumerate(formulas, start=row):
            if formula:
                self.write_formula(line, place, formula, style, value if value == value else "")
            else:
                self.write_blank(line, place, None, style)

    def head(self, row: int, columns: Sequence[Column], last: int, frozen: int) -> None:
        """Writes the header over rows up to `last`: it filters, and stays in view and on every page, as do the first columns."""
        for place, column in enumerate(columns):
            self.set_column(place, place, column.width)
            self.write_string(row, place, column.label, self.look.header(column))
        self.set_row(row, 32)
        self.freeze_panes(row + 1, frozen)
        self.autofilter(row, 0, max(last, row + 1), len(columns) - 1)
        self.repeat_rows(row)
        self.repeat_columns(0, frozen - 1)

    def fit_to_paper(self, pages: int = 1) -> None:
        """Sets the print to A4, landscape, `pages` pages wide."""
        self.set_landscape()
        self.set_paper(A4)
        self.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self.fit_to_pages(pages, 0)
        self.set_footer("&L&A&RPage &P of &N")

    def _prepare_formula(self, formula: str, _expand_future_functions: bool = False) -> str:
        """The formula unchanged: searching it for functions of newer spreadsheets takes a third of the time, and ours have none."""
        return formula.removeprefix("=")


def add_sheet(book: Workbook, name: str, look: WorkbookStyles) -> Sheet:
    """A new sheet at the end of a workbook."""
    sheet: Sheet = book.add_worksheet(name, Sheet)
    sheet.look = look
    sheet.fit_to_paper()
    return sheet


def as_text(value: Any) -> str:
    """A text to be written unchanged but for signs that nobody sees, cut to the length that a cell holds.

    What looks like XlsxWriter's own mark-up of a text in several fonts would go into the file as it is, tags and all; a space behind it, which
    nobody sees and reading takes off again, makes it plain.
    """
    text = unseen.escaped_lines(str(value))[:LONGEST]
    return f"{text[: LONGEST - 1]} " if text.startswith("<r>") and text.endswith("</r>") else text


def _serial(days: Iterable[Any]) -> FloatArray:
    """Days as spreadsheets number them, NaN where there is none."""
    return ((pd.DatetimeIndex(np.asarray(days)) - EPOCH) / pd.Timedelta(days=1)).to_numpy(dtype=float)
