"""Steps back of the saved sales, each a version of its own: the last upload is taken back, another one is taken out, all are cleared."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import pandas as pd
from deltalake import CommitProperties

from forecasting.core.errors import InputError, TryAgain
from forecasting.storage import disk_full
from forecasting.storage.sales import commits, kept_versions, parts
from forecasting.storage.sales.table_folder import TableFolder, commits_of
from forecasting.storage.sales.uploads import REPLACED, STANDING, STARTED_OVER, UNDO, Upload, compositions, standing_uploads, uploads_in

_MEANWHILE: Final = "Somebody else changed the sales meanwhile. Nothing was taken back; look again."


def undo(folder: TableFolder, version: int | None = None) -> Upload:
    """Takes back the last upload that still counts, and returns it.

    Args:
        folder: Of the sales.
        version: The upload that has to be the last one; None for any.

    Raises:
        InputError: There is none.
        TryAgain: Somebody else is changing the sales; nothing was changed.
        DiskFull: Nothing was changed.
    """
    with disk_full.disk_full_as_error("the step back to before the last upload"), folder.alone():
        table = folder.table()
        known = [] if table is None else commits_of(table)
        standing = standing_uploads(known)
        if table is None or not standing:
            raise InputError("There is no upload to take back.")
        if version is not None and version != standing[0]:
            raise TryAgain(_MEANWHILE)
        last = next(upload for upload in uploads_in(known) if upload.version == standing[0])
        target = _version_without(folder, last, known)
        mark = secrets.token_hex(8)
        facts = {"kind": UNDO, "target": str(target), commits.MARK: mark}
        with commits.landing_commit(folder.path, table.version() + 1, mark), folder.named(target):
            table.restore(target, commit_properties=CommitProperties(custom_metadata=facts, max_commit_retries=0))
        return replace(last, undone=True)


def take_out(folder: TableFolder, taken: Upload, rows: pd.DataFrame, *, at: int, standing: Sequence[int], without_sample: bool = False) -> Upload:
    """Saves the sales without an upload that is not the last one, and returns the upload.

    Args:
        folder: Of the sales.
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
    with disk_full.disk_full_as_error("the step back to before an upload"), folder.alone():
        _swap_all(folder, rows, facts, at)
        return replace(taken, undone=True)


def clear(folder: TableFolder, columns: pd.DataFrame, *, at: int) -> None:
    """Saves that there are no sales, with which a new shop begins; `columns` are those of the sales, without rows. Raises what `take_out` raises."""
    with disk_full.disk_full_as_error("the empty sales"), folder.alone():
        _swap_all(folder, columns, {"target": "0", STANDING: "", STARTED_OVER: "1"}, at)


def _swap_all(folder: TableFolder, rows: pd.DataFrame, facts: Mapping[str, str], at: int) -> None:
    """Commits a step back to these rows; nobody else may be changing the sales, nor have changed them since version `at`."""
    table = folder.table()
    if table is None or folder.version_of(table) != at:
        raise TryAgain(_MEANWHILE)
    mark = secrets.token_hex(8)
    with commits.landing_commit(folder.path, table.version() + 1, mark) as written:
        swap = parts.Swap(parts.arrow(rows), parts.active(table))
        parts.commit(table, folder.path, swap, {"kind": UNDO, **facts, commits.MARK: mark}, written)


def _version_without(folder: TableFolder, upload: Upload, known: Sequence[Mapping[str, Any]]) -> int:
    """The version to go back to in order to take the last upload back; raises InputError if it is no longer kept."""
    parts_of = compositions(known)
    wanted = parts_of[max(parts_of)][:-1]
    same = kept_versions.still_readable(folder.path, [version for version, composition in parts_of.items() if composition == wanted])
    if not same:
        raise InputError(
            f"{upload.name} was uploaded too long ago to be taken back: the sales as they were before it are no longer kept, to save space."
            " FORECASTING_KEEP_UPLOADS says how many uploads can be taken back. Upload a file that corrects it instead."
        )
    return same[-1]
