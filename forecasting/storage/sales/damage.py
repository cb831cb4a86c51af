"""Checks for files of the sales table that are missing or not as they were written.

Damage is a hash that does not match, a file that is gone, or, in a file of before hashes were saved, bytes that mean nothing. A file that
cannot be read now is none: every check raises StorageUnavailable for it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError, DeltaError
from pyarrow import parquet

from forecasting.core.errors import SalesDamaged
from forecasting.core.system_errors import refusals_named
from forecasting.storage import reading
from forecasting.storage.sales import log, log_copies, parts, remedies, replay


def check_lost(table: Path) -> None:
    """Raises SalesDamaged if a folder has sales but no log: they would not be seen."""
    if any(name.endswith(".parquet") for name in reading.names(table)):
        raise _damaged(log.FOLDER, "missing", remedies.begin_anew())


def check(table: Path, version: int) -> None:
    """Raises SalesDamaged for the first damaged file of the log of those that a version is read from."""
    checkpoint = max((number for number in log.numbers(table, log.CHECKPOINT) if number <= version), default=-1)
    if checkpoint >= 0:
        _check_checkpoint(table, checkpoint, structure=False)
    _check_hint(table)
    _check_entries(table, range(checkpoint + 1, version + 1))


def check_parts(table: Path, opened: DeltaTable) -> None:
    """Raises SalesDamaged for the first file of an opened table that is missing or has another sha256 than its commit gave it.

    A file is hashed once for each state of it. One that was written before commits carried hashes is only measured.
    """
    _check_replay(table, opened)
    hashes = hashes_until(table, opened.version())
    for part in parts.active(opened):
        fault = part_fault(parts.location(table, part), part["size_bytes"], hashes.get(part["path"], ""))
        if fault:
            raise _damaged(part["path"], fault, remedies.of_part())


def find_damage(table: Path, version: int | None) -> SalesDamaged | None:
    """The damage that keeps a version (the newest for None) or its history from being read; None if all files are whole."""
    last = log.newest(table) if version is None else version
    try:
        check(table, last)
        for number in log.numbers(table, log.CHECKPOINT):
            _check_checkpoint(table, number, structure=True)
        _check_entries(table, range(last + 1))
        _check_structure(table, last)
    except SalesDamaged as found:
        return found
    return None


def forget() -> None:
    """Has every file looked at anew, whatever its time of change says."""
    _sha256.cache_clear()
    log.forget()
    log_copies.forget()


def misread(error: Exception) -> SalesDamaged | None:
    """The damage that only the library has met, in a log whose files have no known hash; None for other errors."""
    if not isinstance(error, DeltaError) or isinstance(error, CommitFailedError):
        return None
    text = str(error).partition("\n")[0]
    return SalesDamaged(f"The sales cannot be read: data/sales/{log.FOLDER} is damaged ({text}). {remedies.of_log()}", file=log.FOLDER)


def hashes_until(table: Path, version: int) -> dict[str, str]:
    """Path -> sha256, of the files that commits up to a version added; without those that were written before hashes were saved."""
    return {path: sha256 for number in range(version + 1) for path, sha256 in log.entry(table, number).hashes.items()}


def part_fault(path: Path, size: int, sha256: str) -> str:
    """What is wrong with a file that should have this size and sha256 (empty where it is not known); empty if nothing is."""
    try:
        with refusals_named(path):
            facts = path.stat()
        same = facts.st_size == size and sha256 in ("", _sha256(path, facts.st_size, facts.st_mtime_ns, facts.st_ino))
    except OSError:
        return "missing"
    return "" if same else "damaged"


def checkpoint_fault(table: Path, version: int, *, structure: bool) -> str:
    """What is wrong with a checkpoint: "damaged"; empty if it is whole.

    Args:
        table: The table.
        version: The version of the checkpoint.
        structure: Whether one without a known hash is read whole, to see whether that can be done.
    """
    path = table / log.FOLDER / f"{version:020}{log.CHECKPOINT}"
    written = log_copies.hashes(table).get(path.name)
    if written is not None:
        return part_fault(path, path.stat().st_size, written)
    return "" if not structure or is_parquet(path) else "damaged"


def hint_fault(table: Path) -> str:
    """What is wrong with the note of which checkpoint is the last: "damaged"; empty if it is whole, or not there, which costs only time."""
    path = table / log.FOLDER / log.HINT
    try:
        version = json.loads(reading.text(path))["version"]
    except FileNotFoundError:
        return ""
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return "damaged"
    return "" if version in log.numbers(table, log.CHECKPOINT) else "damaged"


def _check_entries(table: Path, versions: Iterable[int]) -> None:
    for version in versions:
        fault = replay.entry_fault(table, version)
        if fault:
            path = log.path(table, version)
            raise _damaged(f"{log.FOLDER}/{path.name}", fault, remedies.of_entry(table, version))


def _check_checkpoint(table: Path, version: int, *, structure: bool) -> None:
    fault = checkpoint_fault(table, version, structure=structure)
    if fault:
        raise _damaged(f"{log.FOLDER}/{version:020}{log.CHECKPOINT}", fault, remedies.of_checkpoint())


def _check_hint(table: Path) -> None:
    fault = hint_fault(table)
    if fault:
        raise _damaged(f"{log.FOLDER}/{log.HINT}", fault, remedies.of_checkpoint())


def _check_replay(table: Path, opened: DeltaTable) -> None:
    """Raises SalesDamaged if the entries up to a version do not lead to its files, as far as all of them are there and whole.

    An entry removes only files that are there, and a checkpoint has the files that its entries add and do not remove.
    """
    last = opened.version()
    states = replay.contents(table, last)
    if len(states) <= last:
        return
    for version in range(last + 1):
        if log.entry(table, version).removed - (states[version - 1].keys() if version else set()):
            raise _damaged(f"{log.FOLDER}/{log.path(table, version).name}", "damaged", remedies.of_entry(table, version))
    checkpoints = [number for number in log.numbers(table, log.CHECKPOINT) if number <= last]
    if checkpoints and states[last] != {part["path"]: part["size_bytes"] for part in parts.active(opened)}:
        raise _damaged(f"{log.FOLDER}/{checkpoints[-1]:020}{log.CHECKPOINT}", "damaged", remedies.of_checkpoint())


def _check_structure(table: Path, version: int) -> None:
    """Raises SalesDamaged for the first file of a version that is missing, damaged, or not to be read as Parquet."""
    try:
        opened = DeltaTable(str(table), version=version)
    except DeltaError:
        return
    check_parts(table, opened)
    for path in unreadable(table, opened):
        raise _damaged(path, "damaged", remedies.of_part())


def unreadable(table: Path, opened: DeltaTable) -> Iterator[str]:
    """The paths of the files of an opened table that are not Parquet any more."""
    return (part["path"] for part in parts.active(opened) if not is_parquet(parts.location(table, part)))


@lru_cache(maxsize=4096)
def _sha256(path: Path, size: int, changed: int, inode: int) -> str:  # noqa: ARG001
    """The sha256 of a file of this size, time of change and inode."""
    with refusals_named(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_parquet(path: Path) -> bool:
    """Whether a file can be read as Parquet; raises StorageUnavailable."""
    try:
        with refusals_named(path):
            parquet.ParquetFile(path).read()
    except (pa.ArrowException, OSError):
        return False
    return True


def _damaged(file: str, fault: str, remedy: str) -> SalesDamaged:
    return SalesDamaged(f"The sales cannot be read: data/sales/{file} is {fault}. {remedy}", file=file)
