"""Summaries of the files of the sales table, each in a file of its own beside them.

One that is missing, damaged or of another form is made of its file's rows again: nothing depends on it but time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pyarrow as pa

from forecasting.core import schema
from forecasting.core.plausibility.past import TOPS, Values
from forecasting.storage import reading
from forecasting.storage.sales.summary import Days, Months, Summary

FOLDER: Final = "_summaries"
"""Beside the log; what begins with `_` the library leaves alone."""
SUFFIX: Final = ".arrow"
ALL: Final = f"all{SUFFIX}"
"""The summary of several files together, those of the newest sales when somebody last asked."""
FORM: Final = b"1"
"""Of what the columns mean."""
_DIGITS: Final = 64


def location(table: Path, part: str) -> Path:
    """Where the summary of a file lies, by the path of that file inside the table."""
    return table / FOLDER / f"{Path(unquote(part)).stem}{SUFFIX}"


def load(path: Path) -> Summary | None:
    """A summary; None where there is none, or none that is whole. Raises StorageUnavailable."""
    found = load_named(path)
    return None if found is None else found[1]


def load_named(path: Path) -> tuple[frozenset[str], Summary] | None:
    """The files that a summary is of, where it names them, and the summary; None as with `load`."""
    try:
        content = reading.content(path)
    except OSError:
        return None
    head, body = content[:_DIGITS], memoryview(content)[_DIGITS:]
    return _unpacked(body) if head == hashlib.sha256(body).hexdigest().encode() else None


def packed(summary: Summary, files: Iterable[str] = ()) -> bytes:
    """The bytes of a summary, after their sha256: the same for the same rows; with the names of the files that it is of, where they are several."""
    row, sink = as_row(summary), pa.BufferOutputStream()
    described = row.schema.with_metadata({"form": FORM, "files": json.dumps(sorted(files))})
    with pa.ipc.new_file(sink, described, options=pa.ipc.IpcWriteOptions(compression="zstd")) as file:
        file.write_table(row.replace_schema_metadata(described.metadata))
    body: bytes = sink.getvalue().to_pybytes()
    return hashlib.sha256(body).hexdigest().encode() + body


def as_row(summary: Summary) -> pa.Table:
    """A summary as one row, each of whose cells is a list."""
    texts: dict[str, Any] = {**{name: summary.keys[name] for name in schema.KEYS}, "category": summary.category, "columns": summary.columns}
    columns: dict[str, pa.Array] = {name: _array_of_texts(values) for name, values in texts.items()}
    columns |= {name: pa.array(values) for name, values in _numbers(summary).items()}
    return pa.table({name: pa.LargeListArray.from_arrays(pa.array([0, len(values)], pa.int64()), values) for name, values in columns.items()})


def _array_of_texts(values: Any) -> pa.Array:
    cells = pa.array(values, pa.large_string(), from_pandas=True)
    return pa.concat_arrays([*cells.chunks, pa.array([], pa.large_string())]) if isinstance(cells, pa.ChunkedArray) else cells


def agree(one: Summary, other: Summary) -> bool:
    """Whether two summaries say the same, up to the order in which the sums of a day were added up."""
    rows = [as_row(each) for each in (one, other)]
    sums = [f"day_{name}" for name in ("sales", "money", "unpriced")]
    same = rows[0].drop_columns(sums).equals(rows[1].drop_columns(sums))
    return same and all(np.allclose(getattr(one.days, name), getattr(other.days, name), rtol=1e-12) for name in ("sales", "money", "unpriced"))


def names(table: Path) -> list[str]:
    """The names of all summaries of a table, without drafts, which readers write at any time."""
    return [name for name in reading.names(table / FOLDER) if not name.startswith(".")]


def tidy(table: Path) -> None:
    """Deletes the summaries of files that are gone; nobody else may be changing the sales."""
    there = {name.removesuffix(".parquet") for name in reading.names(table)}
    for name in reading.names(table / FOLDER):
        if name.removesuffix(SUFFIX) not in there and name != ALL:
            (table / FOLDER / name).unlink(missing_ok=True)


def _numbers(summary: Summary) -> dict[str, np.ndarray]:
    numbers = {"first": summary.first, "last": summary.last, "counts": summary.counts, "category_day": summary.category_day}
    narrow = {name: values.astype(np.int32) for name, values in numbers.items()}
    tops = {f"top_{rank}": summary.tops[rank] for rank in range(TOPS)}
    places, months, bits = summary.months
    by_month = {"month_places": places.astype(np.int32), "months": months.astype(np.int32), "month_days": bits}
    values = {f"value_{name}": getattr(summary.values, name).astype(np.int32) for name in Values.__slots__}
    by_day = {f"day_{name}": sums for name, sums in zip(Days._fields, summary.days, strict=True)}
    return narrow | tops | by_month | values | by_day


def _unpacked(body: memoryview) -> tuple[frozenset[str], Summary] | None:
    file = pa.ipc.open_file(pa.py_buffer(body))
    facts = file.schema.metadata or {}
    return (frozenset(json.loads(facts[b"files"])), _of_row(file.read_all())) if facts.get(b"form") == FORM else None


def _of_row(row: pa.Table) -> Summary:
    lists = {name: row.column(name).chunk(0).values for name in row.column_names}
    numbers = {name: values.to_numpy() for name, values in lists.items() if not pa.types.is_large_string(values.type)}
    whole = {name: numbers[name].astype(np.int64) for name in ("first", "last", "counts", "category_day", "month_places", "months")}
    values = [numbers[f"value_{name}"].astype(np.int64) for name in Values.__slots__]
    return Summary(
        tuple(lists["columns"].to_pylist()),
        pd.DataFrame({name: lists[name].to_pandas() for name in schema.KEYS}),
        whole["first"],
        whole["last"],
        whole["counts"],
        np.stack([numbers[f"top_{rank}"] for rank in range(TOPS)]),
        lists["category"].to_pandas(),
        whole["category_day"],
        Months(whole["month_places"], whole["months"], numbers["month_days"]),
        Values(*values),
        Days(*(numbers[f"day_{name}"] for name in Days._fields)),
    )
