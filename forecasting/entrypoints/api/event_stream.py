"""A job's events as an event stream: from where a listener left off, then as they occur, then the result."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any, Final

import anyio
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from forecasting.core.json_values import jsonable
from forecasting.entrypoints.api.context import Context
from forecasting.jobs.events import Event
from forecasting.jobs.status import STATES, JobStatus
from forecasting.services import jobs
from forecasting.storage.versions.manifest import FILES

POLL_SECONDS: Final = 0.2
PING_SECONDS: Final = 15
LINE: Final = "\n"
RETRY_MILLISECONDS: Final = 2000
"""Milliseconds that a browser waits before it connects again."""
STATUS: Final = {state: status for status, state in STATES.items()}


async def respond(context: Context, number: int, after: int, *, address: str) -> Response:
    """The events of a job with an id above `after`; 204 if the job has ended and has none, so that a browser does not connect again.

    Args:
        context: The surroundings.
        number: Of the job.
        after: The id of the event that the listener has seen last, 0 for none.
        address: Of the job, for the answer's Location.

    Raises:
        NotFound: There is no such job.
    """
    status = await context.call(jobs.job, context.ws, number)
    if status is not None and status.state != "running" and after >= await context.call(jobs.result_id, context.ws, number):
        return Response(status_code=204)
    headers = {"Location": address, "Cache-Control": "no-store"}
    return EventSourceResponse(_stream(context, number, after), headers=headers, ping=PING_SECONDS, sep=LINE)


async def _stream(context: Context, number: int, after: int) -> AsyncIterator[ServerSentEvent]:
    """Each event of a job once, and its result last."""
    yield ServerSentEvent(retry=RETRY_MILLISECONDS, sep=LINE)
    place = 0
    while True:
        start = place
        status, news, place = await context.call(jobs.page, context.ws, number, start)
        for event in news:
            if event.type != "result" and event.id > after:
                yield _sent(event.id, progress(event, number))
        if place > start:
            continue
        if status.state != "running":
            yield _sent(await context.call(jobs.result_id, context.ws, number), result(status))
            return
        await anyio.sleep(POLL_SECONDS)


def _sent(number: int, data: dict[str, Any]) -> ServerSentEvent:
    return ServerSentEvent(json.dumps(jsonable(data), allow_nan=False), id=str(number), sep=LINE)


def progress(event: Event, number: int) -> dict[str, Any]:
    """An event in the form that listeners get."""
    stage = event.stage or "Start"
    facts = {name: getattr(event, name) for name in ("done", "total", "note", "loss", "fraction", "elapsed", "remaining")}
    return {"type": "progress", "data": _text(event, stage), "stage": stage, **facts, "job": number}


def _text(event: Event, stage: str) -> str:
    """ "LSTM epoch 1/50 - loss=0.1234"."""
    if event.loss is not None:
        return f"{stage} epoch {event.done}/{event.total} - loss={event.loss:.4f}"
    return f"{stage} {event.done}/{event.total}{f' - {event.note}' if event.note else ''}"


def result(status: JobStatus) -> dict[str, Any]:
    """The result of a job in the form that listeners get."""
    meta = {name: value for name, value in status.result.items() if name != FILES}
    why = {} if status.state == "done" else {"reason": status.reason, "step": status.step, "error": status.error}
    return {"type": "result", "data": {"status": STATUS[status.state], "meta": meta, **why}, "job": status.number}
