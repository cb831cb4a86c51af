"""Parquet files, whose columns have types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from forecasting.core.errors import UnreadableFile
from forecasting.intake.table import Table, as_text, names, texts, without_blank_rows
from forecasting.intake.unpacking import brief, too_large

BYTES_PER_CELL = 8


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
    return without_blank_rows(columns, rows, 1 + np.arange(len(rows)), name)


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
    """Times as a clock in their own time zone shows them."""
    moments = pd.Series(cells.cast(pa.timestamp("us", getattr(cells.type, "tz", None)), safe=False).to_pandas())
    return moments.dt.tz_localize(None) if moments.dt.tz is not None else moments


def _numbers(cells: pa.ChunkedArray) -> pd.Series:
    return pd.Series(cells.cast(pa.float64(), safe=False).to_numpy())
