"""The events of a job: one JSON line per event, appended by the job and read by anybody."""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from forecasting.core.json_values import jsonable
from forecasting.core.progress import Progress
from forecasting.core.system_errors import refusals_named
from forecasting.jobs.estimate import Estimate

SECONDS_BETWEEN = 0.1
MAX_SECONDS = 1e9
_NUMBER = (int, float)
KINDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("id", "done", "total"), (int,)),
    **dict.fromkeys(("type", "stage", "note", "status", "reason"), (str,)),
    **dict.fromkeys(("fraction", "elapsed"), _NUMBER),
    **dict.fromkeys(("loss", "remaining"), (*_NUMBER, type(None))),
}
"""Field of an event -> its types; a line with anything else was not written by a job."""
BLOCK_BYTES = 8192
PAGE_EVENTS = 500
"""Events that a listener gets at once, at most."""
Type = Literal["started", "progress", "result"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in a job.

    Args:
        id: Its position in the job, from 1.
        at: When, in UTC.
        type: "started" comes first, "result" last.
        stage: What is running; see `Progress`, also for `done`, `total`, `note` and `loss`.
        done: Steps of the stage that have ended.
        total: Steps of the stage.
        note: One short line.
        loss: Loss of the epoch that ended, or None.
        fraction: Share of the whole job that is done, in [0, 1]; never falls.
        elapsed: Seconds since the start.
        remaining: Seconds that it still takes; None if that is not known.
        status: "success", "failed" or "cancelled" of a result; else empty.
        reason: What went wrong and what to do, of a result without success; else empty.
    """

    id: int
    at: datetime
    type: Type
    stage: str = ""
    done: int = 0
    total: int = 1
    note: str = ""
    loss: float | None = None
    fraction: float = 0.0
    elapsed: float = 0.0
    remaining: float | None = None
    status: str = ""
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {**asdict(self), "at": self.at.isoformat(timespec="milliseconds")}


class Recorder:
    """Writer of a job's events.

    Args:
        path: The file; created at the first event.
        estimate: What the stages are expected to take.
        clock: Seconds that never run backwards.
    """

    def __init__(self, path: Path, estimate: Estimate, clock: Callable[[], float] = time.monotonic) -> None:
        self.path = path
        self.estimate = estimate
        self.clock = clock
        self.stage = ""
        self._begun = clock()
        self._written = -SECONDS_BETWEEN
        self._count = 0
        self._waiting: Progress | None = None

    def started(self) -> None:
        """Writes that the job has begun."""
        self._write("started", remaining=self.estimate.remaining(0.0))

    def progress(self, progress: Progress) -> None:
        """Writes that a step has ended: ten a second at most, and always the first and last step of a stage and steps with a loss."""
        first = progress.stage != self.stage
        if first:
            self._flush()
        self.stage = progress.stage
        self.estimate.update(progress)
        self._waiting = progress
        due = self.clock() - self._written >= SECONDS_BETWEEN
        if due or first or progress.done == progress.total or progress.loss is not None:
            self._flush()

    def result(self, status: str, reason: str) -> None:
        """Writes how the job has ended."""
        self._flush()
        done = status == "success"
        self._write("result", stage=self.stage, status=status, reason=reason, fraction=1.0 if done else self.estimate.fraction, remaining=0.0)

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._write("progress", **asdict(waiting), remaining=self.estimate.remaining(self.clock() - self._begun))

    def _write(self, kind: Type, **values: Any) -> None:
        self._written = self.clock()
        number = self._count + 1
        elapsed = round(self._written - self._begun, 3)
        event = Event(id=number, at=datetime.now(UTC), type=kind, **{"fraction": self.estimate.fraction, "elapsed": elapsed, **values})
        _append(self.path, json.dumps(jsonable(event.to_dict()), ensure_ascii=False, allow_nan=False).encode() + b"\n")
        self._count = number


def _append(path: Path, line: bytes) -> None:
    """Appends a whole line, or nothing if the disk is full."""
    with path.open("ab", buffering=0) as file:
        size = file.tell()
        if file.write(line) != len(line):
            file.truncate(size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


def read(path: Path, after: int = 0) -> list[Event]:
    """The events with an id above `after`, in order; only the end of the file that holds them is read."""
    events: list[Event] = []
    for event in _newest_first(path):
        if event.id <= after:
            break
        events.append(event)
    return events[::-1]


def page(path: Path, place: int = 0) -> tuple[list[Event], int]:
    """The next events from a place in the file on, a page of them at most, and the place behind them, unchanged if there are none."""
    try:
        with refusals_named(path):
            file = path.open("rb")
    except FileNotFoundError:
        return [], place
    events = []
    with file:
        file.seek(place)
        for line in islice(file, PAGE_EVENTS):
            if not line.endswith(b"\n"):
                break  # it is still being written
            place += len(line)
            events.append(_parse(line))
    return [event for event in events if event is not None], place


def are_whole(path: Path) -> bool:
    """Whether every line is an event, but for the last one, which its writer may not have finished; raises StorageUnavailable."""
    with refusals_named(path):
        *lines, _ = path.read_bytes().split(b"\n")
    return all(_parse(line) is not None for line in lines)


def last(path: Path, kind: Type | None = None) -> Event | None:
    """The newest event, or the newest of this type."""
    return next((event for event in _newest_first(path) if kind in (None, event.type)), None)


def _newest_first(path: Path) -> Iterator[Event]:
    for line in _lines_backwards(path):
        event = _parse(line)
        if event is not None:
            yield event


def _parse(line: bytes) -> Event | None:
    """The event of a line; None if its writer did not finish it: it was killed, or the disk was full."""
    try:
        values = json.loads(line)
        event = Event(**{**values, "at": datetime.fromisoformat(values["at"])})
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return event if _is_one(event) else None


def _is_one(event: Event) -> bool:
    """Whether a job can have written this event."""
    if not all(isinstance(getattr(event, name), kinds) for name, kinds in KINDS.items()):
        return False
    return event.at.tzinfo is not None and event.at.year >= 1970 and 0 <= event.elapsed < MAX_SECONDS


def _lines_backwards(path: Path) -> Iterator[bytes]:
    """The lines of a file from the last to the first, without an unfinished one after the last line feed."""
    try:
        with refusals_named(path):
            file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        position, rest = file.seek(0, os.SEEK_END), b""
        complete = False
        while position > 0:
            size = min(BLOCK_BYTES, position)
            position -= size
            file.seek(position)
            rest, *lines = (file.read(size) + rest).split(b"\n")
            if not complete and lines:
                lines.pop()
                complete = True
            yield from reversed(lines)
        if complete:
            yield rest
