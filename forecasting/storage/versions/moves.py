"""The record of what served: a line for each move of the live version, on the disk before the pointer moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, get_args

from forecasting.core.system_errors import refusals_named
from forecasting.storage import line_file, reading, sealed_json

NAME: Final = "served.jsonl"
LOCAL: Final = "local"
"""Who moved the live version where nobody is named: somebody at this machine."""
Why = Literal[
    "retrain", "person", "went_back", "served_anyway", "let_in", "damaged", "mended", "repaired", "started_over", "kept", "recorded", "unrecorded"
]
"""Why a version began to serve.

retrain: it was published. person, went_back: somebody chose it, a newer or an older one than before; or, by `shadow`, the days since spoke for it.
served_anyway: somebody chose it although the gate held it. let_in: the gate held it, or it was a challenger, and the days since spoke for it.
damaged: it stands in for the live version, which is damaged. mended: it was damaged, and is whole again. repaired: it stood in, and was made the
live one. started_over: none serves any more. kept: the shop was not started over after all. recorded: it was live when the record began.
unrecorded: it was found live, and no line says why.
"""
STANDING_IN: Final = ("damaged", "mended")
"""Moves that leave the pointer where it is."""


@dataclass(frozen=True, slots=True)
class Move:
    """One version began to serve in place of another.

    Args:
        when: In UTC.
        before: The version that served until then; None if none did.
        to: The version that serves since; None if none does.
        why: Why.
        by: Who did it: a login, a name that was given, or `local`.
    """

    when: datetime
    before: int | None
    to: int | None
    why: Why
    by: str = LOCAL

    def line(self) -> bytes:
        """The line of the record that says so, with a checksum of itself."""
        facts = {"when": self.when.isoformat(timespec="milliseconds"), "from": self.before, "to": self.to, "why": self.why, "by": self.by}
        return sealed_json.line(facts)

    @classmethod
    def from_line(cls, line: bytes) -> Move | None:
        """The move that a line tells of; None if the line is not as it was written."""
        facts = sealed_json.facts_of(line)
        if facts is None or facts.get("why") not in get_args(Why):
            return None
        try:
            return cls(datetime.fromisoformat(facts["when"]).astimezone(UTC), facts["from"], facts["to"], facts["why"], facts["by"])
        except (ValueError, KeyError, TypeError, AttributeError):
            return None


Moves = tuple[Move | None, ...]
"""The lines of a record in order, with None in place of one that is not as it was written."""


class Record:
    """The file of the moves; whoever writes holds the lock of the versions.

    Args:
        folder: The folder of the versions; need not exist yet.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME

    def moves(self) -> Moves:
        """What its whole lines say; a torn one at the end is left out. Raises StorageUnavailable."""
        try:
            with refusals_named(self.path):
                facts = self.path.stat()
            return _moves(self.path, (facts.st_size, facts.st_mtime_ns, facts.st_ino))
        except FileNotFoundError:
            return ()

    def append(self, move: Move) -> None:
        """Adds a line, which is on the disk at the end, or leaves the file as it was."""
        line_file.append(self.path, move.line())

    def cut(self, lines: int) -> None:
        """Leaves so many whole lines, the first ones; a file that has no more stays as it is."""
        line_file.cut(self.path, lines)


@lru_cache(maxsize=4)
def _moves(path: Path, stamp: tuple[int, int, int]) -> Moves:  # noqa: ARG001
    """The moves in a file of this size, time of change and inode."""
    return tuple(Move.from_line(line) for line in line_file.lines(reading.content(path)))
