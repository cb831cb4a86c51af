"""Checks for files of the sales table that are missing or not as they were written, and what to do about each.

An empty log entry, or an entry cut between two lines, would count as an upload without rows; so entries are checked before they are read.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError
from pyarrow import parquet

from forecasting.core.errors import SalesDamaged

LOG: Final = "_delta_log"
HINT: Final = "_last_checkpoint"
_CHECKPOINT: Final = ".checkpoint.parquet"
_ANEW: Final = "Put it back from a backup. Without one, move data/sales away and upload the files again; data/uploads has the bytes of all."
_COUNTS: Final = {
    "add": ("num_added_files", "num_target_files_added", "numRestoredFile"),
    "remove": ("num_removed_files", "num_target_files_removed", "numRemovedFile"),
}
"""Action -> the names under which commits of all kinds give the number of such actions."""


def newest(table: Path) -> int:
    """The newest version in the log; -1 without any."""
    return max(_numbers(table, ".json"), default=-1)


def entry(table: Path, version: int) -> Path:
    """The path of the log entry that made a version."""
    return table / LOG / f"{version:020}.json"


def check_lost(table: Path) -> None:
    """Raises SalesDamaged if a folder has sales but no log: they would not be seen."""
    if any(table.rglob("*.parquet")):
        raise _damaged(Path(LOG), "missing", _ANEW)


def check(table: Path, version: int) -> None:
    """Raises SalesDamaged for the first damaged log entry of those that a version is read from."""
    checkpoint = max((number for number in _numbers(table, _CHECKPOINT) if number <= version), default=-1)
    _check_entries(table, range(checkpoint + 1, version + 1))


def find_damage(table: Path, version: int | None) -> SalesDamaged | None:
    """The damage that keeps a version (the newest for None) or its history from being read; None if all files are whole."""
    last = newest(table) if version is None else version
    try:
        check(table, last)
        _check_checkpoints(table)
        _check_entries(table, range(last + 1))
        _check_parts(table, last)
    except SalesDamaged as found:
        return found
    return None


def _numbers(table: Path, suffix: str) -> list[int]:
    names = (path.name.removesuffix(suffix) for path in table.glob(f"{LOG}/*{suffix}"))
    return sorted(int(name) for name in names if name.isdecimal())


def _check_entries(table: Path, versions: Iterable[int]) -> None:
    for version in versions:
        fault = _entry_fault(entry(table, version))
        if fault:
            raise _entry_damaged(table, version, fault)


def _entry_fault(path: Path) -> str:
    """What is wrong with a log entry; empty if it is whole."""
    try:
        facts = path.stat()
        return _fault_of(path, facts.st_size, facts.st_mtime_ns)
    except FileNotFoundError:
        return "missing"


@lru_cache(maxsize=4096)
def _fault_of(path: Path, size: int, changed: int) -> str:  # noqa: ARG001
    """What is wrong with a log entry of this size and time of change; cached, since some versions are read from a thousand entries."""
    try:
        actions = [json.loads(line) for line in path.read_bytes().splitlines()]
    except (ValueError, RecursionError):
        return "damaged"
    if not actions or not all(isinstance(action, dict) for action in actions):
        return "damaged"
    info: dict[str, Any] = next((action["commitInfo"] for action in actions if isinstance(action.get("commitInfo"), dict)), {})
    return "" if _tells_all(info, Counter(chain.from_iterable(actions))) else "damaged"


def _tells_all(info: dict[str, Any], kinds: Counter[str]) -> bool:
    """Whether a commit has as many actions as it says; True for another writer's commit, which may count in its own way."""
    if not str(info.get("engineInfo", "")).startswith("delta-rs"):
        return True
    if info.get("operation") == "CREATE TABLE":
        return {"protocol", "metaData"} <= kinds.keys()
    metrics = info.get("operationMetrics") or {}
    return all(kinds[kind] == metrics[name] for kind, names in _COUNTS.items() for name in names if name in metrics)


def _check_checkpoints(table: Path) -> None:
    for version in _numbers(table, _CHECKPOINT):
        path = table / LOG / f"{version:020}{_CHECKPOINT}"
        if not _is_parquet(path):
            raise _damaged(path.relative_to(table), "damaged", f"Delete it and {HINT} beside it: they only save time, and nothing is lost.")
    if (table / LOG / HINT).exists() and not _numbers(table, _CHECKPOINT):
        raise _damaged(Path(LOG, HINT), "damaged", "Delete it: it only saves time, and nothing is lost.")


def _check_parts(table: Path, version: int) -> None:
    try:
        added = pa.table(DeltaTable(str(table), version=version).get_add_actions()).to_pylist()
    except DeltaError:
        return
    for part in added:
        path = table / part["path"]
        if not path.exists():
            raise _part_damaged(path.relative_to(table), "missing")
        if path.stat().st_size != part["size_bytes"] or not _is_parquet(path):
            raise _part_damaged(path.relative_to(table), "damaged")


def _is_parquet(path: Path) -> bool:
    try:
        parquet.ParquetFile(path).read()
    except (pa.ArrowException, OSError):
        return False
    return True


def _entry_damaged(table: Path, version: int, fault: str) -> SalesDamaged:
    if version == 0:  # without it there would be no log at all
        return _damaged(entry(table, version).relative_to(table), fault, _ANEW)
    alone = version == newest(table) and version not in _numbers(table, _CHECKPOINT)
    also = "it" if alone else f"it, {HINT} and every file with the same or a higher number beside it"
    again = "upload that file again" if alone else "upload that file and the later ones again"
    remedy = (
        f"Put it back from a backup. Without one, delete {also}: the sales are then as they were before that upload."
        f" Then {again}; data/uploads has the bytes of all."
    )
    return _damaged(entry(table, version).relative_to(table), fault, remedy)


def _part_damaged(path: Path, fault: str) -> SalesDamaged:
    remedy = (
        "Put it back from a backup. Without one, take uploads back until the sales can be read; if none can be taken back, move data/sales away."
        " Then upload the files again; data/uploads has the bytes of all."
    )
    return _damaged(path, fault, remedy)


def _damaged(path: Path, fault: str, remedy: str) -> SalesDamaged:
    file = path.as_posix()
    return SalesDamaged(f"The sales cannot be read: data/sales/{file} is {fault}. {remedy}", file=file)
