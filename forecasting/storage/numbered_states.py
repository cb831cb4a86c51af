"""States named by number, 0001.json, 0002.json, ...: every state is a file of its own and never changes, and the last one counts."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from forecasting.storage import reading
from forecasting.storage.locks import exclusive
from forecasting.storage.numbered_folders import NAME


@dataclass(frozen=True, slots=True)
class NumberedStates:
    """The states inside a folder. A step back is a state too, so that a number is never used twice.

    Args:
        folder: The folder that holds them; need not exist yet.
        suffix: Of their files, with its dot.
        timeout: Seconds to wait until somebody else's change has ended, at least 0.
    """

    folder: Path
    suffix: str
    timeout: float

    def numbers(self) -> list[int]:
        """Numbers of the states that exist, damaged ones too, in order; raises StorageUnavailable."""
        stems = (name.removesuffix(self.suffix) for name in reading.names(self.folder) if name.endswith(self.suffix))
        return sorted(int(stem) for stem in stems if NAME.fullmatch(stem))

    def last(self) -> int:
        """The number of the state that counts; 0 for none."""
        return max(self.numbers(), default=0)

    def path(self, number: int) -> Path:
        """The file of a state, which need not exist."""
        return self.folder / f"{number:04d}{self.suffix}"

    def alone(self) -> AbstractContextManager[None]:
        """Nobody else saves a state meanwhile; raises TryAgain where somebody does for too long."""
        return exclusive(self.folder / ".lock", timeout=self.timeout)
