"""Workbooks and Parquet files: cells that know what they are."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from forecasting.core.errors import UnreadableFile
from forecasting.intake import problems
from forecasting.intake.table import Table, blank, names, texts
from forecasting.intake.unpacking import brief, check_workbook, too_large

BYTES_PER_CELL = 8


def read_workbook(content: bytes, name: str, limit: int) -> Table:
    """The first visible sheet that has rows below a header.

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
    return _whole(columns, rows, first + 1 + np.arange(len(rows)), name)


def _sheet(content: bytes) -> tuple[int, list[list[Any]]]:
    """The row of the header, from 1, and the cells from there on."""
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
    """Cells of one kind keep it; mixed ones become text."""
    filled = [cell for cell in cells if cell != ""]
    if filled and all(isinstance(cell, (int, float)) and not isinstance(cell, bool) for cell in filled):
        return pd.Series([np.nan if cell == "" else float(cell) for cell in cells], dtype="float64")
    if filled and all(isinstance(cell, date) for cell in filled):
        days = [None if cell == "" else datetime(cell.year, cell.month, cell.day) for cell in cells]
        return pd.Series(days, dtype="datetime64[us]")
    return texts(pa.chunked_array([pa.array([as_text(cell) for cell in cells], pa.string())]))


def as_text(cell: Any) -> str:
    """A cell as a person would type it.

    Example:
        >>> as_text(7.0), as_text("007"), as_text(2.5), as_text(True)
        ('7', '007', '2.5', 'true')
    """
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return "" if cell is None else str(cell)


def read_parquet(content: bytes, name: str, limit: int) -> Table:
    """The table of a Parquet file.

    Raises:
        UnreadableFile: It is broken, too large, or empty.
    """
    try:
        file = parquet.ParquetFile(pa.BufferReader(content))
        groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
        size = sum(group.total_byte_size for group in groups)
        cells = file.metadata.num_rows * max(file.metadata.num_columns, 1)
        if max(size, BYTES_PER_CELL * cells) > limit:
            raise too_large(name, limit)
        columns = names(file.schema_arrow.names, name)
        flat = [column.name for column in file.schema_arrow if pa.types.is_string(column.type) or pa.types.is_large_string(column.type)]
        arrow = parquet.ParquetFile(pa.BufferReader(content), read_dictionary=flat).read()
        arrow.validate(full=True)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"{name} is a broken Parquet file ({brief(error)}). Write it again and upload that.") from error
    if not arrow.num_rows:
        raise UnreadableFile(f"{name} has columns but no rows. Upload a file with at least one day of sales.")
    rows = pd.DataFrame({title: _arrow_column(arrow.column(place)) for place, title in enumerate(columns)})
    return _whole(columns, rows, 1 + np.arange(len(rows)), name)


def _arrow_column(cells: pa.ChunkedArray) -> pd.Series:
    kind = cells.type.value_type if pa.types.is_dictionary(cells.type) else cells.type
    known: list[tuple[Callable[[Any], bool], Callable[[pa.ChunkedArray], pd.Series]]] = [
        (lambda t: pa.types.is_date(t) or pa.types.is_timestamp(t), _moments),
        (lambda t: pa.types.is_integer(t) or pa.types.is_floating(t) or pa.types.is_decimal(t), _numbers),
        (lambda t: pa.types.is_boolean(t), lambda cells: _numbers(cells.cast(pa.int8()))),
        (lambda t: pa.types.is_string(t) or pa.types.is_large_string(t), texts),
    ]
    for suits, converted in known:
        if suits(kind):
            plain = cells.cast(kind) if kind != cells.type and converted is not texts else cells
            return converted(plain)
    return texts(pa.chunked_array([pa.array([as_text(cell) for cell in cells.to_pylist()], pa.string())]))


def _moments(cells: pa.ChunkedArray) -> pd.Series:
    """Days as they read on the clock of their own time zone."""
    moments = pd.Series(cells.cast(pa.timestamp("us", getattr(cells.type, "tz", None)), safe=False).to_pandas())
    return moments.dt.tz_localize(None) if moments.dt.tz is not None else moments


def _numbers(cells: pa.ChunkedArray) -> pd.Series:
    return pd.Series(cells.cast(pa.float64(), safe=False).to_numpy())


def _whole(columns: tuple[str, ...], rows: pd.DataFrame, lines: np.ndarray, name: str) -> Table:
    """The table without rows that hold nothing."""
    empty = blank(rows)
    if empty.all():
        raise UnreadableFile(f"{name} has a header but no rows below it. Upload a file with at least one day of sales.")
    return Table(columns, rows[~empty].reset_index(drop=True), lines[~empty], problems.together([]), decimal=".")
