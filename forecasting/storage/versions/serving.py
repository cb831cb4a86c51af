"""Which version serves: its files are verified once, and again as soon as one of them changes."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from forecasting.core.errors import DiskFull, NotWritable, StorageUnavailable, TryAgain, VersionDamaged
from forecasting.storage.versions import manifest
from forecasting.storage.versions.moves import Moves, Record
from forecasting.storage.versions.served_in_place import Serving
from forecasting.storage.versions.store import Versions

logger = logging.getLogger("shelfcast")

RETRY_SECONDS = 60.0
"""Between two tries to bring the record up to date, where nothing came of the first."""

FRESH_SECONDS = 1.0
"""For so long after its files were hashed a version is loaded without hashing them once more."""

Stamp = tuple[tuple[str, int, int, int], ...]
"""Name, size, time of change and inode of every file of a version."""


def serving_version(folder: Path) -> Serving:
    """The version in a folder that serves, and those refused; takes a tenth of a millisecond while nothing changes.

    Where the record of what served says something else, it is brought up to date, if nobody else is at it.
    """
    serving = Versions(folder).serving(_hashed)
    with suppress(TryAgain, StorageUnavailable):  # whoever holds the lock moves the pointer, and the next look finds what came of it
        last = Record(folder).moves()[-1:]
        if serving.version != (last[0].to if last and last[0] else None):
            _note(folder, last, serving.version, int(time.monotonic() // RETRY_SECONDS))
    return serving


def forget() -> None:
    """Has the next look verify every file again, after damage was met that no stamp shows."""
    _damage.cache_clear()


@lru_cache(maxsize=64)
def _note(folder: Path, last: Moves, version: int | None, tried: int) -> None:  # noqa: ARG001
    """Has the record say what serves, once a minute at most; to serve matters more than to record it."""
    try:
        noted = Versions(folder).note_serving()
    except NotWritable:  # a shop that is only looked at
        return
    except (DiskFull, StorageUnavailable) as error:
        logger.warning("The record of what served is not up to date: %s", error)
        return
    if noted != version:
        forget()


def check(path: Path, number: int) -> None:
    """Raises what `manifest.verify` raises, unless every file of a version is as it was written; for one that is about to be loaded."""
    hashed = _hashed(path, number)
    if time.monotonic() - hashed.when > FRESH_SECONDS:
        manifest.verify(path, number)


def _hashed(path: Path, number: int) -> _Hashed:
    """When the files of a version with these stamps were hashed; raises VersionDamaged or VersionUnavailable."""
    with manifest.readable(path, number, "."):
        stamp = tuple(sorted(_files(os.fspath(path))))
    hashed = _damage(path, number, stamp)
    if hashed.damaged is not None:
        raise VersionDamaged(number, hashed.damaged)
    return hashed


class _Hashed(NamedTuple):
    """The damaged file of a version, None if there is none, and when that was found out, in seconds of the system's clock."""

    damaged: str | None
    when: float


@lru_cache(maxsize=64)
def _damage(path: Path, number: int, stamp: Stamp) -> _Hashed:  # noqa: ARG001
    """What hashing the files that have this stamp says; that a file cannot be read now is raised, and so never remembered."""
    try:
        manifest.verify(path, number)
    except VersionDamaged as damage:
        return _Hashed(damage.file, time.monotonic())
    return _Hashed(None, time.monotonic())


def _files(folder: str) -> Iterator[tuple[str, int, int, int]]:
    """Name, size, time of change and inode of every file below a folder; a file that is deleted at this moment is left out."""
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):
                if entry.is_dir():
                    yield from _files(entry.path)
                else:
                    facts = entry.stat()
                    yield entry.path, facts.st_size, facts.st_mtime_ns, facts.st_ino
