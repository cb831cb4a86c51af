"""The sales table does not grow for ever: many small files become one, and files that no undo and no model version needs are deleted."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from deltalake import DeltaTable
from pyarrow import parquet

from forecasting.storage.locks import exclusive
from forecasting.storage.sales import commits, damage, kept_versions, log, parts, replay, summary_files, upload_files
from forecasting.storage.sales.uploads import COMPACTION, KEPT, UPLOADS_FROM, Upload, standing_uploads, uploads_in
from forecasting.storage.workspace import Workspace

EVERY: Final = 16
"""Versions after which a compaction is worth its while."""
GRACE_SECONDS: Final = 600.0
"""For so long files stay that somebody may still be reading, or writing."""
SMALL_FILES: Final = 8
"""So many small files are worth one."""
SMALL_BYTES, MAX_BYTES = 65_536, 32_000_000
"""A file this small is always small; and what small files have together at most."""
LOCK_SECONDS: Final = 60.0
"""For so long it waits for others to change the sales: it can, and steady uploads leave it few chances."""
_DAY: Final = 86_400.0


@dataclass(frozen=True, kw_only=True)
class Keep:
    """What must stay.

    Args:
        uploads: Newest uploads that can be taken back and whose bytes stay; 0 for all.
        megabytes: The bytes of all uploads may be as many; 0 for no limit.
        days: For so long the bytes of an upload stay; 0 for ever.
        versions: Versions of the sales that model versions read from the table.
    """

    uploads: int
    megabytes: float = 0
    days: float = 0
    versions: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Spare:
    """What need not stay.

    Args:
        files: Files of the table that no version needs which stays.
        uploads: Files with the bytes of old uploads.
        size: The bytes of all of them.
    """

    files: tuple[Path, ...] = ()
    uploads: tuple[Path, ...] = ()
    size: int = 0


def is_due(table: Path) -> bool:
    """Whether a compaction is worth its while again."""
    return log.newest(table) >= EVERY and kept_versions.last_compaction(table, most=EVERY) is None


def spare(ws: Workspace, keep: Keep) -> Spare:
    """What `compact` would delete now; raises SalesDamaged."""
    return Spare() if log.newest(ws.sales) < 0 else _plan(ws, keep)[0]


def compact(ws: Workspace, keep: Keep) -> Spare:
    """Compacts the table and deletes what need not stay; what was deleted. The sales do not change, and nobody who reads them waits.

    Raises:
        SalesDamaged: The sales are damaged; nothing was changed.
        TryAgain: Somebody else is changing the sales.
    """
    if log.newest(ws.sales) < 0:
        return Spare()
    with exclusive(ws.sales.with_name("sales.lock"), timeout=LOCK_SECONDS):
        gone, kept, uploads_from = _plan(ws, keep)
        table = DeltaTable(str(ws.sales))
        small = _small(parts.active(table))
        if small or gone != Spare():
            _commit(ws.sales, table, small, {KEPT: " ".join(map(str, kept)), UPLOADS_FROM: str(uploads_from)})
        for path in (*gone.files, *gone.uploads):
            path.unlink(missing_ok=True)
        summary_files.tidy(ws.sales)
    return gone


def _plan(ws: Workspace, keep: Keep) -> tuple[Spare, list[int], int]:
    """What need not stay, the versions that do, and the version of the oldest upload whose bytes do."""
    folder, newest = ws.sales, log.newest(ws.sales)
    told = _commits(folder, newest)
    damage.check_parts(folder, DeltaTable(str(folder)))  # rows that a flipped bit changed must not get a file, and a hash, of their own
    kept = _kept(folder, told, keep)
    needed = {parts.location(folder, part) for version in {*kept, newest} for part in parts.active(DeltaTable(str(folder), version=version))}
    old = time.time() - GRACE_SECONDS
    files = {path: facts for path in sorted(folder.glob("*.parquet")) if path not in needed and (facts := _facts(path))}
    files = {path: facts for path, facts in files.items() if facts.st_mtime <= old}
    uploads, uploads_from = _old_uploads(ws.uploads, uploads_in(told), keep)
    gone = Spare(tuple(files), tuple(uploads), sum(facts.st_size for facts in (*files.values(), *uploads.values())))
    return gone, kept, max(uploads_from, kept_versions.with_uploads_from(folder))


def _commits(folder: Path, newest: int) -> list[dict[str, Any]]:
    """What each commit says of itself, newest first; raises SalesDamaged for an entry that is not whole."""
    entries = [(version, log.entry(folder, version)) for version in range(newest, -1, -1)]
    fault = damage.find_damage(folder, None) if any(replay.entry_fault(folder, version) for version, _ in entries) else None
    if fault is not None:
        raise fault
    return [{**entry.info, "version": version} for version, entry in entries]


def _kept(folder: Path, told: Sequence[dict[str, Any]], keep: Keep) -> list[int]:
    """The versions that stay readable, ascending.

    Args:
        folder: The folder of the table.
        told: What each commit says of itself, newest first.
        keep: What must stay.
    """
    newest = told[0]["version"]
    if not keep.uploads:
        return kept_versions.still_readable(folder, range(newest + 1))
    undone = [version - 1 for version in standing_uploads(told)[: keep.uploads]]
    since = 1000 * (time.time() - GRACE_SECONDS)
    recent = [commit["version"] - 1 for commit in told[:-1] if commit.get("timestamp", 0) > since]
    return kept_versions.still_readable(folder, {newest, *undone, *recent, *(version for version in keep.versions if version <= newest)})


def _old_uploads(folder: Path, uploads: Sequence[Upload], keep: Keep) -> tuple[dict[Path, os.stat_result], int]:
    """Files with the bytes of uploads that are too old or too many, and the version of the oldest upload that is neither.

    Args:
        folder: Where they lie.
        uploads: All uploads, newest first.
        keep: What must stay.
    """
    staying: dict[Path, int] = {}
    for place, upload in enumerate(uploads):
        path = upload_files.location(folder, upload.sha256)
        facts = _facts(path)
        size = 0 if facts is None else facts.st_size
        total = sum(staying.values()) + (0 if path in staying else size)
        days = (datetime.now(UTC) - upload.when).total_seconds() / _DAY
        if keep.uploads and place >= keep.uploads and (0 < keep.days < days or 0 < 1e6 * keep.megabytes < total):
            later = {upload_files.location(folder, other.sha256) for other in uploads[place:]} - staying.keys()
            return {path: facts for path in sorted(later) if (facts := _facts(path))}, int(uploads[place - 1].version or 0)
        staying[path] = size
    return {}, 0


def _facts(path: Path) -> os.stat_result | None:
    """What the system says of a file; None for one that is gone: who only looks what could go has no lock, and somebody else may be deleting it."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _small(active: Sequence[parts.Part]) -> list[parts.Part]:
    """Files that together become one: from the smallest on, as long as each is not much larger than all before it together; none if they are few.

    So a year's sales are not written again with every day that follows, and their number grows with the logarithm of the days.
    """
    small: list[parts.Part] = []
    total = 0
    for part in sorted(active, key=lambda part: int(part["size_bytes"])):
        if part["size_bytes"] > max(2 * total, SMALL_BYTES) or total + part["size_bytes"] > MAX_BYTES:
            break
        small.append(part)
        total += part["size_bytes"]
    return small if len(small) >= SMALL_FILES else []


def _commit(folder: Path, table: DeltaTable, small: Sequence[parts.Part], facts: dict[str, str]) -> None:
    """Puts the rows of small files into one, and says which versions stay, as one commit that changes no row."""
    mark = secrets.token_hex(8)
    rows = pa.concat_tables([parts.ARROW.empty_table(), *(parquet.read_table(parts.location(folder, part), schema=parts.ARROW) for part in small)])
    with commits.landing_commit(folder, table.version() + 1, mark) as written:
        parts.commit(table, folder, parts.Swap(rows, small, change=False), {"kind": COMPACTION, "mark": mark, **facts}, written)
