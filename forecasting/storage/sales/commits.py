"""Commits to the sales table that land whole or not at all, whatever fails around them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from forecasting.core import system_errors
from forecasting.core.errors import ShelfcastError
from forecasting.storage.atomic_files import sync
from forecasting.storage.sales import log, log_copies

MARK: Final = "mark"
"""Key of a commit's metadata with a text of its own, by which it is recognised once it has landed."""


@contextmanager
def landing_commit(table: Path, version: int, mark: str) -> Iterator[list[Path]]:
    """Runs a commit and decides whether it landed; nobody else may commit meanwhile.

    A commit that landed counts, even if the library fails afterwards; it is on the disk at the end. If it did not land, the files that it
    wrote are deleted; after a full disk also those that the library left, which no version names.

    Args:
        table: The folder of the table.
        version: The version that the commit makes.
        mark: A text that only this commit has in its metadata.

    Yields:
        A list to which the block adds the path of every data file that it writes.
    """
    before = _files(table)
    written: list[Path] = []
    try:
        yield written
    except Exception as error:
        if _has(log.path(table, version), mark):
            logging.getLogger(__name__).warning("Sales v%d was saved, but something after it failed", version, exc_info=True)
        else:
            leftovers = _files(table) - before if system_errors.is_full(error) and log.newest(table) < version else set()
            for path in leftovers.union(written):
                path.unlink(missing_ok=True)
            raise
    leftovers = _files(table) - before
    for path in [*leftovers, *{path.parent for path in leftovers}]:
        sync(path)
    _copy_log(table)


def _copy_log(table: Path) -> None:
    """Copies what is new in the log; the commit has landed, and counts even if its copy has to wait for the next one."""
    try:
        log_copies.add_missing(table / log.FOLDER)
    except (OSError, ShelfcastError):
        logging.getLogger(__name__).warning("The newest entry of the sales' log has no copy yet", exc_info=True)


def _files(table: Path) -> set[Path]:
    """What the library writes: data files and the log; the folders beside them are written by others at any time, those of summaries by readers."""
    return {path for path in (*table.glob("*"), *(table / log.FOLDER).rglob("*")) if path.is_file()}


def _has(path: Path, mark: str) -> bool:
    try:
        return mark.encode() in path.read_bytes()
    except FileNotFoundError:
        return False
