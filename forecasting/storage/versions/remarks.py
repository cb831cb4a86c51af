"""What people say of versions: notes, pins, and findings that they know of; a line each, only ever added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, get_args

from forecasting.core.system_errors import refusals_named
from forecasting.storage import line_file, reading, sealed_json
from forecasting.storage.disk_full import disk_full_as_error
from forecasting.storage.locks import exclusive
from forecasting.storage.versions.moves import LOCAL

NAME: Final = "notes.jsonl"
Kind = Literal["note", "pin", "unpin", "acknowledge"]
"""What a remark is.

note: a text about a version. pin: the version stays until somebody says otherwise. unpin: somebody says otherwise. acknowledge: somebody knows of
what was found about a version; the text says of what.
"""


@dataclass(frozen=True, slots=True)
class Remark:
    """Somebody said something of a version.

    Args:
        when: In UTC.
        version: Of which.
        kind: What it is.
        text: The words; empty where the kind says all.
        by: Who: a login, a name that was given, or `local`.
    """

    when: datetime
    version: int
    kind: Kind
    text: str = ""
    by: str = LOCAL

    def line(self) -> bytes:
        """The line of the file that says so, with a checksum of itself."""
        facts = {"when": self.when.isoformat(timespec="milliseconds"), "version": self.version, "kind": self.kind, "text": self.text, "by": self.by}
        return sealed_json.line(facts)

    @classmethod
    def from_line(cls, line: bytes) -> Remark | None:
        """The remark that a line tells of; None if the line is not as it was written."""
        facts = sealed_json.facts_of(line)
        if facts is None or facts.get("kind") not in get_args(Kind):
            return None
        try:
            return cls(datetime.fromisoformat(facts["when"]).astimezone(UTC), facts["version"], facts["kind"], facts["text"], facts["by"])
        except (ValueError, KeyError, TypeError, AttributeError):
            return None


class Remarks:
    """The file of the remarks, beside the versions.

    Args:
        folder: The folder of the versions.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME

    def every(self) -> tuple[Remark | None, ...]:
        """What its whole lines say, None in place of a damaged one. Raises StorageUnavailable."""
        try:
            with refusals_named(self.path):
                facts = self.path.stat()
            return _remarks(self.path, (facts.st_size, facts.st_mtime_ns, facts.st_ino))
        except FileNotFoundError:
            return ()

    def of(self, version: int) -> list[Remark]:
        """What was said of a version, in order, as far as it can be read."""
        return [remark for remark in self.every() if remark and remark.version == version]

    def pinned(self) -> frozenset[int]:
        """The versions that are pinned."""
        last = {remark.version: remark.kind for remark in self.every() if remark and remark.kind in ("pin", "unpin")}
        return frozenset(version for version, kind in last.items() if kind == "pin")

    def add(self, version: int, kind: Kind, text: str = "", by: str = LOCAL) -> None:
        """Adds a remark, made now; a torn last line goes first. Raises TryAgain or DiskFull."""
        with disk_full_as_error("the note"), exclusive(self.path.parent / ".lock"):
            line_file.cut(self.path)
            line_file.append(self.path, Remark(datetime.now(UTC), version, kind, text, by).line())


@lru_cache(maxsize=4)
def _remarks(path: Path, stamp: tuple[int, int, int]) -> tuple[Remark | None, ...]:  # noqa: ARG001
    """The remarks in a file of this size, time of change and inode."""
    return tuple(Remark.from_line(line) for line in line_file.lines(reading.content(path)))
