"""How a job stands: derived from its files and its lock, never kept anywhere."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from forecasting import events
from forecasting.events import Event
from forecasting.locks import is_held

REQUEST, EVENTS, LOG, RESULT, CANCEL = "request.json", "events.jsonl", "log.txt", "result.json", "cancel"
ALIVE, PID, EXIT = "alive", "pid", "exit"
"""`alive` is locked while the process lives; `pid` is its number, and that of its group; `exit` is what its parent saw it end with."""

State = Literal["running", "done", "failed", "cancelled"]
STATES: dict[str, State] = {"success": "done", "failed": "failed", "cancelled": "cancelled"}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """How a job stands.

    Args:
        number: The job.
        state: "running" until its process has ended or told its result.
        request: What was asked for.
        started: When, in UTC.
        ended: When, in UTC; None while it runs.
        event: The newest progress, or None.
        fraction: Share that is done, in [0, 1].
        elapsed: Seconds from start to end, or until now.
        remaining: Seconds that it still takes; None if that is not known.
        result: What a job that is done made; empty for the others.
        reason: Why there is no result, and what to do.
        error: The class of the error that ended it, e.g. "InputError"; empty if it told none.
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
    """How the job in a folder stands."""
    now, result, state = _look(path)
    newest = events.last(path / EVENTS)
    progress = newest if newest is None or newest.type == "progress" else events.last(path / EVENTS, "progress")
    started = newest.at - timedelta(seconds=newest.elapsed) if newest else _changed(path / REQUEST)
    ended = None if state == "running" else _ended(path, result, newest, started)
    fraction = newest.fraction if newest else 0.0
    return JobStatus(
        number=number,
        state=state,
        request=_json(path / REQUEST),
        started=started,
        ended=ended,
        event=progress,
        fraction=1.0 if state == "done" else fraction,
        elapsed=max(0.0, ((ended or now) - started).total_seconds()),
        remaining=_remaining(newest, now) if state == "running" else 0.0,
        result=result.get("meta") or {},
        reason=_reason(path, state, result, newest),
        error=result.get("error", ""),
        step=result.get("step") or (progress.stage if progress else ""),
        log=path / LOG,
    )


def state(path: Path) -> State:
    """Whether the job in a folder runs, or how it ended."""
    return _look(path)[2]


def number_in(path: Path) -> int | None:
    """The whole number that a small file holds; None without one."""
    try:
        return int(path.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None


def _look(path: Path) -> tuple[datetime, dict[str, Any], State]:
    """The lock is asked before the result is read: whoever let go of it has written its result before."""
    alive, now = is_held(path / ALIVE), datetime.now(UTC)
    result = _json(path / RESULT)
    if result:
        return now, result, STATES.get(result.get("status", ""), "failed")
    if alive:
        return now, result, "running"
    newest = events.last(path / EVENTS)
    if newest is not None and newest.type == "result":
        return now, result, STATES.get(newest.status, "failed")
    return now, result, "cancelled" if (path / CANCEL).exists() else "failed"


def _remaining(newest: Event | None, now: datetime) -> float | None:
    if newest is None or newest.remaining is None:
        return None
    return max(0.0, newest.remaining - (now - newest.at).total_seconds())


def _reason(path: Path, state: State, result: dict[str, Any], newest: Event | None) -> str:
    if state in ("running", "done"):
        return ""
    told = result.get("reason") or (newest.reason if newest else "")
    if told or state == "cancelled":
        return str(told) or "Cancelled by a person."
    code = number_in(path / EXIT)
    how = "killed, or out of memory" if code is None else f"exit code {code}" if code >= 0 else f"killed by signal {-code}"
    if code == -9:
        how += ", as the system does when memory runs out"
    return f"The process ended without a result ({how}). Nothing was published; the log has its last words."


def _ended(path: Path, result: dict[str, Any], newest: Event | None, started: datetime) -> datetime:
    if "ended" in result:
        return datetime.fromisoformat(result["ended"])
    if (path / EXIT).exists():
        return _changed(path / EXIT)
    return newest.at if newest else started


def _changed(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _json(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}
