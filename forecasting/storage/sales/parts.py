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
from forecasting.storage.sales.changes import Change

PARTS: Final = "parts"
"""Key of a commit's metadata: the path and the sha256 of each file that the commit adds."""
REMOVED: Final = "removed"
"""Key of a commit's metadata: how many files it removes."""
TEXTS: Final = (*schema.KEYS, *schema.ATTRIBUTES)
ARROW: Final = pa.schema([(name, pa.date32() if name == schema.DATE else pa.string() if name in TEXTS else pa.float64()) for name in schema.COLUMNS])
MAX_ROWS: Final = 4_000_000
"""Rows of a file at most."""
OPEN_DAYS: Final = 28
"""Days before the first corrected one whose rows count as likely to be corrected next."""
SETTLED_ROWS: Final = 10_000
"""Rows that are worth a file of their own, at least."""

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


def swap_for(change: Change, folder: Path, parts: Sequence[Part]) -> Swap:
    """What a change writes, and in place of which of the active files of a table."""
    rows = arrow(change.rows)
    if change.puts_aside:
        return Swap(rows, parts)
    return _update(folder, parts, change.changed, rows) if len(change.changed) else Swap(rows)


def contents(swap: Swap) -> list[bytes]:
    """The bytes of the files that a swap writes: the same for the same rows, whatever their order."""
    return [_packed(rows) for rows_apart in (swap.settled, swap.rows) for rows in _files(rows_apart)]


def _update(folder: Path, parts: Sequence[Part], changed: pd.DataFrame, rows: pa.Table) -> Swap:
    """Rows, of which some take the place of saved ones: the files that hold those are written anew, all others stay.

    What is corrected lies mostly near the end. Where more than half of the rows to write again are older, they get files of their own, so that
    the next correction does not write them once more.

    Args:
        folder: The folder of the table.
        parts: Its active files.
        changed: Keys and day of the saved rows that get other values.
        rows: These rows with their new values, and rows that are new.
    """
    removed, others = [], [ARROW.empty_table()]
    first, last = changed[schema.DATE].min(), changed[schema.DATE].max()
    for part in parts:
        if not _has_days(part, first, last):
            continue
        saved = parquet.read_table(location(folder, part), schema=ARROW)
        replaced = _has_any(saved, changed)
        if replaced.any():
            removed.append(part)
            others.append(saved.filter(pa.array(~replaced)))
    recent, settled = _settled(pa.concat_tables(others), first - pd.Timedelta(days=OPEN_DAYS))
    return Swap(pa.concat_tables([recent, rows]), removed, settled)


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
    files = [rows for rows_apart in (swap.settled, swap.rows) for rows in _files(rows_apart)]
    added = [_write(folder, rows, written, change=swap.change) for rows in files]
    now = round(time.time() * 1000)
    gone = [RemoveAction(part["path"], swap.change, now, part["size_bytes"], {}) for part in swap.removed]
    named = [{"path": action.path, "sha256": digest} for action, digest in added]
    properties = CommitProperties(custom_metadata={**facts, PARTS: named, REMOVED: str(len(gone))}, max_commit_retries=0)
    table.create_write_transaction([*(action for action, _ in added), *gone], "append", ARROW, commit_properties=properties)


def _has_days(part: Part, first: pd.Timestamp, last: pd.Timestamp) -> bool:
    """Whether a file may have a row of these days; True for a file that does not say which days it has."""
    lowest, highest = ((part.get(bound) or {}).get(schema.DATE) for bound in ("min", "max"))
    return lowest is None or highest is None or (lowest <= last.date() and first.date() <= highest)


def _settled(rows: pa.Table, first: pd.Timestamp) -> tuple[pa.Table, pa.Table]:
    """Rows from a day on, and those before it if they are many and the most; else all rows, and none."""
    old = compute.less(rows.column(schema.DATE), pa.scalar(first.date(), pa.date32()))
    if compute.sum(old, min_count=0).as_py() < max(SETTLED_ROWS, len(rows) // 2):
        return rows, rows.slice(0, 0)
    return rows.filter(compute.invert(old)), rows.filter(old)


def _files(rows: pa.Table) -> list[pa.Table]:
    """Rows as they are divided into files, each in order."""
    ordered = _in_order(rows)
    return [ordered.slice(start, MAX_ROWS) for start in range(0, len(ordered), MAX_ROWS)]


def _write(folder: Path, rows: pa.Table, written: list[Path], *, change: bool) -> tuple[AddAction, str]:
    """Writes a file; what adds it to the table, and its sha256, which is taken before the bytes reach the disk."""
    content = _packed(rows)
    path = folder / f"part-00000-{uuid.uuid4()}-c000.zstd.parquet"
    written.append(path)
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


def _in_order(rows: pa.Table) -> pa.Table:
    of_rows = keys(rows)
    codes = row_keys.row_codes(row_keys.series_codes([of_rows]), [row_keys.days(of_rows)])[0]
    return rows if row_keys.is_increasing(codes) else rows.take(np.argsort(codes, kind="stable"))


def _has_any(rows: pa.Table, changed: pd.DataFrame) -> np.ndarray:
    """For each row whether its keys and day are those of any of `changed`, shape (rows,)."""
    of_rows = keys(rows)
    saved, sought = row_keys.row_codes(row_keys.series_codes([of_rows, changed]), [row_keys.days(of_rows), row_keys.days(changed)])
    return np.isin(saved, sought)


def keys(rows: pa.Table) -> pd.DataFrame:
    """Key columns and day of rows."""
    days = rows.column(schema.DATE).cast(pa.timestamp("us"))  # a day as it is would become an object of Python
    named: pd.DataFrame = rows.select([*schema.KEYS]).append_column(schema.DATE, days).to_pandas()
    return named
