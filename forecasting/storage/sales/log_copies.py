"""Copies of the log's files, each under its own sha256: by them a file of the log is found out if a bit of it flips, and can be put back.

The log says which data files count and which hashes they have; nothing else says so, and its library keeps no checksum of it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from forecasting.core.system_errors import refusals_named
from forecasting.storage import reading
from forecasting.storage.atomic_files import sync

FOLDER: Final = "_log_copies"
"""Beside the log; what begins with `_` the library leaves alone."""
_NAME: Final = re.compile(r"(?P<sha256>[0-9a-f]{64})-(?P<name>\d{20}\..+)", re.ASCII)
_KEPT: Final = re.compile(r"\d{20}\.(json|checkpoint\.parquet)", re.ASCII)


def hashes(table: Path) -> Mapping[str, str]:
    """Name of each file of the log that has a copy -> the sha256 with which it was written."""
    folder = table / FOLDER
    try:
        with refusals_named(folder):
            facts = folder.stat()
    except (FileNotFoundError, NotADirectoryError):
        return MappingProxyType({})
    return _hashes(folder, facts.st_mtime_ns, facts.st_ino)


def forget() -> None:
    """Has the folder listed anew."""
    _hashes.cache_clear()


@lru_cache(maxsize=16)
def _hashes(folder: Path, changed: int, inode: int) -> Mapping[str, str]:  # noqa: ARG001
    found = (_NAME.fullmatch(name) for name in reading.names(folder))
    return MappingProxyType({match["name"]: match["sha256"] for match in found if match})


def copy_of(table: Path, name: str) -> Path | None:
    """Where the copy of a file of the log lies; None if there is none."""
    sha256 = hashes(table).get(name)
    return None if sha256 is None else table / FOLDER / f"{sha256}-{name}"


def content(table: Path, name: str) -> bytes | None:
    """The bytes with which a file of the log was written, from its copy; None if there is no copy, or the copy is damaged itself."""
    path = copy_of(table, name)
    try:
        saved = None if path is None else reading.content(path)
    except OSError:
        return None
    return saved if saved is not None and hashlib.sha256(saved).hexdigest() == hashes(table)[name] else None


def is_kept(name: str) -> bool:
    """Whether a file of the log, by its name, is one that is copied."""
    return _KEPT.fullmatch(name) is not None


def add_missing(log: Path) -> list[str]:
    """Copies each file of a log that has no copy yet; their names, in order.

    A copy that a power failure cuts short is found out by its name, so that the folder alone has to reach the disk.
    """
    folder, known = log.parent / FOLDER, hashes(log.parent)
    missing = sorted(name for name in reading.names(log) if is_kept(name) and name not in known)
    if missing:
        folder.mkdir(exist_ok=True)
    for name in missing:
        saved = reading.content(log / name)
        draft = folder / f".{name}"
        draft.write_bytes(saved)
        draft.replace(folder / f"{hashlib.sha256(saved).hexdigest()}-{name}")
    if missing:
        sync(folder)
    return missing
