"""Files and folders of a workspace as they are read: what the system refuses is named, and never taken for damage.

A file that is gone raises FileNotFoundError or another OSError of its kind; one that cannot be read now, StorageUnavailable or OutOfMemory.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from forecasting.core.system_errors import refusals_named


def content(path: Path) -> bytes:
    """The bytes of a file."""
    with refusals_named(path):
        return path.read_bytes()


def text(path: Path, encoding: str = "utf-8") -> str:
    """The text of a file; raises UnicodeDecodeError too."""
    with refusals_named(path):
        return path.read_text(encoding)


def names(folder: Path) -> list[str]:
    """The names in a folder; none if there is no such folder."""
    try:
        with refusals_named(folder):
            return [path.name for path in folder.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return []


def files(folder: Path) -> Iterator[Path]:
    """Every file below a folder, in no order; folders that are deleted meanwhile, or cannot be read, are left out."""
    return (Path(inside, name) for inside, _, names_inside in os.walk(folder) for name in names_inside)


def is_folder(path: Path) -> bool:
    """Whether there is a folder at this path."""
    with refusals_named(path):
        return path.is_dir()
