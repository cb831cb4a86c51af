"""Excel workbooks, whose cells have types."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from forecasting.core.errors import UnreadableFile
from forecasting.intake.table import Table, as_text, names, texts, without_blank_rows
from forecasting.intake.unpacking import brief, check_workbook


def read_workbook(content: bytes, name: str, limit: int) -> Table:
    """The table in the first visible sheet that has rows below a header.

    Raises:
        UnreadableFile: It is broken, locked, too large, or no sheet has rows.
    """
    check_workbook(content, name, limit)
    try:
        first, grid = _sheet(content)
    except CalamineError as error:
        raise UnreadableFile(
            f"{name} is a broken or locked workbook ({brief(error)}). Save it as .xlsx without a password and upload that."
        ) from error
    if len(grid) < 2:
        state = "is empty" if not grid else "has a header but no rows below it"
        raise UnreadableFile(f"{name} {state}. Upload a workbook with at least one day of sales.")
    columns = names([as_text(cell) for cell in grid[0]], name)
    rows = pd.DataFrame({title: _column([row[place] for row in grid[1:]]) for place, title in enumerate(columns)})
    return without_blank_rows(columns, rows, first + 1 + np.arange(len(rows)), name)


def _sheet(content: bytes) -> tuple[int, list[list[Any]]]:
    """The row of the header, from 1, and the cells from that row on."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    best: tuple[int, list[list[Any]]] = (1, [])
    for sheet in workbook.sheets_metadata:
        if sheet.visible != SheetVisibleEnum.Visible:
            continue
        grid = workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
        start = next((place for place, row in enumerate(grid) if any(cell != "" for cell in row)), len(grid))
        if len(grid) - start > len(best[1]):
            best = start + 1, grid[start:]
        if len(best[1]) > 1:
            break
    return best


def _column(cells: list[Any]) -> pd.Series:
    """A column of cells: cells of one type keep it, mixed ones become text."""
    filled = [cell for cell in cells if cell != ""]
    if filled and all(isinstance(cell, (int, float)) and not isinstance(cell, bool) for cell in filled):
        return pd.Series([np.nan if cell == "" else float(cell) for cell in cells], dtype="float64")
    if filled and all(isinstance(cell, date) for cell in filled):
        days = [None if cell == "" else datetime(cell.year, cell.month, cell.day) for cell in cells]
        return pd.Series(days, dtype="datetime64[us]")
    return texts(pa.chunked_array([pa.array([as_text(cell) for cell in cells], pa.string())]))
