"""A commit to the sales table has landed or it has not, whatever fails around it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from forecasting.storage import disk_full
from forecasting.storage.atomic_files import sync
from forecasting.storage.sales import damage


@contextmanager
def landing(table: Path, version: int, mark: str) -> Iterator[None]:
    """Runs a commit, alone on the table.

    One that landed counts, even if what the library does after it failed; it is on the disk at the end. What a full disk left of one that did
    not land is deleted: files that no version names.

    Args:
        table: Where.
        version: The version that it makes.
        mark: A text that only this commit has in its metadata.
    """
    before = _files(table)
    try:
        yield
    except Exception as error:
        if _has(damage.entry(table, version), mark):
            logging.getLogger(__name__).warning("Sales v%d was saved, but something after it failed", version, exc_info=True)
        else:
            if disk_full.is_full(error) and damage.newest(table) < version:
                for path in _files(table) - before:
                    path.unlink(missing_ok=True)
            raise
    made = _files(table) - before
    for path in [*made, *{path.parent for path in made}]:
        sync(path)


def _files(table: Path) -> set[Path]:
    return {path for path in table.rglob("*") if path.is_file()}


def _has(path: Path, mark: str) -> bool:
    try:
        return mark.encode() in path.read_bytes()
    except FileNotFoundError:
        return False
