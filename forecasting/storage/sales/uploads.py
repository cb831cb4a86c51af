"""Uploads, which the sales table remembers in the metadata of its commits."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal

Kind = Literal["upload", "sample"]
KINDS: Final = ("upload", "sample")
UNDO: Final = "undo"
COMPACTION: Final = "compaction"
"""The kind of a commit that changes no row."""
KEPT: Final = "kept"
"""Key of its metadata: the versions before it that stay readable, with spaces between."""
UPLOADS_FROM: Final = "uploads_from"
"""Key of its metadata: the version of the oldest upload whose bytes are kept; those of earlier ones may be gone."""
STANDING: Final = "standing"
"""Key of the metadata of a step back: the versions of the uploads that the sales consist of after it, with spaces between; without it, those of
its target."""
READING: Final = "reading"
"""Key of an upload's metadata: how its file was read, as JSON; uploads of before it was saved have none."""
STARTED_OVER: Final = "started_over"
"""Key of the metadata of a step back to no sales at all, with which a new shop begins; its value does not matter."""
REPLACED: Final = "replaced_sample"
"""Key of a commit's metadata: 1 if it put the rows before it aside, those of the sample or those that other keys tell apart. An earlier commit that
did so is one that overwrites."""


@dataclass(frozen=True)
class Upload:
    """A file to merge, or one that was merged.

    Args:
        name: What the person calls it; never used as a path.
        sha256: The SHA-256 of its bytes, in hexadecimal.
        when: The moment of the upload, in UTC.
        kind: Whether it is the sample or a person's own.
        rows: Rows of the file, good and bad.
        dropped: Rows left out for their problems.
        content: The bytes as they came; empty for one that was merged (they lie under their hash).
        version: The version of the sales that its merge made; None before.
        new: Rows that it added.
        changed: Rows whose values it replaced.
        unchanged: Rows that were saved already.
        undone: Whether the upload was taken back.
        replaced_sample: Whether its merge put the rows before it aside: those of the sample, or those that other keys tell apart.
        reading: How the file was read, as a text that its reader understands; empty if that is not known.
    """

    name: str
    sha256: str
    when: datetime
    kind: Kind = "upload"
    rows: int = 0
    dropped: int = 0
    content: bytes = field(default=b"", repr=False)
    version: int | None = None
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    undone: bool = False
    replaced_sample: bool = False
    reading: str = ""

    @classmethod
    def from_file(cls, content: bytes, name: str, *, rows: int, dropped: int, kind: Kind = "upload") -> Upload:
        """The upload of a file that has just been checked.

        Args:
            content: Its bytes.
            name: What the person calls it.
            rows: Rows of the file, good and bad.
            dropped: Rows left out for their problems.
            kind: Whether it is the sample or a person's own.
        """
        return cls(name, hashlib.sha256(content).hexdigest(), datetime.now(UTC), kind, rows, dropped, content)

    def metadata(self, counts: Mapping[str, int]) -> dict[str, str]:
        """The entries about this upload in its commit's metadata."""
        facts = {"kind": self.kind, "file": self.name, "sha256": self.sha256, "when": self.when.isoformat(timespec="milliseconds")}
        facts |= {READING: self.reading} if self.reading else {}
        return facts | {name: str(count) for name, count in {"rows": self.rows, "dropped": self.dropped, **counts}.items()}


def uploads_in(commits: Sequence[Mapping[str, Any]]) -> list[Upload]:
    """The uploads in commits, newest first; `undone` marks the ones that were taken back."""
    standing = set(standing_uploads(commits))
    return [_from(commit, undone=commit["version"] not in standing) for commit in commits if commit.get("kind") in KINDS]


def started_over(commits: Sequence[Mapping[str, Any]]) -> int:
    """The version with which the shop was last started over; -1 for never."""
    return max((int(commit["version"]) for commit in commits if STARTED_OVER in commit), default=-1)


def standing_uploads(commits: Sequence[Mapping[str, Any]]) -> list[int]:
    """Versions of the uploads that the newest version consists of, newest first."""
    known = compositions(commits)
    return list(reversed(known[max(known)])) if known else []


def compositions(commits: Sequence[Mapping[str, Any]]) -> dict[int, tuple[int, ...]]:
    """Version -> versions of the uploads that it consists of, oldest first.

    An undo of the last upload names the version that it went back to, and consists of what that one consists of; one of an earlier upload names
    the uploads that are left.
    """
    known: dict[int, tuple[int, ...]] = {}
    for commit in sorted(commits, key=lambda commit: int(commit["version"])):
        version, kind = int(commit["version"]), commit.get("kind")
        before = known.get(version - 1, ())
        known[version] = _standing_after_undo(commit, known) if kind == UNDO else (*before, version) if kind in KINDS else before
    return known


def _standing_after_undo(commit: Mapping[str, Any], known: Mapping[int, tuple[int, ...]]) -> tuple[int, ...]:
    stated = commit.get(STANDING)
    return known.get(int(commit["target"]), ()) if stated is None else tuple(map(int, str(stated).split()))


def _from(commit: Mapping[str, Any], *, undone: bool) -> Upload:
    rows, dropped, version, new, changed, unchanged = (int(commit[name]) for name in ("rows", "dropped", "version", "new", "changed", "unchanged"))
    return Upload(
        commit["file"],
        commit["sha256"],
        datetime.fromisoformat(commit["when"]),
        commit["kind"],
        rows=rows,
        dropped=dropped,
        version=version,
        new=new,
        changed=changed,
        unchanged=unchanged,
        undone=undone,
        replaced_sample=commit.get(REPLACED) == "1" or commit.get("operationParameters", {}).get("mode") == "Overwrite",
        reading=str(commit.get(READING, "")),
    )
