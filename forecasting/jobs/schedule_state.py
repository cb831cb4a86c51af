"""The outcome of a schedule's last moment, in one small file of the workspace that all its servers share."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from forecasting.storage import sealed_json

logger = logging.getLogger("shelfcast")

Outcome = Literal["set", "claimed", "started", "waiting", "unchanged", "no sales", "refused", "failed"]
OUTCOMES = get_args(Outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleState:
    """A scheduled moment and its outcome.

    Args:
        expression: The cron expression of the schedule.
        due: The moment, in UTC.
        outcome: "set" when the schedule was switched on after it; "claimed" until something else is known; "waiting" for a retrain that ran already.
        text: The outcome in words, for a person.
        job: The job that was started, or is waited for; of a claim, the newest one before it. None if there is none.
        at: When the outcome was written, in UTC.
    """

    expression: str
    due: datetime
    outcome: Outcome
    text: str = ""
    job: int | None = None
    at: datetime


def read(path: Path) -> ScheduleState | None:
    """The last moment and its outcome; None if there is none yet, or if the file is broken, which is logged; raises StorageUnavailable."""
    try:
        return _tick(sealed_json.read(path))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        logger.warning("%s is broken (%r): the schedule begins anew with its next moment.", path, error)
        return None


def write(path: Path, tick: ScheduleState) -> None:
    """Replaces the saved moment and outcome, in one step."""
    sealed_json.write(path, asdict(tick) | {"due": tick.due.isoformat(), "at": tick.at.isoformat()})


def _tick(values: dict[str, Any]) -> ScheduleState:
    """The moment and outcome in a file's values, which a person may have edited; raises ValueError, KeyError or TypeError."""
    outcome, job = values["outcome"], values["job"]
    if outcome not in OUTCOMES:
        raise ValueError(outcome)
    return ScheduleState(
        expression=str(values["expression"]),
        due=_moment(values["due"]),
        outcome=outcome,
        text=str(values["text"]),
        job=None if job is None else int(job),
        at=_moment(values["at"]),
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(UTC)
