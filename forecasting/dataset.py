"""The saved sales: a Delta table in which every merge is a version, and an undo is one too."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, write_deltalake
from deltalake.exceptions import CommitFailedError

from forecasting import keys, schema, words
from forecasting.atomic import sync
from forecasting.change import Change, compare
from forecasting.errors import InputError, NotFound, TryAgain
from forecasting.locks import exclusive
from forecasting.period import DAY, Period
from forecasting.uploads import UNDO, Kind, Upload, effective, remembered
from forecasting.workspace import Workspace

__all__ = ["Dataset", "Merge", "Upload"]

TEXTS: Final = (*schema.KEYS, *schema.ATTRIBUTES)
ARROW: Final = pa.schema([(name, pa.date32() if name == schema.DATE else pa.string() if name in TEXTS else pa.float64()) for name in schema.COLUMNS])
FOREVER: Final = "interval 36500 days"
CONFIGURATION: Final = {
    "delta.logRetentionDuration": FOREVER,
    "delta.deletedFileRetentionDuration": FOREVER,
    "delta.enableExpiredLogCleanup": "false",
}
"""Every version stays readable: model versions name the sales version that they learned from."""


@dataclass(frozen=True)
class Merge:
    """What a merge did.

    Args:
        version: The version of the sales after it.
        new: Rows added.
        changed: Rows whose values were replaced.
        unchanged: Rows that were saved already.
        replaced_sample: Whether the sample's rows were put aside.
        period: What a row of the sales stands for after it.
        mixed: Why the upload does not go with the sales saved before, and what to do; empty if it does.
    """

    version: int | None
    new: int
    changed: int
    unchanged: int
    replaced_sample: bool = False
    period: Period = DAY
    mixed: str = ""

    def counts(self) -> dict[str, int]:
        """Rows by what happened to them."""
        return {"new": self.new, "changed": self.changed, "unchanged": self.unchanged}

    def __str__(self) -> str:
        if not self.new and not self.changed:
            return f"Nothing to merge: {words.count(self.unchanged, 'row')} saved already."
        counted = f"{words.count(self.new, 'row')} new, {self.changed:,} changed, {self.unchanged:,} unchanged; saved as sales v{self.version}."
        sample = "The sample sales were put aside." if self.replaced_sample else ""
        steps = "" if self.period == DAY else f"The sales are {self.period.adjective}: one row stands for a {self.period.name}."
        return " ".join(filter(None, (counted, sample, steps, self.mixed)))


class Dataset:
    """The sales of a workspace.

    Args:
        workspace: Where they are.
        timeout: Seconds to wait for somebody else's change, at least 0.
    """

    def __init__(self, workspace: Workspace, *, timeout: float = 30.0) -> None:
        self.workspace = workspace
        self.timeout = timeout

    @property
    def version(self) -> int | None:
        """The newest version; None while there are no sales."""
        table = self._table()
        return None if table is None or not table.file_uris() else int(table.version())

    def rows(self) -> int:
        """Rows of the newest version."""
        table = self._table()
        return 0 if table is None else int(table.count())

    def read(self, version: int | None = None) -> pd.DataFrame:
        """The sales of a version, the newest for None.

        Returns:
            `date`, `sales` and those columns of `schema.COLUMNS` that have any value, one row a key and day, sorted by them.

        Raises:
            NotFound: There is no such version.
        """
        return _read(self._table(version))

    def preview(self, sales: pd.DataFrame, *, kind: Kind = "upload") -> Change:
        """What `merge` would do now.

        Raises:
            InputError: The keys of the sales do not fit those that are saved.
        """
        return _compare(self._table(), sales, kind)

    def merge(self, sales: pd.DataFrame, upload: Upload) -> Merge:
        """Saves an upload in one step: new rows are added, later values win, an empty cell leaves what was known.

        Nothing new makes no version. Readers see the sales before it or after it.

        Args:
            sales: Of an `Intake`.
            upload: The file that they came from.

        Raises:
            InputError: The keys of the sales do not fit those that are saved.
            TryAgain: Somebody else is changing the sales; nothing was saved.
        """
        with self._alone():
            table = self._table() or self._create()
            change = _compare(table, sales, upload.kind)
            if not change.is_empty:
                self._keep(upload)
                _write(table, change, upload)
            version = table.version() if table.file_uris() else None
            return Merge(version, **change.counts(), replaced_sample=change.replaces_sample, period=change.period, mixed=change.mixed)

    def history(self) -> list[Upload]:
        """All uploads, newest first; those taken back are marked."""
        table = self._table()
        return [] if table is None else remembered(table.history())

    def undo(self) -> Upload:
        """Takes the last upload back that was not taken back yet, as a version of its own; that upload.

        Raises:
            InputError: There is none.
            TryAgain: Somebody else is changing the sales; nothing was changed.
        """
        with self._alone():
            table = self._table()
            commits = [] if table is None else table.history()
            standing = effective(commits)
            if table is None or not standing:
                raise InputError("There is no upload to take back.")
            target = standing[0] - 1
            facts = {"kind": UNDO, "target": str(target)}
            table.restore(target, commit_properties=CommitProperties(custom_metadata=facts, max_commit_retries=0))
            last = next(upload for upload in remembered(commits) if upload.version == standing[0])
            return replace(last, undone=True)

    def _table(self, version: int | None = None) -> DeltaTable | None:
        path = str(self.workspace.sales)
        if not DeltaTable.is_deltatable(path):
            if version is not None:
                raise NotFound(f"There is no sales version {version}: there are no sales yet.")
            return None
        table = DeltaTable(path)
        if version is None or version == table.version():
            return table
        if not 0 <= version < table.version():
            raise NotFound(f"There is no sales version {version}. The newest one is {table.version()}.")
        return DeltaTable(path, version=version)

    def _create(self) -> DeltaTable:
        """The empty table, version 0: what an undo of the first upload goes back to."""
        self.workspace.sales.mkdir(parents=True, exist_ok=True)
        made = CommitProperties(custom_metadata={"kind": "created"})
        return DeltaTable.create(str(self.workspace.sales), schema=ARROW, configuration=dict(CONFIGURATION), commit_properties=made)

    def _keep(self, upload: Upload) -> None:
        """The bytes under their hash, whole or not at all."""
        folder = self.workspace.uploads
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{upload.sha256}.csv"
        if path.exists():
            return
        draft = folder / f".{upload.sha256}-{os.getpid()}"
        with draft.open("wb") as file:
            file.write(upload.content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        sync(folder)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with exclusive(self.workspace.sales.with_name("sales.lock"), timeout=self.timeout), _optimistic():
            yield


@contextmanager
def _optimistic() -> Iterator[None]:
    """Delta's own refusal, when something else than Shelfcast wrote to the table meanwhile, as an error for a person."""
    try:
        yield
    except CommitFailedError as error:
        raise TryAgain("Somebody else changed the sales at this moment. Nothing of this change was saved; try again.") from error


