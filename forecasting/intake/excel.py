"""Excel workbooks, whose cells have types."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from forecasting.core.errors import InputError, UnreadableFile
from forecasting.intake import problems
from forecasting.intake.answers import NOTHING_SAID, Answers
from forecasting.intake.filling import Contents
from forecasting.intake.grid import Grid
from forecasting.intake.header import Header, find_header
from forecasting.intake.limits import check_columns, check_header
from forecasting.intake.sheet_names import visible_sheets
from forecasting.intake.sheets import chosen
from forecasting.intake.table import Table, as_text, names, number_column, texts
from forecasting.intake.tidying import tidied
from forecasting.intake.understood import Reading
from forecasting.intake.unpacking import brief
from forecasting.intake.workbook_check import check_workbook

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
    """

    name: str
    cells: Cells
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]]


def read_workbook(content: bytes, name: str, limit: int, answers: Answers = NOTHING_SAID, contents: Contents = "sales") -> Table:
    """The table in the sheet, or the sheets with one header, that have dates and sales.

    Raises:
        InputError: It has no such sheet or header as a person said.
        UnreadableFile: It is broken, locked, too large, or no sheet has rows.
    """
    check_workbook(content, name, limit)
    try:
        sheets = _sheets(content, answers.sheet, name)
    except CalamineError as error:
        raise UnreadableFile(
            f"{name} is a broken or locked workbook ({brief(error)}). Save it as .xlsx without a password and upload that."
        ) from error
    filled = [sheet for sheet in sheets if sheet.cells]
    if not filled:
        raise UnreadableFile(f"{name} is empty. Upload a workbook with at least one day of sales.")
    tables: list[Table] = []
    refusal: UnreadableFile | None = None
    for sheet in filled:
        try:
            tables.append(_table(sheet, name, answers.header_line, contents))
        except UnreadableFile as error:
            refusal = refusal or error
    if not tables:
        raise refusal or UnreadableFile(f"{name} has a header but no rows below it. Upload a workbook with at least one day of sales.")
    return chosen(tables, all_of_them=answers.sheet is not None)


def _sheets(content: bytes, wanted: str | None, name: str) -> list[Sheet]:
    """The visible sheets, or those that a person named."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    visible = visible_sheets(workbook)
    if wanted is not None:
        folded = {sheet.strip().casefold(): sheet for sheet in reversed(visible)}
        parts = [wanted] if wanted.strip().casefold() in folded else wanted.split(",")
        unknown = next((part.strip() for part in parts if part.strip().casefold() not in folded), None)
        if unknown is not None:
            raise InputError(f'{name} has no sheet "{unknown[:80]}". Its sheets are {", ".join(visible)[:400]}.')
        visible = [folded[part.strip().casefold()] for part in parts]
    return [_sheet(workbook, sheet) for sheet in visible]


def _sheet(workbook: CalamineWorkbook, name: str) -> Sheet:
    sheet = workbook.get_sheet_by_name(name)
    cells: Cells = sheet.to_python(skip_empty_area=False)
    return Sheet(name, cells if any(cell != "" for row in cells for cell in row) else [], sheet.merged_cell_ranges or [])


def _table(sheet: Sheet, name: str, given: int | None, contents: Contents) -> Table:
    """The table in a sheet.

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
    return tidied(grid, reading, name, decimal=".", merged=merged, contents=contents)


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
