"""Forms with a sales file: how it is to be read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import UploadFile
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from forecasting.core import schema
from forecasting.core.errors import InputError
from forecasting.entrypoints.api.context import Context
from forecasting.entrypoints.api.schemas import within
from forecasting.entrypoints.file_answers import answers_of
from forecasting.intake.answers import Duplicates, PeriodName
from forecasting.services.submissions import Submission

MAX_NAME_CHARACTERS: Final = 255
"""Characters of a file's name that are kept, as many as file systems keep."""
MAX_FIELD_CHARACTERS: Final = 20_000
"""Characters of a field at most."""
MAX_VALUES: Final = 100
"""Values of a field that may be sent more than once, at most."""
KIND: Final = r"^[a-z][a-z0-9_-]*$"
"""What kinds of questions and doubts are called."""


def _flag(value: object) -> object:
    """The bool for a form's text "true" or "false"; raises ValueError for any other text, as the documentation says."""
    known = {"true": True, "false": False}
    text = str(value).lower()
    if text not in known:
        raise ValueError("Input should be true or false")
    return known[text]


def _texts(value: Any) -> Any:
    """The texts of a field that is sent several times, or once as a JSON list."""
    if isinstance(value, list) and len(value) == 1 and str(value[0]).startswith("["):
        try:
            return json.loads(value[0])
        except (ValueError, RecursionError):
            return value
    return value


def _kind(value: str) -> str:
    """The name of a kind of doubt; raises ValueError for what is none, such as the JSON of another type."""
    if not re.fullmatch(KIND, value) or value in ("null", "true", "false"):
        raise ValueError("Input should be the kind of a question")
    return value


Flag = Annotated[bool, BeforeValidator(_flag)]
"""Yes or no in a form."""
Short = Annotated[str, Field(max_length=MAX_FIELD_CHARACTERS)]
Pair = Annotated[str, Field(max_length=MAX_FIELD_CHARACTERS, json_schema_extra={"pattern": "^[^=]+="})]
"""COLUMN=VALUE."""
Kind = Annotated[str, Field(max_length=MAX_NAME_CHARACTERS), AfterValidator(_kind), Field(json_schema_extra={"pattern": KIND})]
Pairs = Annotated[list[Pair], BeforeValidator(_texts), Field(max_length=MAX_VALUES)]
Kinds = Annotated[list[Kind], BeforeValidator(_texts), Field(max_length=MAX_VALUES)]


class Choices(BaseModel):
    """How a file is to be read."""

    model_config = ConfigDict(extra="forbid")

    mapping: Short = Field("", description='What each column means, as JSON: {"date": "Day"}. Empty to guess.')
    duplicates: Duplicates | SkipJsonSchema[None] = Field(
        None, description="Whether rows of one series and day are added up, or the last of them counts. Needed if the file does not tell."
    )
    day_first: Flag | SkipJsonSchema[None] = Field(
        None, description="Whether 03/04/05 is 3 April 2005; false for 4 March 2005. Needed if the file does not tell."
    )
    month_first: Flag = Field(False, description="03/04/05 is 4 March 2005.")
    year_first: Flag = Field(False, description="03/04/05 is 5 April 2003.")
    sheet: Short = Field("", description="The sheet of a workbook to read. Empty to find it.")
    encoding: Short = Field("", description="The encoding of a text, e.g. cp1250. Empty to find it.")
    header_line: int | SkipJsonSchema[None] = Field(
        None, description="The line that names the columns, from 1; 0 if none does.", json_schema_extra=within(0)
    )
    count_rows: Flag = Field(False, description="Each row is one unit sold.")
    leave_out: Pairs = Field([], description="Rows to leave out, each as COLUMN=VALUE: Status=Cancelled.")
    start_date: Short = Field("", description="The first day, as 2026-03-01, of a file whose dates have no year or only count.")
    period: PeriodName | SkipJsonSchema[None] = Field(None, description="What a row stands for. Found from the dates if it is not sent.")
    accept: Kinds = Field([], description="Kinds of doubts in spite of which the file is right.")
    drop_problems: Flag = Field(False, description="Leave out the rows that cannot be used.")
    anew: Flag = Field(False, description="Use no answers that are remembered of earlier files with these columns.")


class UploadForm(Choices):
    """A file to merge."""

    file: UploadFile = Field(description="CSV, .csv.gz, .xlsx or .parquet, up to 200 MB.")
    dry_run: Flag = Field(False, description="Show what would change. Save nothing.")


async def sent(context: Context, file: UploadFile, choices: Choices) -> Submission:
    """A file as it was sent, with its sender's choices; raises InputError."""
    roles, answers = roles_of(choices.mapping, schema.ROLES, {schema.DATE: "Day"}), answers_of(dict(choices))
    name, content = await content_of(context, file)
    return Submission(content=content, name=name, mapping=roles, answers=answers, drop_problems=choices.drop_problems, anew=choices.anew)


async def content_of(context: Context, file: UploadFile) -> tuple[str, bytes]:
    """A file's name, which is only text, and its bytes."""
    return (file.filename or "upload")[:MAX_NAME_CHARACTERS], await context.work(file.file.read)


def roles_of(text: str, known: Sequence[str], example: Mapping[str, str]) -> dict[str, str]:
    """Role -> column of a form's JSON, of roles that are known; raises InputError with the example of one."""
    if not text.strip():
        return {}
    try:
        mapping = json.loads(text)
    except (ValueError, RecursionError):
        mapping = None
    if not isinstance(mapping, dict) or not all(role in known and isinstance(column, str) for role, column in mapping.items()):
        roles = ", ".join(known)
        raise InputError(f"The mapping is a JSON object of role and column, e.g. {json.dumps(example)}, with a role of {roles}; not {text[:80]!r}.")
    return mapping
