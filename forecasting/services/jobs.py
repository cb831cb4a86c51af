"""Retrains as those see them who follow one: pages, HTTP, command line."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from forecasting.core.errors import Cancelled, NotFound, TrainingFailed
from forecasting.jobs.events import Event
from forecasting.jobs.runner import Jobs
from forecasting.jobs.status import JobStatus
from forecasting.storage.workspace import Workspace


def job(ws: Workspace, number: int | None = None) -> JobStatus | None:
    """How a job stands, or the newest one; None if there never was one. Raises NotFound."""
    jobs = Jobs(ws.jobs)
    number = jobs.latest() if number is None else number
    return None if number is None else jobs.status(number)


def events(ws: Workspace, number: int, after: int = 0) -> list[Event]:
    """A job's events with an id above `after`; raises NotFound."""
    return Jobs(ws.jobs).events(number, after)


def page(ws: Workspace, number: int, place: int = 0) -> tuple[JobStatus, list[Event], int]:
    """How a job stands, its next events from a place on, and the place behind them: the same where there are no more. Raises NotFound."""
    return Jobs(ws.jobs).page(number, place)


def result_id(ws: Workspace, number: int) -> int:
    """The id of the event with the result of a job that has ended; raises NotFound."""
    return Jobs(ws.jobs).result_id(number)


def running(ws: Workspace) -> int | None:
    """The job that runs, or None."""
    return Jobs(ws.jobs).running()


def jobs(ws: Workspace, most: int = 50) -> list[JobStatus]:
    """How the newest jobs stand, newest first."""
    there = Jobs(ws.jobs)
    statuses = []
    for number in there.numbers()[-most:][::-1]:
        with suppress(NotFound):  # pruned meanwhile
            statuses.append(there.status(number))
    return statuses


def log(ws: Workspace, number: int) -> str:
    """Everything that a job printed; raises NotFound."""
    return Jobs(ws.jobs).log(number)


def cancel(ws: Workspace, number: int) -> None:
    """Ends a job within 5 seconds; raises NotFound."""
    Jobs(ws.jobs).cancel(number)


def outcome(ws: Workspace, number: int, on_event: Callable[[Event], None]) -> dict[str, Any]:
    """Tells every event of a job until it ends; what it made. The job is cancelled if the listener raises, or on Ctrl-C."""
    jobs = Jobs(ws.jobs)
    try:
        status = jobs.follow(number, on_event)
    except BaseException:
        jobs.cancel(number)
        raise
    if status.state == "done":
        return status.result
    if status.state == "cancelled":
        raise Cancelled("The retraining was cancelled. The live version still serves; merged sales stay.")
    raise TrainingFailed(f"{status.reason} The log is {status.log}.")
