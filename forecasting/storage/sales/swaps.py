"""What a change writes into the sales table, and in place of which of its files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import compute, parquet

from forecasting.core import row_keys, schema
from forecasting.storage.sales.changes import Change
from forecasting.storage.sales.parts import ARROW, Part, Swap, arrow, keys, location

OPEN_DAYS: Final = 28
"""Days before the first corrected one whose rows count as likely to be corrected next."""
SETTLED_ROWS: Final = 10_000
"""Rows that are worth a file of their own, at least."""


def swap_for(change: Change, folder: Path, parts: Sequence[Part]) -> Swap:
    """What a change writes, and in place of which of the active files of a table."""
    rows = arrow(change.rows)
    if change.puts_aside:
        return Swap(rows, parts)
    return _update(folder, parts, change.changed, rows) if len(change.changed) else Swap(rows)


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


def _has_any(rows: pa.Table, changed: pd.DataFrame) -> np.ndarray:
    """For each row whether its keys and day are those of any of `changed`, shape (rows,)."""
    of_rows = keys(rows)
    saved, sought = row_keys.row_codes(row_keys.series_codes([of_rows, changed]), [row_keys.days(of_rows), row_keys.days(changed)])
    return np.isin(saved, sought)
