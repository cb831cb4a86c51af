"""Files on their way into a workspace: their bytes while they are read, and what was read."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from forecasting.storage import disk_full

OLD_SECONDS: Final = 24 * 3600
"""Age from which a folder here was left behind by a process that died."""


@contextmanager
def spool_folder(folder: Path, name: str) -> Iterator[Path]:
    """An empty folder for one file, which is gone after the block.

    Args:
        folder: Where; created if it does not exist.
        name: What the person calls the file, for messages.

    Raises:
        DiskFull: There is no space for it.
    """
    with disk_full.disk_full_as_error(f"the upload {name}"):
        folder.mkdir(parents=True, exist_ok=True)
        _clear(folder)
        with TemporaryDirectory(dir=folder, prefix="", ignore_cleanup_errors=True) as own:
            yield Path(own)


def _clear(folder: Path) -> None:
    """Deletes what processes that died left behind."""
    for left in folder.iterdir():
        try:
            old = time.time() - left.stat().st_mtime > OLD_SECONDS
        except FileNotFoundError:  # somebody else is done with it
            continue
        if old:
            shutil.rmtree(left, ignore_errors=True)
