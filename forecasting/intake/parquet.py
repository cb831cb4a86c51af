"""Parquet files, whose columns have types."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import compute, parquet

from forecasting.core.errors import UnreadableFile
from forecasting.intake.limits import check_columns, check_text, too_large
from forecasting.intake.parquet_columns import check_type, is_text, read_column
from forecasting.intake.table import Table, names, without_blank_rows
from forecasting.intake.unpacking import brief

BYTES_PER_CELL: Final = 8
_MAGIC: Final = b"PAR1"


def read_parquet(content: bytes, name: str, limit: int) -> Table:
    """The table of a Parquet file.

    Raises:
        UnreadableFile: It is broken, too large, empty, or has a column of a type that no cell has.
    """
    if content.count(_MAGIC + _MAGIC):
        raise UnreadableFile(f"{name} is several Parquet files, one behind the other, of which only the last would be read. Upload them one by one.")
    try:
        arrow = _read(content, name, limit)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"{name} is a broken Parquet file ({brief(error)}). Write it again and upload that.") from error
    if not arrow.num_rows:
        raise UnreadableFile(f"{name} has columns but no rows. Upload a file with at least one day of sales.")
    columns = names(arrow.schema.names, name)
    check_text(sum(_text_bytes(column) for column in arrow.columns), name, limit)
    rows = pd.DataFrame({title: read_column(arrow.column(place), f"{name}: the column {title}") for place, title in enumerate(columns)})
    return without_blank_rows(columns, rows, 1 + np.arange(len(rows)), name)


def _read(content: bytes, name: str, limit: int) -> pa.Table:
    """All columns, texts as dictionaries; what the file says of itself is held against the limits first."""
    file = parquet.ParquetFile(pa.BufferReader(content))
    check_columns(file.metadata.num_columns, name)
    groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
    size = sum(group.total_byte_size for group in groups)
    cells = file.metadata.num_rows * max(file.metadata.num_columns, 1)
    if max(size, BYTES_PER_CELL * cells) > limit:
        raise too_large(name, limit)
    for field, title in zip(file.schema_arrow, names(file.schema_arrow.names, name), strict=True):
        check_type(field, f"{name}: the column {title}")
    flat = [field.name for field in file.schema_arrow if is_text(field.type)]
    arrow = parquet.ParquetFile(pa.BufferReader(content), read_dictionary=flat).read()
    arrow.validate(full=True)
    return arrow


def _text_bytes(cells: pa.ChunkedArray) -> int:
    """The bytes of a column of texts if each cell had its own, as in CSV; 0 for other columns."""
    if not pa.types.is_dictionary(cells.type) or not is_text(cells.type.value_type):
        return 0
    return sum(compute.sum(compute.binary_length(chunk.dictionary).take(chunk.indices)).as_py() or 0 for chunk in cells.chunks)
