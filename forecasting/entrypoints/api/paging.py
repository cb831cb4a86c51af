"""Large answers in JSON, a page at a time: each page says how many rows there are in all, and how to ask for the next one."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, NamedTuple

from pydantic import BaseModel, BeforeValidator, Field

from forecasting.core.errors import InputError
from forecasting.entrypoints.api.json_numbers import number

MAX_ROWS: Final = 10_000
"""Rows of a page at most."""
_CURSOR: Final = re.compile(r"([0-9a-f]{1,16})-([0-9]{1,9})")
NEXT: Final = "Send it as `cursor` with the same question for the next page. Null on the last one."
ROWS: Final = "Rows of the whole answer, of which this page has some."


class PageQuestion(BaseModel):
    """Which page of an answer is asked for."""

    limit: Annotated[int, Field(ge=1, le=MAX_ROWS), BeforeValidator(number)] = Field(
        MAX_ROWS,
        description="Rows of a page at most, in JSON. The formats that are sent as they are made (see `Accept`) have all rows at once.",
    )
    cursor: str | None = Field(None, description="What `next` of the page before said. None for the first page.", max_length=40)

    def place(self, state: str) -> int:
        """Where the page begins, counted as the cursor before it was made.

        Args:
            state: What the pages are of, hexadecimal: another one where the answer is another one by now.

        Raises:
            InputError: It is no cursor, or one of an answer that has changed since.
        """
        if self.cursor is None:
            return 0
        said = _CURSOR.fullmatch(self.cursor)
        if said is None:
            raise InputError(f"{self.cursor!r} is no cursor. Send what `next` of the page before said, or none for the first page.")
        if said[1] != state:
            raise InputError("The answer has changed since the first page was asked for. Ask again from the first page, without a cursor.")
        return int(said[2])


class Page(NamedTuple):
    """A part of a list.

    Args:
        part: Which items it has.
        next: The cursor of the page after it; None for the last one.
    """

    part: slice
    next: str | None

    @classmethod
    def of(cls, question: PageQuestion, count: int, *, state: str, rows: int = 1) -> Page:
        """The page that is asked for.

        Args:
            question: Which one.
            count: Items of the whole list.
            state: See `PageQuestion.place`.
            rows: Rows of an item: a page has whole ones, and at least one.

        Raises:
            InputError: The cursor cannot be used.
        """
        start = question.place(state)
        stop = start + max(question.limit // rows, 1)
        return cls(slice(start, stop), f"{state}-{stop}" if stop < count else None)

    def facts(self, rows: int) -> dict[str, Any]:
        """What an answer says of its pages, of so many rows in all."""
        return {"rows": rows, "next": self.next}
