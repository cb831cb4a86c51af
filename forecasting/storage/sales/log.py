"""The log of the sales table as files: which versions it has, and whether each entry tells all that it was written with.

An empty entry, or one cut between two lines, would count as an upload without rows; so entries are checked before they are read.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, Final

from forecasting.core.system_errors import refusals_named
from forecasting.storage import reading
from forecasting.storage.sales import parts

FOLDER: Final = "_delta_log"
HINT: Final = "_last_checkpoint"
CHECKPOINT: Final = ".checkpoint.parquet"
_COUNTS: Final = {
    "add": ("num_added_files", "num_target_files_added", "numRestoredFile"),
    "remove": ("num_removed_files", "num_target_files_removed", "numRemovedFile"),
}
"""Action -> the names under which commits of all kinds give the number of such actions."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a log entry without the library.

    Args:
        fault: What is wrong with it: "missing" or "damaged"; empty if it is whole.
        hashes: Path inside the table -> sha256, of the files that it adds; empty for entries of before hashes were saved.
    """

    fault: str = ""
    hashes: Mapping[str, str] = field(default_factory=dict)


def newest(table: Path) -> int:
    """The newest version in the log; -1 without any."""
    return max(numbers(table, ".json"), default=-1)


def path(table: Path, version: int) -> Path:
    """Where the log entry lies that made a version."""
    return table / FOLDER / f"{version:020}.json"


def numbers(table: Path, suffix: str) -> list[int]:
    """The versions that have a file with this suffix in the log, in order."""
    names = (name.removesuffix(suffix) for name in reading.names(table / FOLDER) if name.endswith(suffix))
    return sorted(int(name) for name in names if name.isdecimal())


def entry(table: Path, version: int) -> Entry:
    """The log entry that made a version, read once for each state of its file; raises StorageUnavailable."""
    where = path(table, version)
    try:
        with refusals_named(where):
            facts = where.stat()
        return _entry(where, facts.st_size, facts.st_mtime_ns, facts.st_ino)
    except FileNotFoundError:
        return Entry("missing")


@lru_cache(maxsize=4096)
def _entry(where: Path, size: int, changed: int, inode: int) -> Entry:  # noqa: ARG001
    """The entry of this size, time of change and inode; cached, since some versions are read from a thousand entries."""
    try:
        actions = [json.loads(line) for line in reading.content(where).splitlines()]
    except (ValueError, RecursionError):
        return Entry("damaged")
    if not actions or not all(isinstance(action, dict) for action in actions):
        return Entry("damaged")
    info: dict[str, Any] = next((action["commitInfo"] for action in actions if isinstance(action.get("commitInfo"), dict)), {})
    hashes = _hashes(info)
    if hashes is None or not _tells_all(info, Counter(chain.from_iterable(actions))):
        return Entry("damaged")
    return Entry(hashes=hashes)


def _hashes(info: Mapping[str, Any]) -> dict[str, str] | None:
    """The hashes that a commit gives of its files; None if they are not as they were written."""
    try:
        return {str(part["path"]): str(part["sha256"]) for part in info.get(parts.PARTS, [])}
    except (KeyError, TypeError):
        return None


def _tells_all(info: Mapping[str, Any], kinds: Counter[str]) -> bool:
    """Whether a commit has as many actions as it says; True for another writer's commit, which may count in its own way."""
    if not str(info.get("engineInfo", "")).startswith("delta-rs"):
        return True
    if info.get("operation") == "CREATE TABLE":
        return {"protocol", "metaData"} <= kinds.keys()
    if parts.PARTS in info:
        return (kinds["add"], str(kinds["remove"])) == (len(info[parts.PARTS]), info.get(parts.REMOVED))
    metrics = info.get("operationMetrics") or {}
    return all(kinds[kind] == metrics[name] for kind, names in _COUNTS.items() for name in names if name in metrics)
