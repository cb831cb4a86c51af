"""Routes for sales: upload a file, list the uploads, take the last one back."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Form, Query, UploadFile
from pydantic import BaseModel, BeforeValidator, Field
from pydantic.json_schema import SkipJsonSchema

from forecasting.core import schema
from forecasting.core.errors import InputError
from forecasting.entrypoints.api.context import Ask, Context
from forecasting.entrypoints.api.error_responses import SHOWN, documented
from forecasting.entrypoints.api.schemas import UploadAnswer, UploadedFile
from forecasting.intake.sales_file import Intake
from forecasting.services import sales, submissions
from forecasting.services.submissions import Submission
from forecasting.storage.sales.uploads import Upload

router = APIRouter(tags=["sales"])
LONGEST_NAME: Final = 255
"""Characters of a file's name that are kept, as many as file systems keep."""


def _flag(value: object) -> object:
    """The bool for a form's text "true" or "false"; raises ValueError for any other text, as the documentation says."""
    known = {"true": True, "false": False}
    text = str(value).lower()
    if text not in known:
        raise ValueError("Input should be true or false")
    return known[text]


Flag = Annotated[bool, BeforeValidator(_flag)]
"""Yes or no in a form."""


class Choices(BaseModel):
    """How a file is to be read."""

    mapping: str = Field("", description='What each column means, as JSON: {"date": "Day"}. Empty to guess.')
    duplicates: Literal["last", "sum"] = Field("last", description="Which of different rows for one series and day to use.")
    day_first: Flag | SkipJsonSchema[None] = Field(None, description="Whether 03/04 is 3 April. Needed if the file does not tell.")
    drop_problems: Flag = Field(False, description="Leave out the rows that cannot be used.")


class UploadForm(Choices):
    """A file to merge."""

    file: UploadFile = Field(description="CSV, .csv.gz, .xlsx or .parquet, up to 200 MB.")
    dry_run: Flag = Field(False, description="Show what would change. Save nothing.")


async def sent(context: Context, file: UploadFile, choices: Choices) -> Submission:
    """A file as it was sent, with its sender's choices; raises InputError."""
    roles = _mapping(choices.mapping)
    content = await context.work(file.file.read)
    return Submission(
        content=content,
        name=(file.filename or "upload")[:LONGEST_NAME],
        mapping=roles,
        duplicates=choices.duplicates,
        day_first=choices.day_first,
        drop_problems=choices.drop_problems,
    )


def _mapping(text: str) -> dict[str, str]:
    if not text.strip():
        return {}
    try:
        mapping = json.loads(text)
    except (ValueError, RecursionError):
        mapping = None
    if not isinstance(mapping, dict) or not all(role in schema.COLUMNS and isinstance(column, str) for role, column in mapping.items()):
        roles = ", ".join(schema.COLUMNS)
        raise InputError(f'The mapping is a JSON object of role and column, e.g. {{"date": "Day"}}, with a role of {roles}; not {text[:80]!r}.')
    return mapping


@router.post("/upload", summary="Check a file and merge it", responses=documented(503, 507))
async def upload(context: Ask, form: Annotated[UploadForm, Form(media_type="multipart/form-data")]) -> UploadAnswer:
    """Merges a sales file in one step. New rows are added, later values win, and the same file twice changes nothing."""
    submission = await sent(context, form.file, form)
    if form.dry_run:
        checked, change = await context.work(submissions.preview, context.ws, submission)
        version = await context.call(sales.sales_version, context.ws)
        return _answer(checked, change.counts(), f"Nothing was saved. {change}", version, saved=False)
    checked, merged = await context.work(submissions.merge, context.ws, submission)
    return _answer(checked, merged.counts(), str(merged), merged.version, saved=bool(merged.new or merged.changed))


def _answer(checked: Intake, counts: dict[str, int], text: str, version: int | None, *, saved: bool) -> UploadAnswer:
    rows: list[Any] = checked.problems.head(SHOWN).to_dict("records")
    return UploadAnswer(saved=saved, version=version, **counts, text=text, problems=rows, problems_found=len(checked.problems))


@router.get("/uploads", summary="What was uploaded, newest first", responses=documented())
async def uploads(context: Ask, most: Annotated[int, Query(ge=1, le=1000, description="How many.")] = 100) -> list[UploadedFile]:
    """Every upload with what it changed. Those that were undone are marked."""
    return [_row(each) for each in (await context.call(sales.uploads, context.ws))[:most]]


@router.post("/uploads/undo", summary="Undo the last upload", responses=documented(503, 507))
async def undo(context: Ask) -> UploadedFile:
    """The sales go back to what they were before it. The live version stays until a retrain."""
    return _row(await context.call(sales.undo, context.ws))


def _row(upload: Upload) -> UploadedFile:
    return UploadedFile(**{name: getattr(upload, name) for name in UploadedFile.model_fields})
