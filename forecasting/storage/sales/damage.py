"""Checks for files of the sales table that are missing or not as they were written, and what to do about each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError
from pyarrow import parquet

from forecasting.core.errors import SalesDamaged
from forecasting.core.system_errors import refusals_named
from forecasting.storage import reading
from forecasting.storage.sales import log, parts

_ANEW: Final = "Put it back from a backup. Without one, move data/sales away and upload the files again; data/uploads has the bytes of all."


def check_lost(table: Path) -> None:
    """Raises SalesDamaged if a folder has sales but no log: they would not be seen."""
    if any(name.endswith(".parquet") for name in reading.names(table)):
        raise _damaged(Path(log.FOLDER), "missing", _ANEW)


def check(table: Path, version: int) -> None:
    """Raises SalesDamaged for the first damaged log entry of those that a version is read from."""
    checkpoint = max((number for number in log.numbers(table, log.CHECKPOINT) if number <= version), default=-1)
    _check_entries(table, range(checkpoint + 1, version + 1))


def check_parts(table: Path, opened: DeltaTable) -> None:
    """Raises SalesDamaged for the first file of an opened table that is missing or has another sha256 than its commit gave it.

    A file is hashed once for each state of it. One that was written before commits carried hashes is only measured.
    """
    hashes = {path: digest for version in range(opened.version() + 1) for path, digest in log.entry(table, version).hashes.items()}
    for part in parts.active(opened):
        fault = _part_fault(parts.location(table, part), part["size_bytes"], hashes.get(part["path"], ""))
        if fault:
            raise _part_damaged(parts.location(table, part).relative_to(table), fault)


def find_damage(table: Path, version: int | None) -> SalesDamaged | None:
    """The damage that keeps a version (the newest for None) or its history from being read; None if all files are whole."""
    last = log.newest(table) if version is None else version
    try:
        check(table, last)
        _check_checkpoints(table)
        _check_entries(table, range(last + 1))
        _check_structure(table, last)
    except SalesDamaged as found:
        return found
    return None


def _check_entries(table: Path, versions: Iterable[int]) -> None:
    for version in versions:
        fault = log.entry(table, version).fault
        if fault:
            raise _entry_damaged(table, version, fault)


def _check_checkpoints(table: Path) -> None:
    for version in log.numbers(table, log.CHECKPOINT):
        path = table / log.FOLDER / f"{version:020}{log.CHECKPOINT}"
        if not _is_parquet(path):
            raise _damaged(path.relative_to(table), "damaged", f"Delete it and {log.HINT} beside it: they only save time, and nothing is lost.")
    if (table / log.FOLDER / log.HINT).exists() and not log.numbers(table, log.CHECKPOINT):
        raise _damaged(Path(log.FOLDER, log.HINT), "damaged", "Delete it: it only saves time, and nothing is lost.")


def _part_fault(path: Path, size: int, digest: str) -> str:
    """What is wrong with a file that should have this size and sha256 (empty where it is not known); empty if nothing is."""
    try:
        with refusals_named(path):
            facts = path.stat()
        same = facts.st_size == size and digest in ("", _sha256(path, facts.st_size, facts.st_mtime_ns, facts.st_ino))
    except FileNotFoundError:
        return "missing"
    return "" if same else "damaged"


@lru_cache(maxsize=4096)
def _sha256(path: Path, size: int, changed: int, inode: int) -> str:  # noqa: ARG001
    """The sha256 of a file of this size, time of change and inode."""
    with refusals_named(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_structure(table: Path, version: int) -> None:
    """Raises SalesDamaged for the first file of a version that is missing, damaged, or not to be read as Parquet."""
    try:
        opened = DeltaTable(str(table), version=version)
    except DeltaError:
        return
    check_parts(table, opened)
    for part in parts.active(opened):
        path = parts.location(table, part)
        if not _is_parquet(path):
            raise _part_damaged(path.relative_to(table), "damaged")


def _is_parquet(path: Path) -> bool:
    try:
        with refusals_named(path):
            parquet.ParquetFile(path).read()
    except (pa.ArrowException, OSError):
        return False
    return True


def _entry_damaged(table: Path, version: int, fault: str) -> SalesDamaged:
    if version == 0:  # without it there would be no log at all
        return _damaged(log.path(table, version).relative_to(table), fault, _ANEW)
    alone = version == log.newest(table) and version not in log.numbers(table, log.CHECKPOINT)
    also = "it" if alone else f"it, {log.HINT} and every file with the same or a higher number beside it"
    again = "upload that file again" if alone else "upload that file and the later ones again"
    remedy = (
        f"Put it back from a backup. Without one, delete {also}: the sales are then as they were before that upload."
        f" Then {again}; data/uploads has the bytes of all."
    )
    return _damaged(log.path(table, version).relative_to(table), fault, remedy)


def _part_damaged(path: Path, fault: str) -> SalesDamaged:
    remedy = (
        "Put it back from a backup. Without one, take uploads back until the sales can be read; if none can be taken back, move data/sales away."
        " Then upload the files again; data/uploads has the bytes of all."
    )
    return _damaged(path, fault, remedy)


def _damaged(path: Path, fault: str, remedy: str) -> SalesDamaged:
    file = path.as_posix()
    return SalesDamaged(f"The sales cannot be read: data/sales/{file} is {fault}. {remedy}", file=file)
