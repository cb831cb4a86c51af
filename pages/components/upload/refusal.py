"""Why a file cannot be used, in two parts: what is wrong, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from forecasting.core import schema
from forecasting.core.errors import ColumnsMissing
from pages.components.shared.file_input import refuse

if TYPE_CHECKING:
    from pages.components.upload.reading import FileReading

MOST_COLUMNS: Final = 30
"""Columns that are named, at most."""


def end_if_refused(reading: FileReading) -> None:
    """Says it and ends the page; nothing for a file that can be used."""
    error = reading.refusal
    if error is None:
        return
    if isinstance(error, ColumnsMissing):
        names = " and ".join("dates" if role == schema.DATE else "sales" for role in error.missing)
        found = ", ".join(error.found[:MOST_COLUMNS]) + (", ..." if len(error.found) > MOST_COLUMNS else "")
        text = f"Columns found: {found}. Choose the column above, or upload another file."
        refuse(f"This file has no column with {names}.", text)
    refuse("This file cannot be used." if reading.columns else "This file cannot be read.", str(error))
