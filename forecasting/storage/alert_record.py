"""The record of alerts: a line for each digest, claimed before it is sent, and for each try to send it and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path

from forecasting.core.system_errors import refusals_named
from forecasting.storage import line_file, reading
from forecasting.storage.alert_lines import Line, from_line, to_line
from forecasting.storage.atomic_files import write_bytes
from forecasting.storage.locks import exclusive

Lines = tuple[Line | None, ...]
"""The lines of a record in order, with None in place of one that is not as it was written."""


class AlertRecord:
    """The file of the record; whoever writes holds its lock.

    Args:
        path: The file; need not exist yet.
        timeout: Seconds to wait until somebody else has written, at least 0.
    """

    def __init__(self, path: Path, *, timeout: float = 10.0) -> None:
        self.path, self._timeout = path, timeout

    def alone(self) -> AbstractContextManager[None]:
        """Nobody else writes meanwhile; raises TryAgain where somebody does for too long, or NotWritable."""
        return exclusive(self.path.with_suffix(".lock"), timeout=self._timeout)

    def lines(self) -> Lines:
        """What its whole lines say; a torn one at the end is left out. Raises StorageUnavailable."""
        try:
            with refusals_named(self.path):
                facts = self.path.stat()
            return _lines(self.path, (facts.st_size, facts.st_mtime_ns, facts.st_ino))
        except FileNotFoundError:
            return ()

    def append(self, *entries: Line) -> None:
        """Adds lines, which are on the disk at the end; a torn one of before goes first. Under the lock."""
        line_file.cut(self.path)
        for entry in entries:
            line_file.append(self.path, to_line(entry))

    def replace(self, entries: Iterable[Line]) -> None:
        """Has the record be these lines instead, in one step. Under the lock."""
        write_bytes(self.path, b"".join(map(to_line, entries)))


@lru_cache(maxsize=4)
def _lines(path: Path, stamp: tuple[int, int, int]) -> Lines:  # noqa: ARG001
    """The lines in a file of this size, time of change and inode."""
    return tuple(from_line(line) for line in line_file.lines(reading.content(path)))
