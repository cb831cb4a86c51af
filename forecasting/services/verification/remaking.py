"""Damaged data files of the sales, made anew from what else tells their rows; only where the sha256 proves that they are the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from forecasting.core import row_keys
from forecasting.core.errors import ShelfcastError
from forecasting.intake import reader, sales_file
from forecasting.intake.answers import Answers
from forecasting.storage.aside import replace
from forecasting.storage.sales import damage, log, parts, replay, upload_files
from forecasting.storage.sales.changes import compare
from forecasting.storage.sales.saved import Saved
from forecasting.storage.sales.swaps import swap_for
from forecasting.storage.sales.table import Dataset
from forecasting.storage.sales.uploads import Upload
from forecasting.storage.versions import sales_snapshot
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace


def remake(ws: Workspace, path: str) -> str:
    """Writes a data file anew, and says from what; nobody else may be changing the sales. Raises ShelfcastError if nothing tells its rows."""
    sha256 = damage.hashes_until(ws.sales, log.newest(ws.sales)).get(path)
    for source, content in _candidates(ws, path) if sha256 else ():
        if hashlib.sha256(content).hexdigest() == sha256:
            replace(ws, parts.location(ws.sales, {"path": path}), content)
            return f"data/sales/{path} was written anew from {source}; it has the sha256 that its commit gave it."
    raise ShelfcastError(f"Nothing that is kept tells the rows of data/sales/{path}.")


def _candidates(ws: Workspace, path: str) -> Iterator[tuple[str, bytes]]:
    """What the bytes of a file may have been, and what says so."""
    states = replay.contents(ws.sales, log.newest(ws.sales))
    yield from _from_versions(ws, path, states)
    yield from _from_upload(ws, path, states)


def _from_versions(ws: Workspace, path: str, states: list[Mapping[str, int]]) -> Iterator[tuple[str, bytes]]:
    """The rows that a model version learned, without those of the other files of that sales version."""
    store = Versions(ws.versions)
    for number in reversed(store.numbers()):
        try:
            folder = store.folder(number)
        except ShelfcastError:
            continue
        learned = store.manifest(number)["sales_version"]
        if (folder / sales_snapshot.NAME).exists() and learned < len(states) and path in states[learned]:
            rows = parts.arrow(parquet.ParquetFile(folder / sales_snapshot.NAME).read().to_pandas())
            others = _whole(ws, states[learned], without=path)
            if others is not None:
                yield from ((f"the sales of version {number}", content) for content in parts.contents(parts.Swap(_without(rows, others))))


def _whole(ws: Workspace, state: Mapping[str, int], *, without: str) -> pa.Table | None:
    """The rows of all files of a sales version but one; None if another one is damaged too."""
    hashes = damage.hashes_until(ws.sales, log.newest(ws.sales))
    tables = [parts.ARROW.empty_table()]
    for path in state.keys() - {without}:
        where = parts.location(ws.sales, {"path": path})
        if damage.part_fault(where, state[path], hashes.get(path, "")):
            return None
        tables.append(parquet.read_table(where, schema=parts.ARROW))
    return pa.concat_tables(tables)


def _without(rows: pa.Table, others: pa.Table) -> pa.Table:
    """The rows whose keys and day none of `others` has."""
    keys = [parts.keys(each) for each in (rows, others)]
    codes = row_keys.row_codes(row_keys.series_codes(keys), [row_keys.days(each) for each in keys])
    return rows.filter(pa.array(~np.isin(codes[0], codes[1])))


def _from_upload(ws: Workspace, path: str, states: list[Mapping[str, int]]) -> Iterator[tuple[str, bytes]]:
    """What the merge of the file's upload writes if it is done again, as long as the file needs no answers of a person."""
    version = next((number for number, state in enumerate(states) if path in state), 0)
    upload = Dataset(ws).lineage().uploads.get(version)
    if upload is None or upload_files.fault_of(ws.uploads, upload.sha256):
        return
    try:
        swap = _merged_again(ws, upload, version, states[version - 1])
    except ShelfcastError:
        return
    yield from ((f"the upload {upload.name}", content) for content in parts.contents(swap))


def _merged_again(ws: Workspace, upload: Upload, version: int, before: Mapping[str, int]) -> parts.Swap:
    content = upload_files.location(ws.uploads, upload.sha256).read_bytes()
    table = reader.read_table(content, upload.name, Answers())
    checked = sales_file.check(table, sales_file.guess_mapping(table), Answers(), today=upload.when.date())
    sales = checked.accept(drop_problems=bool(upload.dropped), again=True)
    change = compare(Saved.of(Dataset(ws).read(version - 1)), sales, only_sample=upload.replaced_sample, anew=upload.replaced_sample)
    return swap_for(change, ws.sales, [{"path": path, "size_bytes": size} for path, size in before.items()])
