"""What processes hold in memory."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


def held(process: int | None = None) -> float:
    """What a process, or this one, holds in memory, MB; raises OSError or StopIteration for one that has ended."""
    status = Path(f"/proc/{process or os.getpid()}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))


@dataclass
class Peaks:
    """The most that was held, MB.

    Args:
        server: By a server itself.
        readers: By the processes that it had started, together.
    """

    server: float = 0
    readers: float = 0

    def watch(self, server: int, ended: threading.Event) -> None:
        """Looks every twentieth of a second, until it ends."""
        while not ended.wait(0.05):
            self.server = max(self.server, held(server))
            self.readers = max(self.readers, _together(_below(server)))


def _together(processes: list[int]) -> float:
    """What processes hold that may end at any moment."""
    total = 0.0
    for process in processes:
        with suppress(OSError, StopIteration):
            total += held(process)
    return total


def _below(process: int) -> list[int]:
    """All processes that a process has started, and those that these have."""
    try:
        started = [int(child) for file in Path(f"/proc/{process}/task").glob("*/children") for child in file.read_text(encoding="ascii").split()]
    except OSError:  # it ended meanwhile
        return []
    return started + [each for child in started for each in _below(child)]
