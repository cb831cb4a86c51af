"""The log of the sales table as files: which versions it has, and whether each entry tells all that it was written with.

An empty entry, or one cut between two lines, would count as an upload without rows; so entries are checked before they are read.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from forecasting.core.system_errors import refusals_named
from forecasting.storage import reading
from forecasting.storage.sales import log_copies, log_facts, parts

FOLDER: Final = "_delta_log"
HINT: Final = "_last_checkpoint"
ENTRY: Final = ".json"
CHECKPOINT: Final = ".checkpoint.parquet"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a log entry without the library.

    Args:
        sha256: Of its bytes; empty if it is missing.
        is_whole: Whether its facts are such as a writer can have written.
        hashes: Path inside the table -> sha256, of the files that it adds; empty for entries of before hashes were saved.
        added: Path -> size, of the files that it adds.
        removed: Paths of the files that it removes.
        info: What the commit says of itself: its metadata, and its `timestamp` in milliseconds.
    """

    sha256: str = ""
    is_whole: bool = False
    hashes: Mapping[str, str] = field(default_factory=dict)
    added: Mapping[str, int] = field(default_factory=dict)
    removed: Set[str] = frozenset()
    info: Mapping[str, Any] = field(default_factory=dict)


def newest(table: Path) -> int:
    """The newest version that the log has or had; -1 without any."""
    last = max(numbers(table, ENTRY), default=-1)
    lost = (name for name in log_copies.hashes(table) if name.endswith(ENTRY) and int(name.removesuffix(ENTRY)) > last)
    return max([last, *(int(name.removesuffix(ENTRY)) for name in lost if log_copies.content(table, name) is not None)])


def state(table: Path) -> tuple[tuple[str, int, int, int], ...]:
    """The name, size, time of change and inode of each file of the log: the same as long as nobody wrote to it; raises StorageUnavailable."""
    folder, found = table / FOLDER, []
    with refusals_named(folder), suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as files:
        for file in files:
            with suppress(FileNotFoundError):  # the draft of a commit that lands at this moment
                facts = file.stat()
                found.append((file.name, facts.st_size, facts.st_mtime_ns, facts.st_ino))
    return tuple(sorted(found))


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
    except OSError:
        return Entry()


def forget() -> None:
    """Has every entry read anew."""
    _entry.cache_clear()


@lru_cache(maxsize=4096)
def _entry(where: Path, size: int, changed: int, inode: int) -> Entry:  # noqa: ARG001
    """The entry of this size, time of change and inode; cached, since some versions are read from a thousand entries."""
    content = reading.content(where)
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        actions = [json.loads(line) for line in content.splitlines()]
    except (ValueError, RecursionError):
        return Entry(sha256)
    if not log_facts.are_whole(actions):
        return Entry(sha256)
    by_kind = {kind: [action[kind] for action in actions if kind in action] for kind in ("commitInfo", "add", "remove")}
    named = [part for info in by_kind["commitInfo"] for part in info.get(parts.PARTS, [])]
    return Entry(
        sha256,
        is_whole=True,
        hashes={part["path"]: part["sha256"] for part in named},
        added={part["path"]: part["size"] for part in by_kind["add"]},
        removed=frozenset(part["path"] for part in by_kind["remove"]),
        info=next(iter(by_kind["commitInfo"]), {}),
    )
