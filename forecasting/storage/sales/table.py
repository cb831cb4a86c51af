"""The saved sales: a Delta table in which every merge is a version, and an undo is one too."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import reduce
from operator import and_
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable
from deltalake.exceptions import CommitFailedError
from pyarrow import dataset

from forecasting.core import row_keys, schema, system_errors
from forecasting.core.errors import InputError, NotFound, ShelfcastError, TryAgain
from forecasting.storage import disk_full
from forecasting.storage.locks import exclusive
from forecasting.storage.sales import commits, damage, kept_versions, log, parts, upload_files
from forecasting.storage.sales.changes import Change, compare
from forecasting.storage.sales.daily import daily
from forecasting.storage.sales.lineage import Lineage, lineage
from forecasting.storage.sales.merge import Merge
from forecasting.storage.sales.uploads import (
    REPLACED,
    STANDING,
    STARTED_OVER,
    UNDO,
    Kind,
    Upload,
    compositions,
    standing_uploads,
    started_over,
    uploads_in,
)
from forecasting.storage.workspace import Workspace

__all__ = ["Dataset", "Merge", "Upload"]

FOREVER: Final = "interval 36500 days"
CONFIGURATION: Final = {
    "delta.logRetentionDuration": FOREVER,
    "delta.deletedFileRetentionDuration": FOREVER,
    "delta.enableExpiredLogCleanup": "false",
}
"""Settings of the table by which no library deletes a version: `compaction` knows which ones are needed."""
MARK: Final = "mark"
"""Key of a commit's metadata with a text of its own, by which it is recognised once it has landed."""

EVERYTHING: Final[Mapping[str, str]] = {}
"""Key values that choose all rows."""


