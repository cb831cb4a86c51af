"""What the API answers about sales files, as its documentation shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from forecasting.intake.answers import Duplicates, PeriodName
from forecasting.intake.understood import Layout


class Reading(BaseModel):
    """Where the cells of a file were found."""

    sheet: str | None = Field(description="Of a workbook; several with commas. Null for other files.")
    encoding: str | None = Field(description="Of a text. Null for other files.")
    delimiter: str | None = Field(description="Between the cells of a text. Null for other files.")
    header_line: int = Field(description="The line that names the columns, from 1; 0 if none does.")
    layout: Layout = Field(description="Whether each row has one day (long), or the days run across (wide).")


class RowCounts(BaseModel):
    """Rows of a file."""

    read: int
    used: int
    left_out: int


class UnitSums(BaseModel):
    """Units of a file."""

    read: float = Field(description="The sum in the file.")
    kept: float = Field(description="The sum in the sales that were made of it.")


class Choice(BaseModel):
    """One answer to a question."""

    value: str
    text: str = Field(description="What it means, with its numbers.")
    units: float | None = Field(description="Units that would be kept. Null if not known.")
    flag: str = Field(description="Flags of the command line that give this answer.")
    fields: dict[str, Any] = Field(description="Fields of the form that give this answer.")


class Question(BaseModel):
    """What only a person knows of a file."""

    kind: str
    text: str
    choices: list[Choice] = Field(description="The likelier answer first.")


class NamedSuppliers(BaseModel):
    """Who delivers, by a column of the file."""

    series: int = Field(description="Series that the file names a supplier for.")
    suppliers: int = Field(description="How many suppliers these are.")
    new: list[str] = Field([], description="Those that the shop does not know yet.")
    kept: int = Field(0, description="Series that keep another supplier, because a person, a file of suppliers or a newer row said so.")


class Understood(BaseModel):
    """What was understood of a file. Members are empty as far as it could not be read."""

    read: Reading
    mapping: dict[str, str | None] = Field(description="Role and its column. Null for a role without one.")
    duplicates: Duplicates | None = Field(description="How rows of one series and day were joined. Null if no two met.")
    period: PeriodName | None
    rows: RowCounts
    units: UnitSums
    series: int
    first: str | None = Field(description="The first day.")
    last: str | None = Field(description="The last day.")
    notes: list[str] = Field(description="What was decided, left out or noticed.")
    questions: list[Question] = Field(description="What is still open. Nothing is merged before each has an answer.")
    problems: int = Field(description="How many problems rows have.")
    suppliers: NamedSuppliers | None = Field(None, description="Of a file that names suppliers; null for others.")


class UploadAnswer(BaseModel):
    """What an upload changed, or would change."""

    saved: bool = Field(description="False for a dry run, or if nothing was new.")
    version: int | None = Field(description="Version of the sales after the upload.")
    new: int
    changed: int
    unchanged: int
    text: str = Field(description="The counts in words.")
    problems: list[dict[str, Any]] = Field(description="The first 100 rows that were left out.")
    problems_found: int
    understood: Understood


class ProductUnits(BaseModel):
    """Units of a product."""

    product_id: str = Field(description="Empty where products have no names.")
    before: float
    after: float


class StepBack(BaseModel):
    """What taking an upload back would change."""

    name: str
    version: int = Field(description="Version of the sales that the upload made.")
    rows_gone: int = Field(description="Rows that no other upload has.")
    rows_restored: int = Field(description="Rows that get the values of other uploads.")
    units_before: float
    units_after: float
    products: list[ProductUnits] = Field(description="The 100 products whose units change most.")
    text: str = Field(description="The counts in words.")


class UploadedFile(BaseModel):
    """An upload that was merged."""

    name: str
    sha256: str
    when: datetime
    kind: Literal["upload", "sample"]
    version: int | None
    rows: int
    dropped: int
    new: int
    changed: int
    unchanged: int
    undone: bool
    mended: list[str] = Field(description="What a person mended under *Please check* before it was merged, in words.")


class Profile(BaseModel):
    """The answers for a file, remembered for the next one with the same header."""

    id: str = Field(description="The name of the header.")
    name: str = Field(description="The newest file with this header.")
    version: int = Field(description="The version of the sales that it made.")
    when: datetime
    mapping: dict[str, str] = Field(description="Role and its column.")
    fields: dict[str, Any] = Field(description="Fields of the form that give the same answers.")
