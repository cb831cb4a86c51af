"""What is sent and answered about versions, beside what all routes share."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path
from pydantic import BaseModel, Field

from forecasting.services.version_notes import MAX_CHARACTERS

Number = Annotated[int, Path(ge=1, le=999_999_999, description="Number of the version.")]
"""The number of a version, in the path."""


class NewNote(BaseModel):
    """A note to add."""

    text: str = Field(max_length=4 * MAX_CHARACTERS, description=f"Up to {MAX_CHARACTERS} characters.", examples=["First with all stores"])


class Note(BaseModel):
    """What somebody said of a version."""

    when: str = Field(description="In UTC.")
    text: str
    by: str


class Noted(BaseModel):
    """What is said of a version now."""

    version: int
    notes: list[Note] = Field(description="Oldest first.")
    pinned: bool = Field(description="Whether it is kept, and stays live while it is, until somebody takes the pin off.")


class Compared(BaseModel):
    """One of two versions that are compared."""

    version: int
    trained: str | None
    sales_to: str | None
    series: int | None
    cutoffs: list[str] | None


class ErrorOfBoth(BaseModel):
    """Errors of both versions on the same past days, as shares: 0.1 is 10 %."""

    name: str = Field(description="The model, `blend` for what is served; or the category.")
    a: float | None
    b: float | None
    difference: float | None = Field(description="Above 0 says that `b` is worse.")


class Units(BaseModel):
    """Units that both versions expect on the same days ahead."""

    a: float | None
    b: float | None
    difference: float


class UnitsOfSeries(Units):
    """The same of one series; null for a version that has no such series."""

    unique_id: str


class OtherSeries(BaseModel):
    """The series that are not named."""

    series: int
    difference: float


class SettingOfBoth(BaseModel):
    """A setting of both versions."""

    name: str
    label: str
    a: str
    b: str
    differs: bool


class Comparison(BaseModel):
    """Two versions side by side."""

    a: Compared
    b: Compared
    reason: str = Field(description="Why they are not compared, or not in all, in one sentence; empty where they are.")
    cutoffs: list[str] = Field(description="Past days from which both forecast the same days.")
    errors: list[ErrorOfBoth]
    categories: list[ErrorOfBoth]
    first: str | None = Field(description="The first day ahead that both forecast.")
    last: str | None
    total: Units | None
    series: list[UnitsOfSeries] = Field(description="Those that differ most.")
    others: OtherSeries | None
    settings: list[SettingOfBoth]


class Shadow(BaseModel):
    """How the live version does beside another one, on the same days."""

    live: int
    other: int
    role: Literal["shadow", "held", "challenger"] = Field(description="It served before; the gate held it; it was trained to be graded.")
    days: int = Field(description="Days, or weeks, on which both were graded.")
    e: float = Field(description="The evidence now that the live one is worse; 1 is none.")
    peak: float = Field(description="The most that it ever was.")
    ratio: float | None = Field(description="The live one's error / the other's - 1. Null without a day.")
    advised: bool = Field(description="Whether the other one should serve: `peak` has reached 20.")
    sentence: str


class Shadows(BaseModel):
    """How the live version does beside the others that are graded."""

    shadows: list[Shadow] = Field(description="The one that served before first.")
    note: str = Field(description="Why nothing is ever graded in this shop; empty where something may be.")