class Dataset:
    """The sales of a workspace. Every method that reads them raises SalesDamaged if a file of the table is missing or
    damaged, StorageUnavailable if it cannot be read now.

    Args:
        workspace: The workspace.
        timeout: Seconds to wait until somebody else's change has ended, at least 0.
    """

    def __init__(self, workspace: Workspace, *, timeout: float = 30.0) -> None:
        self.workspace = workspace
        self.timeout = timeout

    @property
    def version(self) -> int | None:
        """The newest version that an upload or an undo made; None while there are no sales."""
        with self._named():
            table = self._table()
            return None if table is None or not table.file_uris() else self._rows_of(table)

    def rows(self) -> int:
        """Rows of the newest version."""
        with self._named():
            table = self._table()
            return 0 if table is None else int(table.count())

    def read(self, version: int | None = None) -> pd.DataFrame:
        """The sales of a version, the newest for None.

        Returns:
            `date`, `sales` and the other columns of `schema.COLUMNS` that have any value, one row per key and day, sorted by them.

        Raises:
            NotFound: There is no such version.
        """
        with self._named(version):
            return _read(self._table(version), self.workspace.sales)

    def rows_of(self, keys: Mapping[str, str], version: int) -> pd.DataFrame:
        """The rows of a version that have these key values, as `read` gives them; raises NotFound if there is no such version."""
        with self._named(version):
            return _read(self._table(version), self.workspace.sales, keys)

    def days(self) -> np.ndarray:
        """The days that have sales, ascending, each once, shape (n,) of `datetime64[D]`; none of the sample, which other sales replace."""
        with self._named():
            table = self._table()
            if table is None or not table.file_uris() or _holds_only_sample(table):
                return np.empty(0, "datetime64[D]")
            damage.check_parts(self.workspace.sales, table)
            rows = table.to_pyarrow_table(columns=list(schema.REQUIRED))
            sold = rows.column(schema.DATE).filter(rows.column(schema.SALES).is_valid())
            return np.sort(sold.unique().to_numpy(zero_copy_only=False).astype("datetime64[D]"))

    def preview(self, sales: pd.DataFrame, *, kind: Kind = "upload") -> Change:
        """The change that `merge` would make now.

        Raises:
            InputError: The keys of the sales do not fit those that are saved.
        """
        with self._named():
            return self._compare(self._table(), sales, kind)

    def merge(self, sales: pd.DataFrame, upload: Upload) -> Merge:
        """Saves an upload in one step: new rows are added, later values replace saved ones, an empty cell leaves the saved value.

        An upload that changes nothing makes no version, but puts its kept bytes right where they are damaged. Readers see the sales before
        the merge or after it.

        Args:
            sales: The sales of an `Intake`.
            upload: The file that the sales are from.

        Raises:
            InputError: The keys of the sales do not fit those that are saved.
            TryAgain: Somebody else is changing the sales; nothing was saved.
            DiskFull: Nothing was saved.
        """
        with disk_full.disk_full_as_error(f"the upload {upload.name}"), self._alone():
            table = self._table() or self._create()
            change = self._compare(table, sales, upload.kind)
            version = self._rows_of(table) if table.file_uris() else None
            if not change.is_empty:
                version = table.version() + 1
                with upload_files.saved(self.workspace.uploads, upload):
                    self._commit(table, change, upload)
            elif any(known.sha256 == upload.sha256 for known in uploads_in(_commits(table))):
                upload_files.heal(self.workspace.uploads, upload)
            return Merge(
                version,
                **change.counts(),
                replaced_sample=change.replaces_sample,
                period=change.period,
                mixed=change.mixed,
                notes=change.notes,
            )

    def history(self) -> list[Upload]:
        """All uploads, newest first; `undone` marks the ones that were taken back."""
        with self._named():
            table = self._table()
            return [] if table is None else uploads_in(_commits(table))

    def since_start(self) -> list[Upload]:
        """The uploads since the shop was last started over, newest first."""
        with self._named():
            table = self._table()
            known = [] if table is None else _commits(table)
            first = started_over(known)
            return [upload for upload in uploads_in(known) if int(upload.version or 0) > first]

    def lineage(self) -> Lineage:
        """Which uploads each version consists of."""
        with self._named():
            table = self._table()
            return lineage([] if table is None else _commits(table))

    def daily(self, version: int | None = None) -> pd.DataFrame:
        """The sales of a version (the newest for None) added up over all series, without reading more than they need.

        Returns:
            Index `date` (days with sales, in order); `sales` (units), `money` (units times price) and `unpriced` (units without a price).

        Raises:
            NotFound: There is no such version.
        """
        with self._named(version):
            table = self._table(version)
            if table is not None:
                damage.check_parts(self.workspace.sales, table)
            return daily(table)

    def undo(self, version: int | None = None) -> Upload:
        """Takes back the last upload that still counts, as a version of its own, and returns it.

        Args:
            version: The upload that has to be the last one; None for any.

        Raises:
            InputError: There is none.
            TryAgain: Somebody else is changing the sales; nothing was changed.
            DiskFull: Nothing was changed.
        """
        with disk_full.disk_full_as_error("the step back to before the last upload"), self._alone():
            table = self._table()
            known = [] if table is None else _commits(table)
            standing = standing_uploads(known)
            if table is None or not standing:
                raise InputError("There is no upload to take back.")
            if version is not None and version != standing[0]:
                raise TryAgain("Somebody else changed the sales meanwhile. Nothing was taken back; look again.")
            last = next(upload for upload in uploads_in(known) if upload.version == standing[0])
            target = self._without(last, known)
            mark = secrets.token_hex(8)
            facts = {"kind": UNDO, "target": str(target), MARK: mark}
            with commits.landing_commit(self.workspace.sales, table.version() + 1, mark), self._named(target):
                table.restore(target, commit_properties=CommitProperties(custom_metadata=facts, max_commit_retries=0))
            return replace(last, undone=True)

    def take_out(self, taken: Upload, rows: pd.DataFrame, *, at: int, standing: Sequence[int], without_sample: bool = False) -> Upload:
        """Saves the sales without an upload that is not the last one, as a version of its own, and returns the upload.

        Args:
            taken: The upload.
            rows: All rows of the sales without it.
            at: The newest version of the sales that they were worked out from.
            standing: The versions of the uploads that are left, oldest first.
            without_sample: Whether the rows have none of a sample that is among these.

        Raises:
            TryAgain: Somebody else is changing the sales, or has changed them since; nothing was changed.
            DiskFull: Nothing was changed.
        """
        facts = {"target": str(min(at, int(taken.version or 0) - 1)), STANDING: " ".join(map(str, standing)), REPLACED: str(int(without_sample))}
        with disk_full.disk_full_as_error("the step back to before an upload"), self._alone():
            self._swap_all(rows, facts, at)
            return replace(taken, undone=True)

    def clear(self, *, at: int | None) -> None:
        """Saves that there are no sales, as a version of its own, with which a new shop begins; raises what `take_out` raises."""
        if at is None:
            return
        with disk_full.disk_full_as_error("the empty sales"), self._alone():
            self._swap_all(self.read().iloc[:0], {"target": "0", STANDING: "", STARTED_OVER: "1"}, at)

    def _swap_all(self, rows: pd.DataFrame, facts: Mapping[str, str], at: int) -> None:
        """Commits a step back to these rows; nobody else may be changing the sales, nor have changed them since version `at`."""
        table = self._table()
        if table is None or self._rows_of(table) != at:
            raise TryAgain("Somebody else changed the sales meanwhile. Nothing was taken back; look again.")
        mark, folder = secrets.token_hex(8), self.workspace.sales
        with commits.landing_commit(folder, table.version() + 1, mark) as written:
            parts.commit(table, folder, parts.Swap(parts.arrow(rows), parts.active(table)), {"kind": UNDO, **facts, MARK: mark}, written)

    def _table(self, version: int | None = None) -> DeltaTable | None:
        path = self.workspace.sales
        newest = log.newest(path)
        if newest < 0:
            damage.check_lost(path)
            if version is not None:
                raise NotFound(f"There is no sales version {version}: there are no sales yet.")
            return None
        if version is not None and not 0 <= version <= newest:
            raise NotFound(f"There is no sales version {version}. The newest one is {newest}.")
        version = None if version is None else kept_versions.readable(path, version)
        damage.check(path, newest if version is None else version)
        return DeltaTable(str(path), version=version)

    def _without(self, upload: Upload, known: Sequence[Mapping[str, Any]]) -> int:
        """The version to go back to in order to take the last upload back; raises InputError if it is no longer kept."""
        parts_of = compositions(known)
        wanted = parts_of[max(parts_of)][:-1]
        same = kept_versions.still_readable(self.workspace.sales, [version for version, composition in parts_of.items() if composition == wanted])
        if not same:
            raise InputError(
                f"{upload.name} was uploaded too long ago to be taken back: the sales as they were before it are no longer kept, to save space."
                " FORECASTING_KEEP_UPLOADS says how many uploads can be taken back. Upload a file that corrects it instead."
            )
        return same[-1]

    def _rows_of(self, table: DeltaTable) -> int:
        return kept_versions.made_its_rows(self.workspace.sales, int(table.version()))

    def _compare(self, table: DeltaTable | None, sales: pd.DataFrame, kind: Kind) -> Change:
        if table is None or not table.file_uris():
            return compare(_read(None, self.workspace.sales), sales)
        return compare(_read(table, self.workspace.sales), sales, only_sample=kind == "upload" and _holds_only_sample(table))

    def _create(self) -> DeltaTable:
        """Creates the empty table, version 0, to which an undo of the first upload goes back."""
        self.workspace.sales.mkdir(parents=True, exist_ok=True)
        properties = CommitProperties(custom_metadata={"kind": "created"})
        return DeltaTable.create(str(self.workspace.sales), schema=parts.ARROW, configuration=dict(CONFIGURATION), commit_properties=properties)

    def _commit(self, table: DeltaTable, change: Change, upload: Upload) -> None:
        """Commits a change as one transaction; fails if the table is no longer at the version that was compared."""
        mark = secrets.token_hex(8)
        facts: dict[str, Any] = {**upload.metadata(change.counts()), MARK: mark, REPLACED: str(int(change.replaces_sample))}
        folder = self.workspace.sales
        with commits.landing_commit(folder, table.version() + 1, mark) as written:
            _write(table, folder, change, facts, written)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with exclusive(self.workspace.sales.with_name("sales.lock"), timeout=self.timeout), self._named(), _optimistic():
            yield

    @contextmanager
    def _named(self, version: int | None = None) -> Iterator[None]:
        """Turns a library's error into one that names the file that is damaged or cannot be read now, and what to do."""
        try:
            yield
        except ShelfcastError:
            raise
        except Exception as error:
            if system_errors.takes_no_bytes(error):
                raise
            path = self.workspace.sales
            version = None if version is None else kept_versions.readable(path, version)
            fault = damage.find_damage(path, version) or system_errors.named(error, path) or damage.misread(error)
            if fault is None:
                raise
            raise fault from error


