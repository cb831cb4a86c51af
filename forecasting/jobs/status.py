"""The status of a job, derived from its files and its lock and saved nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from forecasting.core.stages import PUBLISH
from forecasting.jobs import events
from forecasting.jobs.events import Event
from forecasting.storage import kept_json, reading, sealed_json
from forecasting.storage.locks import is_held

REQUEST, EVENTS, LOG, RESULT, CANCEL = "request.json", "events.jsonl", "log.txt", "result.json", "cancel"
ALIVE, PID, EXIT, RESERVE = "alive", "pid", "exit", "reserve"
"""`alive` is locked while the process lives; `pid` is its number, and that of its group; `exit` is what its parent saw it end with;
`reserve` is space for the result of a job that fills the disk."""
SILENCE_SECONDS = 600.0
"""Seconds after an event that the clock may add at most: a job counts its own seconds, but clocks are set, at times by a year."""

NOTHING = "Nothing was published"

State = Literal["running", "done", "failed", "cancelled"]
STATES: dict[str, State] = {"success": "done", "failed": "failed", "cancelled": "cancelled"}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """How a job stands.

    Args:
        number: The job.
        state: "running" until its process has ended or written its result.
        request: What the job was asked to do.
        started: When, in UTC, by the clock of the newest event.
        ended: When, in UTC, by the same clock; None while it runs.
        event: The newest progress, or None.
        fraction: Share that is done, in [0, 1].
        elapsed: Seconds from start to end, or until now.
        remaining: Seconds that it still takes; None if that is not known.
        result: The result of a job that is done; empty for other jobs.
        reason: Why there is no result, and what to do.
        error: The class of the error that ended it, e.g. "InputError"; empty if it wrote none.
        step: The stage in which it ended.
        log: Its whole output.
    """

    number: int
    state: State
    request: dict[str, Any]
    started: datetime
    ended: datetime | None
    event: Event | None
    fraction: float
    elapsed: float
    remaining: float | None
    result: dict[str, Any]
    reason: str
    error: str
    step: str
    log: Path


def read(path: Path, number: int) -> JobStatus:
    """The status of the job in a folder, whatever became of its files; raises FileNotFoundError if the folder is gone."""
    now, result, state = _look(path)
    newest = events.last(path / EVENTS)
    progress = newest if newest is None or newest.type == "progress" else events.last(path / EVENTS, "progress")
    begun = newest.at - timedelta(seconds=newest.elapsed) if newest else _begun(path)
    elapsed = _elapsed(newest, begun, now if state == "running" else _ended(path, result, newest, begun))
    fraction = newest.fraction if newest else 0.0
    return JobStatus(
        number=number,
        state=state,
        request=_json(path / REQUEST),
        started=begun,
        ended=None if state == "running" else begun + timedelta(seconds=elapsed),
        event=progress,
        fraction=1.0 if state == "done" else fraction,
        elapsed=elapsed,
        remaining=_remaining(newest, now) if state == "running" else 0.0,
        result=meta if isinstance(meta := result.get("meta"), dict) else {},
        reason=_reason(path, state, result, newest, _published(progress)),
        error=str(result.get("error", "")),
        step=str(result.get("step") or (progress.stage if progress else "")),
        log=path / LOG,
    )


def state(path: Path) -> State:
    """Whether the job in a folder runs, or how it ended."""
    return _look(path)[2]


def number_in(path: Path) -> int | None:
    """The whole number that a small file holds; None without one."""
    try:
        return int(reading.text(path, "ascii"))
    except (FileNotFoundError, ValueError):
        return None


def _look(path: Path) -> tuple[datetime, dict[str, Any], State]:
    """When a job began, its result and its state. The lock is checked first: a process that has freed it has written its result before."""
    alive, now = is_held(path / ALIVE), datetime.now(UTC)
    result = _json(path / RESULT)
    if result:
        return now, result, STATES.get(str(result.get("status")), "failed")
    if alive:
        return now, result, "running"
    newest = events.last(path / EVENTS)
    if newest is not None and newest.type == "result":
        return now, result, STATES.get(newest.status, "failed")
    return now, result, "cancelled" if (path / CANCEL).exists() else "failed"


def _remaining(newest: Event | None, now: datetime) -> float | None:
    if newest is None or newest.remaining is None:
        return None
    return max(0.0, newest.remaining - _since(newest.at, now))


def _elapsed(newest: Event | None, begun: datetime, end: datetime) -> float:
    """Seconds by the job's own count, and by the clock since its newest event."""
    return _since(begun, end) if newest is None else newest.elapsed + _since(newest.at, end)


def _since(moment: datetime, now: datetime) -> float:
    return min(max(0.0, (now - moment).total_seconds()), SILENCE_SECONDS)


def _published(progress: Event | None) -> str:
    """What became of the version of a job that ended without a word."""
    if progress is None or (progress.stage, progress.done) != (PUBLISH, progress.total):
        return NOTHING
    return "It was publishing just then; whether its version came to be, the list of versions says"


def _reason(path: Path, state: State, result: dict[str, Any], newest: Event | None, published: str) -> str:
    if state in ("running", "done"):
        return ""
    reason = result.get("reason") or (newest.reason if newest else "")
    if reason:
        return str(reason)
    if state == "cancelled":
        return "Cancelled by a person." if published == NOTHING else f"Cancelled by a person. {published}."
    code = number_in(path / EXIT)
    how = "killed, or out of memory" if code is None else f"exit code {code}" if code >= 0 else f"killed by signal {-code}"
    if code == -9:
        how += ", as the system does when memory runs out"
    return f"The process ended without a result ({how}). {published}; the log has its last words."


def _ended(path: Path, result: dict[str, Any], newest: Event | None, begun: datetime) -> datetime:
    ended = _moment(result.get("ended")) or _changed(path / EXIT)
    return ended or (newest.at if newest else begun)


def _begun(path: Path) -> datetime:
    return _changed(path / REQUEST) or datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _changed(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def _json(path: Path) -> dict[str, Any]:
    try:
        return kept_json.again(path, sealed_json.read)
    except (FileNotFoundError, ValueError, RecursionError):
        return {}
