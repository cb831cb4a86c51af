"""Data files of the sales table: each is written whole, with checksums of its pages, and the commit that adds it carries its sha256."""

from __future__ import annotations

import hashlib
import io
import json
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable
from deltalake.transaction import AddAction, RemoveAction
from pyarrow import compute, parquet

from forecasting.core import row_keys, schema
from forecasting.storage.atomic_files import write_bytes
from forecasting.storage.sales import summary, summary_files

PARTS: Final = "parts"
"""Key of a commit's metadata: the path and the sha256 of each file that the commit adds."""
REMOVED: Final = "removed"
"""Key of a commit's metadata: how many files it removes."""
TEXTS: Final = (*schema.KEYS, *schema.ATTRIBUTES)
ARROW: Final = pa.schema([(name, pa.date32() if name == schema.DATE else pa.string() if name in TEXTS else pa.float64()) for name in schema.COLUMNS])
MAX_ROWS: Final = 4_000_000
"""Rows of a file at most."""
Part = Mapping[str, Any]
"""A file that the table consists of: at least its `path` inside the table and its `size_bytes`."""


@dataclass(frozen=True, eq=False)
class Swap:
    """Rows that take the place of files.

    Args:
        rows: Rows with the columns of `ARROW`, in any order.
        removed: The active files that no longer count.
        settled: More of them, which get files of their own.
        change: Whether the sales differ after it; False for the same rows in other files.
    """

    rows: pa.Table
    removed: Sequence[Part] = ()
    settled: pa.Table = field(default_factory=ARROW.empty_table)
    change: bool = True


def active(table: DeltaTable) -> list[Part]:
    """The files that the table consists of."""
    added: list[Part] = pa.table(table.get_add_actions()).to_pylist()
    return added


def location(folder: Path, part: Part) -> Path:
    """Where a file of a table lies; a log has paths as parts of an address."""
    return folder / unquote(str(part["path"]))


def arrow(rows: pd.DataFrame) -> pa.Table:
    """Rows with all columns of the table; missing columns are null."""
    columns = []
    for column in ARROW:
        if column.name == schema.DATE:
            columns.append(pa.array(rows[schema.DATE].to_numpy().astype("datetime64[D]")))
        elif column.name in rows:
            columns.append(pa.array(rows[column.name], from_pandas=True).cast(column.type))
        else:
            columns.append(pa.nulls(len(rows), column.type))
    return pa.table(columns, schema=ARROW)


def contents(swap: Swap) -> list[bytes]:
    """The bytes of the files that a swap writes: the same for the same rows, whatever their order."""
    return [_packed(rows) for rows_apart in (swap.settled, swap.rows) for rows, _ in _files(rows_apart)]


def commit(table: DeltaTable, folder: Path, swap: Swap, facts: Mapping[str, Any], written: list[Path]) -> None:
    """Saves rows in place of some files, as one commit.

    Args:
        table: The table at the version that the commit follows.
        folder: The folder of the table.
        swap: The rows and the files.
        facts: Metadata of the commit.
        written: Gets the path of every new file before it is there, so that a caller can delete them if the commit does not land.

    Raises:
        CommitFailedError: The table has a newer version.
    """
    files = [file for rows_apart in (swap.settled, swap.rows) for file in _files(rows_apart)]
    added = [_write(folder, rows, series, written, change=swap.change) for rows, series in files]
    now = round(time.time() * 1000)
    gone = [RemoveAction(part["path"], swap.change, now, part["size_bytes"], {}) for part in swap.removed]
    named = [{"path": action.path, "sha256": digest} for action, digest in added]
    properties = CommitProperties(custom_metadata={**facts, PARTS: named, REMOVED: str(len(gone))}, max_commit_retries=0)
    table.create_write_transaction([*(action for action, _ in added), *gone], "append", ARROW, commit_properties=properties)


def _files(rows: pa.Table) -> list[tuple[pa.Table, np.ndarray]]:
    """Rows as they are divided into files, each in order, and the numbers of their series."""
    ordered, series = in_order(rows)
    return [(ordered.slice(start, MAX_ROWS), series[start : start + MAX_ROWS]) for start in range(0, len(ordered), MAX_ROWS)]


def _write(folder: Path, rows: pa.Table, series: np.ndarray, written: list[Path], *, change: bool) -> tuple[AddAction, str]:
    """Writes a file and its summary; what adds it to the table, and its sha256, which is taken before the bytes reach the disk."""
    content = _packed(rows)
    path = folder / f"part-00000-{uuid.uuid4()}-c000.zstd.parquet"
    beside = summary_files.location(folder, path.name)
    beside.parent.mkdir(exist_ok=True)
    written += [beside, path]
    write_bytes(beside, summary_files.packed(summary.of_rows(rows, series)))
    write_bytes(path, content)
    action = AddAction(path.name, len(content), {}, round(time.time() * 1000), change, _statistics(rows))
    return action, hashlib.sha256(content).hexdigest()


def _packed(rows: pa.Table) -> bytes:
    """The bytes of a file: the same for the same rows."""
    file = io.BytesIO()
    parquet.write_table(rows, file, compression="zstd", write_page_checksum=True)
    return file.getvalue()


def _statistics(rows: pa.Table) -> str:
    """What a reader may know of a file without opening it."""
    days = compute.min_max(rows.column(schema.DATE)).as_py()
    nulls = {name: rows.column(name).null_count for name in rows.column_names}
    bounds = {bound: {schema.DATE: days[kind].isoformat()} for bound, kind in (("minValues", "min"), ("maxValues", "max"))}
    return json.dumps({"numRecords": len(rows), **bounds, "nullCount": nulls})


def in_order(rows: pa.Table) -> tuple[pa.Table, np.ndarray]:
    """Rows sorted by their keys, then the day, and the number of each one's series."""
    of_rows = keys(rows)
    [series] = row_keys.series_codes([of_rows])
    [codes] = row_keys.row_codes([series], [row_keys.days(of_rows)])
    if row_keys.is_increasing(codes):
        return rows, series
    order = np.argsort(codes, kind="stable")
    return rows.take(order), series[order]


def keys(rows: pa.Table) -> pd.DataFrame:
    """Key columns and day of rows."""
    days = rows.column(schema.DATE).cast(pa.timestamp("us"))  # a day as it is would become an object of Python
    named: pd.DataFrame = rows.select([*schema.KEYS]).append_column(schema.DATE, days).to_pandas()
    return named