@contextmanager
def _optimistic() -> Iterator[None]:
    """Turns Delta's refusal, after another program wrote to the table meanwhile, into an error for a person."""
    try:
        yield
    except CommitFailedError as error:
        raise TryAgain("Somebody else changed the sales at this moment. Nothing of this change was saved; try again.") from error


def _holds_only_sample(table: DeltaTable) -> bool:
    return {upload.kind for upload in uploads_in(_commits(table)) if not upload.undone} == {"sample"}


def _read(table: DeltaTable | None, folder: Path, keys: Mapping[str, str] = EVERYTHING) -> pd.DataFrame:
    if table is None:
        return pd.DataFrame({schema.DATE: pd.Series(dtype="datetime64[us]"), schema.SALES: pd.Series(dtype="float64")})
    damage.check_parts(folder, table)
    arrow = _with_keys(table, keys) if keys else table.to_pyarrow_table()
    columns = [name for name in schema.COLUMNS if name in schema.REQUIRED or arrow.column(name).null_count < len(arrow)]
    days = arrow.column(schema.DATE).cast(pa.timestamp("us"))
    frame = arrow.select(columns).set_column(columns.index(schema.DATE), schema.DATE, days).to_pandas()
    return row_keys.in_order(frame.astype({name: "str" for name in parts.TEXTS if name in columns}))


def _with_keys(table: DeltaTable, keys: Mapping[str, str]) -> pa.Table:
    """The rows with these key values, from the table's files themselves: delta-rs finds no rows by a column of which its log has no statistics."""
    wanted = [dataset.field(name) == value for name, value in keys.items()]
    return dataset.dataset(table.file_uris(), schema=parts.ARROW).to_table(filter=reduce(and_, wanted))


def _commits(table: DeltaTable) -> list[dict[str, Any]]:
    """All commits, newest first by their version, whatever the clock said; raises LookupError if the log has lost one."""
    known = sorted(table.history(), key=lambda commit: int(commit["version"]), reverse=True)
    if len(known) <= table.version():
        raise LookupError(f"Of {table.version() + 1} commits the log knows {len(known)}.")
    return known


def _write(table: DeltaTable, folder: Path, change: Change, facts: Mapping[str, Any], written: list[Path]) -> None:
    parts.commit(table, folder, parts.swap_for(change, folder, parts.active(table)), facts, written)
