"""Tables in the formats that programs read, part by part: of a large file no more than one part is in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from forecasting.analysis import forecast_table
from forecasting.analysis.forecast_table import Layout
from forecasting.core import json_values, spreadsheets
from forecasting.training.ensemble import Ensemble

CSV, LINES, PARQUET = "text/csv", "application/x-ndjson", "application/vnd.apache.parquet"
ENDINGS: Final = {CSV: "csv", LINES: "jsonl", PARQUET: "parquet"}
"""Media type -> the ending of its files."""

Columns = Mapping[str, np.ndarray]


class Parts(NamedTuple):
    """A table that is written as it is sent.

    Args:
        parts: Its bytes, in order.
        is_large: Whether it has so many rows that they should not be in memory at once.
    """

    parts: Iterator[bytes]
    is_large: bool


def written(ensemble: Ensemble, filters: Mapping[str, str], steps: int, layout: Layout, media: str) -> Parts:
    """The forecast table in one of the formats of `ENDINGS`: the same bytes in however many parts, but for Parquet's row groups.

    Raises:
        NotFound, InputError: As `forecast_table`, before the first part is asked for.
    """
    blocks = forecast_table.forecast_blocks(ensemble, filters, steps, layout)
    return Parts(_parts(blocks.columns, blocks.texts, media), blocks.is_large)


def of_table(table: pd.DataFrame, media: str) -> Parts:
    """A table in one of the formats of `ENDINGS`, some rows at a time."""
    size = forecast_table.ROWS_AT_ONCE
    pieces = (table[start : start + size] for start in range(0, max(len(table), 1), size))
    columns = ({str(name): piece[name].to_numpy() for name in piece} for piece in pieces)
    texts = (cell for name in table.select_dtypes(include=["object", "str"]) for cell in table[name].unique() if isinstance(cell, str))
    return Parts(_parts(columns, texts, media), len(table) > size)


def _parts(blocks: Iterable[Columns], texts: Iterable[str], media: str) -> Iterator[bytes]:
    """The bytes of blocks of one table, of which the columns of texts hold no other texts than these."""
    if media == CSV:
        return spreadsheets.csv_parts(map(pd.DataFrame, blocks), texts)
    return map(json_values.lines, blocks) if media == LINES else _parquet(blocks)


class _Sink:
    """What is written to it, until it is taken."""

    closed = False

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._length = 0

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        self._length += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._length

    def flush(self) -> None: ...

    def close(self) -> None: ...

    def take(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken


def _parquet(blocks: Iterable[Columns]) -> Iterator[bytes]:
    """A row group a block, then the footer."""
    import pyarrow as pa
    from pyarrow import parquet

    sink, writer = _Sink(), None
    for columns in blocks:
        table = pa.table({name: _arrow(values) for name, values in columns.items()})
        writer = writer or parquet.ParquetWriter(pa.PythonFile(sink, mode="w"), table.schema)
        writer.write_table(table)
        yield sink.take()
    if writer is not None:
        writer.close()
        yield sink.take()


def _arrow(values: np.ndarray) -> Any:
    """A column with days as dates, and null for what is not known."""
    import pyarrow as pa

    if values.dtype.kind == "M":
        return pa.array(values.astype("datetime64[D]"), type=pa.date32())
    return pa.array(values, type=pa.string() if values.dtype.kind == "O" else None, from_pandas=True)