def _compare(table: DeltaTable | None, sales: pd.DataFrame, kind: Kind) -> Change:
    if table is None or not table.file_uris():
        return compare(_read(None), sales)
    kinds = {upload.kind for upload in remembered(table.history()) if not upload.undone}
    return compare(_read(table), sales, only_sample=kind == "upload" and kinds == {"sample"})


def _read(table: DeltaTable | None) -> pd.DataFrame:
    if table is None:
        return pd.DataFrame({schema.DATE: pd.Series(dtype="datetime64[us]"), schema.SALES: pd.Series(dtype="float64")})
    arrow = table.to_pyarrow_table()
    kept = [name for name in schema.COLUMNS if name in schema.REQUIRED or arrow.column(name).null_count < len(arrow)]
    days = arrow.column(schema.DATE).cast(pa.timestamp("us"))
    frame = arrow.select(kept).set_column(kept.index(schema.DATE), schema.DATE, days).to_pandas()
    return keys.in_order(frame.astype({name: "str" for name in TEXTS if name in kept}))


def _write(table: DeltaTable, change: Change, upload: Upload) -> None:
    """One transaction; fails if the table is not the one that was compared."""
    facts: dict[str, Any] = dict(upload.metadata(change.counts()))
    commit = CommitProperties(custom_metadata=facts, max_commit_retries=0)
    rows = _arrow(change.rows)
    if not len(change.changed):
        write_deltalake(table, rows, mode="overwrite" if change.replaces_sample else "append", commit_properties=commit)
        return
    same = " and ".join(["t.date = s.date", *(f"(t.{name} is not distinct from s.{name})" for name in schema.KEYS)])
    merger = table.merge(rows, predicate=same, source_alias="s", target_alias="t", commit_properties=commit)
    merger.when_matched_update_all().when_not_matched_insert_all().execute()


def _arrow(rows: pd.DataFrame) -> pa.Table:
    """All columns of the table; absent ones without values."""
    columns = []
    for column in ARROW:
        if column.name == schema.DATE:
            columns.append(pa.array(rows[schema.DATE].to_numpy().astype("datetime64[D]")))
        elif column.name in rows:
            columns.append(pa.array(rows[column.name], from_pandas=True).cast(column.type))
        else:
            columns.append(pa.nulls(len(rows), column.type))
    return pa.table(columns, schema=ARROW)
