"""The table in a grid of cells that have types, as workbooks, web pages and JSON have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from forecasting.core.errors import InputError, UnreadableFile
from forecasting.intake import problems
from forecasting.intake.filling import Contents
from forecasting.intake.grid import Grid
from forecasting.intake.header import Header, find_header
from forecasting.intake.limits import check_columns, check_header
from forecasting.intake.table import Table, as_text, names, number_column, texts
from forecasting.intake.tidying import tidied
from forecasting.intake.understood import Reading

SAMPLE_ROWS: Final = 200
"""Rows from the start in which the header is looked for."""
Cells = list[list[Any]]


@dataclass(frozen=True)
class Sheet:
    """A visible sheet that has cells.

    Args:
        name: As the workbook has it.
        cells: All rows from the first one of the sheet.
        merged: Merged cells: the first and the last row and column, from 0.
        decimal: The decimal mark of texts, if the kind of file decides it.
    """

    name: str
    cells: Cells
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]]
    decimal: str | None = "."


def sheet_table(sheet: Sheet, name: str, given: int | None, contents: Contents) -> Table:
    """The table in a sheet.

    Args:
        sheet: Its cells.
        name: Of the file, for messages.
        given: The row that names the columns, from 1, if a person said so; 0 for none.
        contents: What the file lists.

    Raises:
        UnreadableFile: It has no rows below a header.
    """
    rows = [[as_text(cell) for cell in row] for row in sheet.cells[: max(SAMPLE_ROWS, (given or 0) + 1)]]
    if given and (given > len(rows) or not any(rows[given - 1])):
        raise InputError(f"Row {given:,} of the sheet {sheet.name} cannot be the header: it is empty, or below the table.")
    header = find_header(rows, None if given is None else given - 1)
    below = sheet.cells[header.body :]
    if not any(cell != "" for row in below for cell in row):
        raise UnreadableFile(f"{name} has a header but no rows below it. Upload a workbook with at least one day of sales.")
    width = max(len(header.names), *map(len, below))
    check_header(header.names, name)
    check_columns(width, name)
    wanted = [*header.names, *[""] * (width - len(header.names))]
    columns = names(wanted, name)
    frame = pd.DataFrame({title: _column([row[place] if place < len(row) else "" for row in below]) for place, title in enumerate(columns)})
    unnamed = frozenset(title for title, own in zip(columns, wanted, strict=True) if not own)
    notes = _notes(rows, header, given)
    lines = header.body + 1 + np.arange(len(frame))
    grid = Grid(frame, lines, np.zeros(len(frame), dtype=bool), unnamed, problems.together([]), notes)
    merged = [(top + 1, bottom + 1, columns[left]) for (top, left), (bottom, _) in sheet.merged if bottom > top and left < len(columns)]
    reading = Reading(sheet=sheet.name, header_line=0 if header.at is None else header.at + 1)
    return tidied(grid, reading, name, decimal=sheet.decimal, merged=merged, contents=contents)


def _notes(rows: Sequence[Sequence[str]], header: Header, given: int | None) -> tuple[str, ...]:
    """Where the header is, if a person may not expect it there."""
    if given is not None:
        return ()
    if header.at is None:
        return ("The first row is no header: columns are called Column 1, Column 2 and so on.",)
    return (f"The header is in line {header.at + 1}.",) if any(any(row) for row in rows[: header.at]) else ()


def _column(cells: list[Any]) -> pd.Series:
    """A column of cells: cells of one type keep it, mixed ones become text."""
    filled = [cell for cell in cells if cell != ""]
    if filled and all(isinstance(cell, (int, float)) and not isinstance(cell, bool) for cell in filled):
        return number_column([None if cell == "" else cell for cell in cells])
    if filled and all(isinstance(cell, date) for cell in filled):
        days = [None if cell == "" else datetime(cell.year, cell.month, cell.day) for cell in cells]
        return pd.Series(days, dtype="datetime64[us]")
    return texts(pa.chunked_array([pa.array([as_text(cell) for cell in cells], pa.string())]))
