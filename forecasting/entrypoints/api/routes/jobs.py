"""Routes for retrainings: start one and follow it, list them, cancel one."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Header, Path, Query, Request, UploadFile
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema
from sse_starlette import EventSourceResponse
from starlette.responses import PlainTextResponse, Response

from forecasting.core.errors import NotFound
from forecasting.core.settings import Settings
from forecasting.entrypoints.api import event_stream
from forecasting.entrypoints.api.context import Ask
from forecasting.entrypoints.api.error_responses import documented
from forecasting.entrypoints.api.forms import Choices, Flag, sent
from forecasting.entrypoints.api.health_schemas import Job
from forecasting.entrypoints.api.schemas import By, within
from forecasting.entrypoints.file_answers import answers_of
from forecasting.jobs.status import JobStatus
from forecasting.services import jobs as jobs_service
from forecasting.services import serving_record, submissions, versions
from forecasting.services.retraining import RetrainOptions

router = APIRouter(tags=["retraining"])

Number = Annotated[int, Path(ge=1, le=999_999_999, description="Of the job.")]
EVENT = {
    "type": "object",
    "required": ["id", "data"],
    "properties": {"id": {"type": "string", "pattern": "^[0-9]+$"}, "data": {"type": "string", "contentMediaType": "application/json"}},
}
"""One event of a stream."""
STREAM = {
    "description": (
        'An event stream. Each event has an `id` and JSON as data: {"type": "progress", "data": "LSTM epoch 1/50 - loss=0.1234", "stage": "LSTM", '
        '"done": 1, "total": 50, ...}, at last {"type": "result", "data": {"status": "success", "meta": {...}}}, with "failed" or "cancelled" and a '
        "reason instead of what was not made."
    ),
    "content": {"text/event-stream": {"schema": EVENT}},
}


Count = int | SkipJsonSchema[None]
"""A number that need not be sent, since a form has no null."""


class RetrainForm(Choices):
    """What to train."""

    file: UploadFile | SkipJsonSchema[None] = Field(None, description="A file as for an upload. Without one, the saved sales are used.")
    epochs: Count = Field(None, description="Most epochs to train the network. By default as before.", json_schema_extra=within(1, 1000))
    batch_size: Count = Field(None, description="Training windows in a batch. By default as before.", json_schema_extra=within(1, 8192))
    horizon: Count = Field(None, description="Days ahead. By default as before.", json_schema_extra=within(1, 730))
    without: list[str] | SkipJsonSchema[None] = Field(
        None, description="Models to leave out of the blend, e.g. `trees`; empty for none. By default as before."
    )

    challenger: Flag = Field(False, description="Train for the shadow: graded on new sales, and never served until somebody says so.")

    def settings(self, now: Settings) -> Settings:
        """The settings in force, replaced by those that were sent; raises SettingsError."""
        lstm = {name: value for name in ("epochs", "batch_size") if (value := getattr(self, name)) is not None}
        without = now.without if self.without is None else tuple(filter(None, self.without))
        return replace(now, horizon=now.horizon if self.horizon is None else self.horizon, without=without, lstm=replace(now.lstm, **lstm))


AS_BEFORE = RetrainForm.model_validate({})


@router.post(
    "/retrain",
    summary="Merge a file, retrain, and follow it",
    responses={**documented(409), 200: STREAM},
    response_class=EventSourceResponse,
)
async def retrain(
    request: Request, context: Ask, form: Annotated[RetrainForm, Form(media_type="multipart/form-data")] = AS_BEFORE, by: By = None
) -> Response:
    """Sends the events of the job as they come. The job goes on if the connection is lost. `Location` is where to follow it again."""
    answers_of(dict(form))  # a wrong answer is refused without a file, too
    name = serving_record.named(by)
    chosen = form.settings(await context.call(versions.settings, context.ws))
    upload = None if form.file is None else await sent(context, form.file, form)
    checked = await context.work(submissions.ready, context.ws, upload)
    number = await context.change(
        "jobs" if upload is None else "sales",
        submissions.start,
        context.ws,
        upload,
        checked,
        chosen,
        RetrainOptions(by=name, trigger="api", challenger=form.challenger),
    )
    return await event_stream.respond(context, number, 0, address=address(request, number))


@router.get("/jobs", summary="The newest retrainings", responses=documented())
async def jobs(request: Request, context: Ask, most: Annotated[int, Query(ge=1, le=1000, description="How many.")] = 50) -> list[Job]:
    """Newest first."""
    return [described(request, status) for status in await context.call(jobs_service.jobs, context.ws, most)]


@router.get("/jobs/{number}", summary="One retraining", responses=documented(404))
async def job(request: Request, context: Ask, number: Number) -> Job:
    """Running, or how it ended and why."""
    return described(request, _found(await context.call(jobs_service.job, context.ws, number)))


@router.get(
    "/jobs/{number}/events",
    summary="Follow a retraining",
    responses={**documented(404), 200: STREAM, 204: {"description": "It has ended and you have seen all events."}},
    response_class=EventSourceResponse,
)
async def events(
    request: Request,
    context: Ask,
    number: Number,
    last_event_id: Annotated[str | None, Header(max_length=18, description="The id of the last event you saw. Only later ones are sent.")] = None,
) -> Response:
    """Every event since the last one you saw, then each as it comes, then the result."""
    seen = int(last_event_id) if last_event_id and last_event_id.isascii() and last_event_id.isdecimal() else 0
    return await event_stream.respond(context, number, seen, address=address(request, number))


@router.get("/jobs/{number}/log", summary="The log of a retraining", responses=documented(404), response_class=PlainTextResponse)
async def log(context: Ask, number: Number) -> PlainTextResponse:
    """Everything it printed, to find out why it failed."""
    return PlainTextResponse(await context.call(jobs_service.log, context.ws, number), headers={"X-Content-Type-Options": "nosniff"})


@router.post("/jobs/{number}/cancel", summary="Cancel a retraining within 5 seconds", responses=documented(404))
async def cancel(request: Request, context: Ask, number: Number) -> Job:
    """The live version and the merged sales stay. A retraining that has ended stays as it is."""
    await context.change("jobs", jobs_service.cancel, context.ws, number)
    return described(request, _found(await context.call(jobs_service.job, context.ws, number)))


def address(request: Request, number: int) -> str:
    """The address of a job."""
    return f"{request.scope.get('root_path', '')}/jobs/{number}"


def described(request: Request, status: JobStatus) -> Job:
    """A job in the form that the API answers with."""
    same = {name: getattr(status, name) for name in ("state", "started", "ended", "fraction", "elapsed", "remaining", "reason")}
    stage = status.event.stage if status.event and status.state == "running" else status.step
    return Job(job=status.number, **same, stage=stage, version=status.result.get("version"), events=f"{address(request, status.number)}/events")


def _found(status: JobStatus | None) -> JobStatus:
    if status is None:
        raise NotFound("There is no job yet.")
    return status
