"""The record of alerts: a line for each digest, claimed before it is sent, and for each try to send it and what came of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from forecasting.core.alerts import Alert
from forecasting.storage import line_file, reading
from forecasting.storage.locks import exclusive
from forecasting.storage.sealed_json import CHECKSUM, checksum

NAME: Final = "alerts.jsonl"


@dataclass(frozen=True, slots=True)
class Digest:
    """What one day is told.

    Args:
        when: When it was claimed, in UTC.
        id: Its own, which a receiver that gets it twice knows it by.
        day: The day of the shop that it is for.
        alerts: What is new.
        open: Keys of all alerts that are open, the new ones too.
        is_trial: Whether a person only tried whether it arrives.
    """

    when: datetime
    id: str
    day: date
    alerts: tuple[Alert, ...] = ()
    open: tuple[str, ...] = ()
    is_trial: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try to send a digest to one receiver, or what came of it.

    Args:
        when: In UTC.
        digest: The id of the digest.
        receiver: The id of the receiver.
        number: Which try it is, from 1.
        arrived: Whether the receiver took it; None as long as that is not known.
        note: What the receiver or the network said.
    """

    when: datetime
    digest: str
    receiver: str
    number: int
    arrived: bool | None = None
    note: str = ""


Line = Digest | Attempt


def to_line(entry: Line) -> bytes:
    """The line that says so, with a checksum of itself."""
    facts: dict[str, Any] = {"when": entry.when.isoformat(timespec="milliseconds")}
    if isinstance(entry, Digest):
        alerts = [alert.to_json() for alert in entry.alerts]
        facts |= {"what": "digest", "id": entry.id, "day": entry.day.isoformat(), "alerts": alerts, "open": list(entry.open), "trial": entry.is_trial}
    else:
        facts |= {"what": "attempt", "digest": entry.digest, "receiver": entry.receiver, "number": entry.number}
        facts |= {"arrived": entry.arrived, "note": entry.note}
    return json.dumps({**facts, CHECKSUM: checksum(facts)}, ensure_ascii=False).encode() + b"\n"


def from_line(line: bytes) -> Line | None:
    """What a line says; None if it is not as it was written."""
    try:
        facts = json.loads(line)
        if facts.pop(CHECKSUM) != checksum(facts):
            return None
        return _entry(facts)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _entry(facts: Mapping[str, Any]) -> Line:
    when = datetime.fromisoformat(facts["when"]).astimezone(UTC)
    if facts["what"] == "digest":
        alerts = tuple(Alert.from_json(each) for each in facts["alerts"])
        return Digest(when, str(facts["id"]), date.fromisoformat(facts["day"]), alerts, tuple(map(str, facts["open"])), bool(facts["trial"]))
    return Attempt(when, str(facts["digest"]), str(facts["receiver"]), int(facts["number"]), facts["arrived"], str(facts["note"]))


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

    def lines(self) -> list[Line | None]:
        """What its whole lines say, None in place of one that is not as it was written; a torn one at the end is left out."""
        try:
            return [from_line(line) for line in line_file.lines(reading.content(self.path))]
        except FileNotFoundError:
            return []

    def append(self, *entries: Line) -> None:
        """Adds lines, which are on the disk at the end; a torn one of before goes first. Under the lock."""
        line_file.cut(self.path)
        for entry in entries:
            line_file.append(self.path, to_line(entry))
