"""What was understood of a file, and the questions that it leaves open, in the form in which every way in tells them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import pandas as pd

from forecasting.core.errors import QuestionsOpen
from forecasting.intake.answers import flags, form_fields

Layout = Literal["long", "wide"]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Where the cells of a file were found.

    Args:
        sheet: The sheet of a workbook, or several with ", " between them; empty for other files.
        encoding: Of a text; empty for other files.
        delimiter: Between the cells of a text; empty for other files.
        header_line: The line that names the columns, from 1; 0 if none does.
        layout: Whether each row has one day (long), or the days run across (wide).
    """

    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    header_line: int = 1
    layout: Layout = "long"

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it; null for what the kind of file does not have."""
        texts = {name: getattr(self, name) or None for name in ("sheet", "encoding", "delimiter")}
        return {**texts, "header_line": self.header_line, "layout": self.layout}


@dataclass(frozen=True)
class Choice:
    """One answer to a question.

    Args:
        value: Its name, for programs.
        text: What it means, with its numbers, for a person.
        answer: Fields of `Answers`, and `mapping`, that it sets.
        units: Units that would be kept; None where that is not known.
    """

    value: str
    text: str
    answer: Mapping[str, Any]
    units: float | None = None

    def on_another_day(self, day: date) -> Choice:
        """The same answer with another first day."""
        return Choice(day.isoformat(), f"It begins on {day:%Y-%m-%d}", {**self.answer, "start_date": day})

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it, with the flags of the command line, and the fields of a form, that give this answer."""
        return {"value": self.value, "text": self.text, "units": self.units, "flag": flags(self.answer), "fields": form_fields(self.answer)}


@dataclass(frozen=True)
class Question:
    """What only a person knows of a file.

    Args:
        kind: Its name, for programs: "duplicates".
        text: The question, with what was seen, for a person.
        choices: The likelier answer first.
    """

    kind: str
    text: str
    choices: tuple[Choice, ...]

    @property
    def asks_for_day(self) -> bool:
        """Whether the answer is a day, which may be another one than those of the choices."""
        return all("start_date" in choice.answer for choice in self.choices)

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"kind": self.kind, "text": self.text, "choices": [choice.to_dict() for choice in self.choices]}

    def __str__(self) -> str:
        """For the command line: the question, and a line for each choice."""
        lines = [f"  {flags(choice.answer)}    {choice.text}" for choice in self.choices]
        return "\n".join([self.text, *lines])


@dataclass(frozen=True, kw_only=True)
class Understood:
    """What was understood of a file. Members are empty as far as it could not be read.

    Args:
        read: Where the cells were found.
        mapping: Role -> column; None for a role without one.
        duplicates: How rows of one series and day were joined: "sum", "last", or "" where no two met.
        period: "day", "week" or "month".
        rows: `read`, `used` and `left_out`.
        units: `read` in the file and `kept` in the sales.
        series: How many there are.
        first: The first day.
        last: The last day.
        notes: What was decided, left out or noticed, a sentence each.
        questions: What is still open; nothing is merged before each has an answer.
        problems: How many problems rows have.
        suppliers: Of a file that names suppliers: `series` that it names one for, how many `suppliers` these are, and beside what the shop knows, the
            names of those that are `new`, and how many series are `kept` with another one; None of other files.
    """

    read: Reading = field(default_factory=Reading)
    mapping: Mapping[str, str | None] = field(default_factory=dict)
    duplicates: str = ""
    period: str = ""
    rows: Mapping[str, int] = field(default_factory=lambda: {"read": 0, "used": 0, "left_out": 0})
    units: Mapping[str, float] = field(default_factory=lambda: {"read": 0.0, "kept": 0.0})
    series: int = 0
    first: pd.Timestamp | None = None
    last: pd.Timestamp | None = None
    notes: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    problems: int = 0
    suppliers: Mapping[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        days = {name: None if (day := getattr(self, name)) is None else f"{day:%Y-%m-%d}" for name in ("first", "last")}
        return {
            "read": self.read.to_dict(),
            "mapping": dict(self.mapping),
            "duplicates": self.duplicates or None,
            "period": self.period or None,
            "rows": dict(self.rows),
            "units": dict(self.units),
            "series": self.series,
            **days,
            "notes": list(self.notes),
            "questions": [question.to_dict() for question in self.questions],
            "problems": self.problems,
            "suppliers": None if self.suppliers is None else dict(self.suppliers),
        }


def open_questions(understood: Understood) -> QuestionsOpen:
    """The error that asks them."""
    text = "\n".join(str(question) for question in understood.questions)
    return QuestionsOpen(text, understood=understood.to_dict(), questions=understood.questions)
