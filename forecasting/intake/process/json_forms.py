"""What a person said of a file, and what was understood of it, as JSON and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd

from forecasting.core.errors import AmbiguousDates, ColumnsMissing, InputError, QuestionsOpen, UnreadableFile
from forecasting.core.plausibility.mends import Mends
from forecasting.intake.answers import Answers
from forecasting.intake.understood import Choice, Question, Reading, Understood

Json = dict[str, Any]


def plain(value: object) -> object:
    """NumPy's numbers as Python's, for `json.dumps`; raises TypeError."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} has no form in JSON.")


def answers_to_json(answers: Answers) -> Json:
    """All that a person said."""
    return answer_to_json({field.name: getattr(answers, field.name) for field in fields(answers)})


def answers_from_json(form: Json) -> Answers:
    """The same from JSON."""
    return Answers(**answer_from_json(form))


def answer_to_json(answer: Mapping[str, Any]) -> Json:
    """Fields of `Answers`, and a `mapping`."""
    return {name: _to_json(value) for name, value in answer.items()}


def answer_from_json(form: Json) -> Json:
    """The same from JSON."""
    return {name: _FROM_JSON[name](value) if name in _FROM_JSON and value is not None else value for name, value in form.items()}


def _to_json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mends):
        return value.to_json()
    return sorted(value) if isinstance(value, (set, frozenset)) else value


_FROM_JSON: Final[dict[str, Callable[[Any], Any]]] = {
    "leave_out": lambda pairs: tuple((column, text) for column, text in pairs),
    "accept": frozenset,
    "start_date": date.fromisoformat,
    "mends": Mends.from_json,
}
"""Fields of `Answers` that JSON has in another type."""


def questions_to_json(questions: tuple[Question, ...]) -> list[Json]:
    """Questions with their choices."""
    return [
        {"kind": each.kind, "text": each.text, "choices": [{**asdict(one), "answer": answer_to_json(one.answer)} for one in each.choices]}
        for each in questions
    ]


def questions_from_json(forms: list[Json]) -> tuple[Question, ...]:
    """The same from JSON."""
    return tuple(
        Question(each["kind"], each["text"], tuple(Choice(**{**one, "answer": answer_from_json(one["answer"])}) for one in each["choices"]))
        for each in forms
    )


def understood_to_json(understood: Understood) -> Json:
    """All of it, so that nothing is lost on the way back."""
    values = {field.name: getattr(understood, field.name) for field in fields(understood)}
    days = {name: None if values[name] is None else values[name].isoformat() for name in ("first", "last")}
    return {**values, **days, "read": asdict(understood.read), "questions": questions_to_json(understood.questions)}


def understood_from_json(form: Json) -> Understood:
    """The same from JSON."""
    days = {name: None if form[name] is None else pd.Timestamp(form[name]).as_unit("us") for name in ("first", "last")}
    questions = questions_from_json(form["questions"])
    return Understood(**{**form, **days, "read": Reading(**form["read"]), "questions": questions, "notes": tuple(form["notes"])})


def error_to_json(error: InputError) -> Json:
    """A refusal with what a program can act on."""
    form: Json = {"error": type(error).__name__, "text": str(error), "understood": error.understood}
    if isinstance(error, QuestionsOpen):
        form["questions"] = questions_to_json(error.questions)
    if isinstance(error, ColumnsMissing):
        form |= {"missing": error.missing, "found": error.found}
    if isinstance(error, AmbiguousDates):
        choices = [(value, text, answer_to_json(answer)) for value, text, answer in error.choices]
        form |= {"column": error.column, "examples": error.examples, "kind": error.kind, "choices": choices}
    return form


def error_from_json(form: Json) -> InputError:
    """The same refusal."""
    error = _ERRORS[form["error"]](form) if form["error"] in _ERRORS else InputError(form["text"])
    error.understood = form["understood"]
    return error


def _ambiguous(form: Json) -> AmbiguousDates:
    choices = [(value, text, answer_from_json(answer)) for value, text, answer in form["choices"]]
    return AmbiguousDates(form["text"], column=form["column"], examples=form["examples"], choices=choices, kind=form["kind"])


_ERRORS: Final[dict[str, Callable[[Json], InputError]]] = {
    "UnreadableFile": lambda form: UnreadableFile(form["text"]),
    "ColumnsMissing": lambda form: ColumnsMissing(form["text"], missing=form["missing"], found=form["found"]),
    "AmbiguousDates": _ambiguous,
    "QuestionsOpen": lambda form: QuestionsOpen(form["text"], understood=form["understood"], questions=questions_from_json(form["questions"])),
}
"""Name of a class -> what makes an error of it. A class that is not listed becomes an InputError."""
