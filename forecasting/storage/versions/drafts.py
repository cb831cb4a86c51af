"""Folders that are being filled, each locked by whoever fills it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from forecasting.storage.locks import take
from forecasting.storage.numbered_folders import DRAFT, NumberedFolders


@contextmanager
def draft(numbered: NumberedFolders, locked: AbstractContextManager[None]) -> Iterator[Path]:
    """A folder to fill, deleted at the end unless it was renamed; its lock shows that its owner lives.

    Args:
        numbered: The folders that it may become one of.
        locked: Holds their lock, while drafts of publishes that were killed are removed and this one is made.
    """
    with locked:
        _sweep(numbered.folder)
        path = numbered.draft()
        path.mkdir()
        file = os.open(path, os.O_RDONLY)
        take(file)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(file)


def _sweep(folder: Path) -> None:
    """Removes the drafts of publishes that were killed."""
    for path in folder.glob(f"{DRAFT}*"):
        try:
            file = os.open(path, os.O_RDONLY)
        except FileNotFoundError:  # its owner is done with it, and needs no lock for that
            continue
        try:
            if take(file):
                shutil.rmtree(path, ignore_errors=True)
        finally:
            os.close(file)
