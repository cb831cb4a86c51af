"""What a process may use to read a file, from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from forecasting.core.errors import SettingsError
from forecasting.intake.limits import LIMIT

READING_MB: Final = "FORECASTING_READING_MB"
READING_SECONDS: Final = "FORECASTING_READING_SECONDS"
PROCESSES: Final = 2
"""Files that are read at the same time, at most."""
SHARE: Final = 0.25
"""Share of the machine's memory that one process may use."""
LEAST_MB: Final = 512
BYTES_PER_BYTE: Final = 8
"""Bytes of memory that a byte of a file may take while it is read and checked."""
_CGROUPS: Final = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


@dataclass(frozen=True, kw_only=True)
class ReadingLimits:
    """What a process may use to read and check a file.

    Args:
        memory_mb: Megabytes of memory of one process that reads a file, of which there are two at most. 0: a quarter of the machine's memory, and
            at least 512.
        seconds: Seconds that it may compute.
    """

    memory_mb: int = 0
    seconds: int = 120

    def __post_init__(self) -> None:
        if self.memory_mb and self.memory_mb < LEAST_MB:
            raise SettingsError(f"{READING_MB} is at least {LEAST_MB}, or 0 for a quarter of the machine's memory, not {self.memory_mb}.")
        if self.seconds < 1:
            raise SettingsError(f"{READING_SECONDS} is at least 1, not {self.seconds}.")

    @classmethod
    def from_environ(cls, environment: Mapping[str, str]) -> ReadingLimits:
        """The limits that environment variables ask for; raises SettingsError."""
        stated = {"memory_mb": READING_MB, "seconds": READING_SECONDS}
        return cls(**{field: _whole(name, environment[name]) for field, name in stated.items() if environment.get(name, "").strip()})

    @property
    def memory(self) -> int:
        """Bytes of memory."""
        return self.memory_mb * 2**20 or max(LEAST_MB * 2**20, int(SHARE * machine_bytes()))

    @property
    def file_bytes(self) -> int:
        """Bytes that a file may have, packed and unpacked: as many as an upload may have, or more where there is memory for them."""
        return max(LIMIT, self.memory // BYTES_PER_BYTE)


def machine_bytes() -> int:
    """The memory of this machine, or of the part of it that this process may use."""
    known = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for path in _CGROUPS:
        with suppress(OSError, ValueError):
            known.append(int(path.read_text(encoding="ascii")))
    return min(known)


def _whole(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise SettingsError(f"{name} is a whole number, not {text!r}.") from error
