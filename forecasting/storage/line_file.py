"""Files of lines that are only ever added: each line is on the disk, or not there at all."""

from __future__ import annotations

import os
from pathlib import Path

from forecasting.storage import reading
from forecasting.storage.atomic_files import sync


def lines(content: bytes) -> list[bytes]:
    """The whole lines of a file's content; a torn one at the end is left out."""
    return content.split(b"\n")[:-1]


def append(path: Path, line: bytes) -> None:
    """Adds a line, its line feed included, which is on the disk at the end, or leaves the file as it was."""
    is_new = not path.exists()
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        size = os.fstat(file).st_size
        try:
            _write(file, line)
            os.fsync(file)
        except BaseException:
            os.ftruncate(file, size)
            raise
    finally:
        os.close(file)
    if is_new:
        sync(path.parent)


def cut(path: Path, most: int | None = None) -> None:
    """Leaves so many whole lines, the first ones; None for all. A file that has no more, or that is not there, stays as it is."""
    try:
        content = reading.content(path)
    except FileNotFoundError:
        return
    size = sum(len(line) + 1 for line in lines(content)[:most])
    if size < len(content):
        os.truncate(path, size)
        sync(path)


def _write(file: int, content: bytes) -> None:
    """Writes all bytes: a system call may write a part of them."""
    while content:
        content = content[os.write(file, content) :]
