"""Errors over HTTP: problem details with the text that the page shows."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from forecasting.core import errors, system_errors
from forecasting.core.errors import AmbiguousDates, ColumnsMissing, InputError, JobRunning, ProblemsFound, QuestionsOpen, ShelfcastError
from forecasting.entrypoints.api.sales_schemas import Understood
from forecasting.entrypoints.server.problem import MEDIA_TYPE, answer

logger = logging.getLogger("shelfcast")
SHOWN: Final = 100
"""Rows with problems that an answer lists at most."""
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
"""Methods that a route may accept."""
MAX_NAME_CHARACTERS: Final = 80
"""Characters of a field's name that an answer repeats at most."""
STATUS: Final[dict[type[ShelfcastError], int]] = {
    errors.NotFound: 404,
    errors.NothingPublished: 409,
    errors.JobRunning: 409,
    errors.InputError: 422,
    errors.ChangedMeanwhile: 409,
    errors.TryAgain: 503,
    errors.StorageUnavailable: 503,
    errors.OutOfMemory: 503,
    errors.DiskFull: 507,
    errors.NotWritable: 507,
}
"""Class of an error -> HTTP status; the first class that fits counts, and any other failure is a 500."""
UNEXPECTED: Final = "Something went wrong inside Shelfcast. Nothing was changed halfway. The server's log has the full error."


def _without_default(described: dict[str, Any]) -> None:
    del described["default"]


class Problem(BaseModel):
    """What went wrong, RFC 9457."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="The kind of problem, e.g. urn:shelfcast:problem:job-running.")
    title: str = Field(description="The kind in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What is wrong, with the value, and what to do.")
    understood: Understood | SkipJsonSchema[None] = Field(
        None,
        description="What was understood of a sales file, with the questions that are open. Only where the problem is about one.",
        json_schema_extra=_without_default,
    )


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documentation of the problems that a route may answer with, and of those that every route may."""
    schema = {"$ref": f"#/components/schemas/{Problem.__name__}"}
    problem = {"description": "A problem.", "content": {MEDIA_TYPE: {"schema": schema}}}
    return dict.fromkeys(sorted({*statuses, 400, 401, 403, 413, 422, 429, 500, 503, 507}), problem)


def install(app: FastAPI) -> None:
    """Makes an application answer every failure with a problem."""
    app.add_exception_handler(ShelfcastError, _known)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _misread)
    for kind in (OSError, MemoryError, Exception):
        app.add_exception_handler(kind, _failed)
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        """The OpenAPI document, with the schema that `documented` refers to."""
        described = describe()
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        described["components"]["schemas"] |= {**problem.pop("$defs"), Problem.__name__: problem}
        return described

    app.openapi = openapi  # type: ignore[method-assign]


def _known(request: Request, error: Exception) -> Response:
    status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)
    headers = {"Retry-After": "1"} if status == 503 else {}
    more = _more(error)
    if isinstance(error, JobRunning):
        headers["Location"] = more["job"] = f"{request.scope.get('root_path', '')}/jobs/{error.job}"
    return answer(status, type(error).__name__, str(error), more=more, headers=headers)


def _more(error: Exception) -> dict[str, Any]:
    """Further members of a problem, which a program can act on."""
    understood = {"understood": error.understood} if isinstance(error, InputError) and error.understood is not None else {}
    return _particulars(error) | understood


def _particulars(error: Exception) -> dict[str, Any]:
    """Members that only one kind of problem has."""
    if isinstance(error, ProblemsFound):
        rows = error.problems.head(SHOWN).to_dict("records")
        return {"problems": rows, "problems_found": len(error.problems), "hint": "Send drop_problems=true to leave these rows out."}
    if isinstance(error, ColumnsMissing):
        return {"missing": error.missing, "found": error.found, "hint": 'Name the columns, e.g. mapping={"date": "Day", "sales": "Units sold"}.'}
    if isinstance(error, AmbiguousDates):
        return {"column": error.column, "examples": error.examples, "hint": "Send day_first=true (03/04 is 3 April) or day_first=false."}
    if isinstance(error, QuestionsOpen):
        return {"hint": "Send the fields of one choice of each question along with the file."}
    return {}


def _refused(request: Request, error: Exception) -> Response:
    """The answer to a request that the framework refuses: no such route, a wrong method, a body that is too large or could not be stored."""
    assert isinstance(error, HTTPException)
    refusal = system_errors.named(error) if error.status_code == 400 else None
    if refusal is not None:
        logger.warning("The body of %s %r could not be kept.", request.method, request.url.path, exc_info=error)
        return _known(request, refusal)
    kinds = {400: "BadRequest", 404: "NoSuchAddress", 405: "MethodNotAllowed", 413: "TooLarge"}
    texts = {
        400: "The body cannot be read. Send JSON in UTF-8, or a file as multipart/form-data, as curl -F file=@sales.csv does.",
        404: "There is no such address here. /api/docs lists them all.",
        405: "This address does not accept that method. See the Allow header.",
    }
    detail = texts.get(error.status_code, str(error.detail))
    headers = _methods(request) if error.status_code == 405 else error.headers
    return answer(error.status_code, kinds.get(error.status_code, "Refused"), detail, headers=headers)


def _methods(request: Request) -> dict[str, str]:
    """The Allow header of an address: what any of its routes accepts, where the framework names the methods of the first alone."""
    scopes = {method: {**request.scope, "method": method} for method in METHODS}
    accepted = [method for method, scope in scopes.items() if any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)]
    return {"Allow": ", ".join(accepted)}


def _misread(_: Request, error: Exception) -> Response:
    """The answer to a request whose fields are wrong; it does not repeat the values sent, and of the names of fields only the beginning."""
    assert isinstance(error, RequestValidationError)
    faults = [_fault(fault) for fault in error.errors()[:SHOWN]]
    first = "; ".join(f"{fault['where']}: {fault['what']}" for fault in faults[:3])
    return answer(422, "FieldsWrong", f"The request cannot be read: {first}. /api/docs says what is expected.", more={"errors": faults})


def _fault(fault: Mapping[str, Any]) -> dict[str, str]:
    """Where a request is wrong, and what is."""
    where = ".".join(str(part)[:MAX_NAME_CHARACTERS] for part in fault["loc"])
    return {"where": where, "what": fault["msg"].removeprefix("Value error, ")}


def _failed(request: Request, error: Exception) -> Response:
    """The answer to a failure that has no class of ours: what the system refused by name, anything else as a fault of Shelfcast."""
    refusal = system_errors.named(error)
    if refusal is not None:
        logger.warning("%s %r was refused by the system.", request.method, request.url.path, exc_info=error)
        return _known(request, refusal)
    logger.error("An unexpected error in %s %r.", request.method, request.url.path, exc_info=error)
    return answer(500, "Unexpected", UNEXPECTED)
