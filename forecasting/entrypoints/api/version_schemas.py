"""What is sent and answered about versions, beside what all routes share."""

from __future__ import annotations

from typing import Annotated

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
