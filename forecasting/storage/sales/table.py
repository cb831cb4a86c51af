"""The saved sales: a Delta table in which every merge is a version, and an undo is one too."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import and_
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable
from pyarrow import dataset

from forecasting.core import schema
from forecasting.storage import disk_full
from forecasting.storage.sales import commits, damage, parts, steps_back, upload_files
from forecasting.storage.sales.changes import Change, compare
from forecasting.storage.sales.daily import daily
from forecasting.storage.sales.lineage import Lineage, lineage
from forecasting.storage.sales.merge import Merge
from forecasting.storage.sales.saved import Saved, framed
from forecasting.storage.sales.swaps import swap_for
from forecasting.storage.sales.table_folder import TableFolder, commits_of
from forecasting.storage.sales.uploads import REPLACED, Kind, Upload, started_over, uploads_in
from forecasting.storage.workspace import Workspace

__all__ = ["Dataset", "Merge", "Upload"]

FOREVER: Final = "interval 36500 days"
CONFIGURATION: Final = {
    "delta.logRetentionDuration": FOREVER,
    "delta.deletedFileRetentionDuration": FOREVER,
    "delta.enableExpiredLogCleanup": "false",
}
"""Settings of the table by which no library deletes a version: `compaction` knows which ones are needed."""
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
        self._folder = TableFolder(workspace.sales, timeout)

    @property
    def version(self) -> int | None:
        """The newest version that an upload or an undo made; None while there are no sales."""
        with self._folder.named():
            table = self._folder.table()
            return None if table is None or not table.file_uris() else self._folder.version_of(table)

    def rows(self) -> int:
        """Rows of the newest version."""
        with self._folder.named():
            table = self._folder.table()
            return 0 if table is None else int(table.count())

    def read(self, version: int | None = None) -> pd.DataFrame:
        """The sales of a version, the newest for None.

        Returns:
            `date`, `sales` and the other columns of `schema.COLUMNS` that have any value, one row per key and day, sorted by them.

        Raises:
            NotFound: There is no such version.
        """
        with self._folder.named(version):
            return _read(self._folder.table(version), self.workspace.sales)

    def rows_of(self, keys: Mapping[str, str], version: int) -> pd.DataFrame:
        """The rows of a version that have these key values, as `read` gives them; raises NotFound if there is no such version."""
        with self._folder.named(version):
            return _read(self._folder.table(version), self.workspace.sales, keys)

    def days(self) -> np.ndarray:
        """The days that have sales, ascending, each once, shape (n,) of `datetime64[D]`; none of the sample, which other sales replace."""
        with self._folder.named():
            table = self._folder.table()
            if table is None or not table.file_uris() or _holds_only_sample(table):
                return np.empty(0, "datetime64[D]")
            return self._saved(table).summary.sold_days()

    def saved(self, version: int) -> Saved:
        """The sales of a version as `changes.compare` takes them; raises NotFound if there is no such version."""
        with self._folder.named(version):
            table = self._folder.table(version)
            return Saved.of(_read(None, self.workspace.sales)) if table is None or not table.file_uris() else self._saved(table)

    def preview(self, sales: pd.DataFrame, *, kind: Kind = "upload", anew: bool = False) -> Change:
        """The change that `merge` would make now.

        Raises:
            KeysDiffer: The keys of the sales do not fit those that are saved, and `anew` does not put these aside.
        """
        with self._folder.named():
            return self._compare(self._folder.table(), sales, kind, anew=anew)

    def merge(self, sales: pd.DataFrame, upload: Upload, *, anew: bool = False, consent: Callable[[Change], None] = lambda _: None) -> Merge:
        """Saves an upload in one step: new rows are added, later values replace saved ones, an empty cell leaves the saved value.

        An upload that changes nothing makes no version, but puts its kept bytes right where they are damaged. Readers see the sales before
        the merge or after it.

        Args:
            sales: The sales of an `Intake`.
            upload: The file that the sales are from.
            anew: Whether saved sales that other key columns tell apart are put aside, until the upload is taken back.
            consent: Told what would change before anything does; what it raises ends the merge.

        Raises:
            KeysDiffer: The keys of the sales do not fit those that are saved, and `anew` does not put these aside.
            TryAgain: Somebody else is changing the sales; nothing was saved.
            DiskFull: Nothing was saved.
        """
        with disk_full.disk_full_as_error(f"the upload {upload.name}"), self._folder.alone():
            table = self._folder.table() or self._create()
            change = self._compare(table, sales, upload.kind, anew=anew)
            consent(change)
            version = self._folder.version_of(table) if table.file_uris() else None
            if not change.is_empty:
                version = table.version() + 1
                with upload_files.saved(self.workspace.uploads, upload):
                    self._commit(table, change, upload)
            elif any(known.sha256 == upload.sha256 for known in uploads_in(commits_of(table))):
                upload_files.heal(self.workspace.uploads, upload)
            return Merge(
                version,
                **change.counts(),
                replaced_sample=change.replaces_sample,
                started_anew=change.starts_anew,
                period=change.period,
                mixed=change.mixed,
                notes=change.notes,
            )

    def history(self) -> list[Upload]:
        """All uploads, newest first; `undone` marks the ones that were taken back."""
        with self._folder.named():
            table = self._folder.table()
            return [] if table is None else uploads_in(commits_of(table))

    def since_start(self) -> list[Upload]:
        """The uploads since the shop was last started over, newest first."""
        with self._folder.named():
            table = self._folder.table()
            known = [] if table is None else commits_of(table)
            first = started_over(known)
            return [upload for upload in uploads_in(known) if int(upload.version or 0) > first]

    def lineage(self) -> Lineage:
        """Which uploads each version consists of."""
        with self._folder.named():
            table = self._folder.table()
            return lineage([] if table is None else commits_of(table))

    def daily(self, version: int | None = None) -> pd.DataFrame:
        """The sales of a version (the newest for None) added up over all series.

        Returns:
            Index `date` (days with sales, in order); `sales` (units), `money` (units times price) and `unpriced` (units without a price).

        Raises:
            NotFound: There is no such version.
        """
        with self._folder.named(version):
            table = self._folder.table(version)
            return daily(None if table is None or not table.file_uris() else self._saved(table).summary.days)

    def undo(self, version: int | None = None) -> Upload:
        """Takes back the last upload that still counts, as a version of its own; see `steps_back.undo`."""
        return steps_back.undo(self._folder, version)

    def take_out(self, taken: Upload, rows: pd.DataFrame, *, at: int, standing: Sequence[int], without_sample: bool = False) -> Upload:
        """Saves the sales without an upload that is not the last one, as a version of its own; see `steps_back.take_out`."""
        return steps_back.take_out(self._folder, taken, rows, at=at, standing=standing, without_sample=without_sample)

    def clear(self, *, at: int | None) -> None:
        """Saves that there are no sales, as a version of its own, where there were some at version `at`; see `steps_back.clear`."""
        if at is not None:
            steps_back.clear(self._folder, self.read().iloc[:0], at=at)

    def _saved(self, table: DeltaTable) -> Saved:
        """The sales of an open table, of which no file is damaged."""
        damage.check_parts(self.workspace.sales, table)
        return Saved.of_table(table, self.workspace.sales)

    def _compare(self, table: DeltaTable | None, sales: pd.DataFrame, kind: Kind, *, anew: bool) -> Change:
        if table is None or not table.file_uris():
            return compare(Saved.of(_read(None, self.workspace.sales)), sales, look=kind == "upload")
        only_sample = kind == "upload" and _holds_only_sample(table)
        return compare(self._saved(table), sales, only_sample=only_sample, anew=anew, look=kind == "upload")

    def _create(self) -> DeltaTable:
        """Creates the empty table, version 0, to which an undo of the first upload goes back."""
        self.workspace.sales.mkdir(parents=True, exist_ok=True)
        properties = CommitProperties(custom_metadata={"kind": "created"})
        return DeltaTable.create(str(self.workspace.sales), schema=parts.ARROW, configuration=dict(CONFIGURATION), commit_properties=properties)

    def _commit(self, table: DeltaTable, change: Change, upload: Upload) -> None:
        """Commits a change as one transaction; fails if the table is no longer at the version that was compared."""
        mark = secrets.token_hex(8)
        facts: dict[str, Any] = {**upload.metadata(change.counts()), commits.MARK: mark, REPLACED: str(int(change.puts_aside))}
        folder = self.workspace.sales
        with commits.landing_commit(folder, table.version() + 1, mark) as written:
            _write(table, folder, change, facts, written)


def _holds_only_sample(table: DeltaTable) -> bool:
    return {upload.kind for upload in uploads_in(commits_of(table)) if not upload.undone} == {"sample"}


def _read(table: DeltaTable | None, folder: Path, keys: Mapping[str, str] = EVERYTHING) -> pd.DataFrame:
    if table is None:
        return pd.DataFrame({schema.DATE: pd.Series(dtype="datetime64[us]"), schema.SALES: pd.Series(dtype="float64")})
    damage.check_parts(folder, table)
    arrow = _with_keys(table, folder, keys) if keys else table.to_pyarrow_table()
    frame = framed(arrow, [name for name in schema.COLUMNS if name in schema.REQUIRED or arrow.column(name).null_count < len(arrow)])
    return frame.astype({name: "str" for name in parts.TEXTS if name in frame})


def _locations(table: DeltaTable, folder: Path) -> list[str]:
    """Where the table's files lie: its own addresses of them have the signs of a folder's name escaped."""
    return [str(parts.location(folder, part)) for part in parts.active(table)]


def _with_keys(table: DeltaTable, folder: Path, keys: Mapping[str, str]) -> pa.Table:
    """The rows with these key values, from the table's files themselves: delta-rs finds no rows by a column of which its log has no statistics."""
    wanted = [dataset.field(name) == value for name, value in keys.items()]
    return dataset.dataset(_locations(table, folder), schema=parts.ARROW).to_table(filter=reduce(and_, wanted))


def _write(table: DeltaTable, folder: Path, change: Change, facts: Mapping[str, Any], written: list[Path]) -> None:
    parts.commit(table, folder, swap_for(change, folder, parts.active(table)), facts, written)
