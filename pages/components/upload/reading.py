"""How a file is read with the answers that a person gave so far, and what is still open."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import streamlit as st

from forecasting.core.errors import DiskFull, InputError, QuestionsOpen, SalesDamaged, TryAgain
from forecasting.services import sales, workspaces
from pages.components.shared import live_version, questions
from pages.components.shared.file_input import FileInput, refuse, remembered
from pages.components.upload import columns, other_reading

if TYPE_CHECKING:
    from collections.abc import Hashable

    from forecasting.intake.answers import Answers
    from forecasting.intake.sales_file import Intake
    from forecasting.intake.understood import Choice, Question, Reading
    from forecasting.services.reading import FileTable

NOT_NOW = "The file cannot be read now."
MAX_STEPS = 16
"""Steps whose questions the session keeps."""


@dataclass(frozen=True, kw_only=True)
class Columns:
    """What the page keeps of a table, which may be large.

    Args:
        names: Of its columns; empty where questions come before there is a table.
        guessed: Role -> column.
        rows: How many it has; None without a table.
        where: Where the cells were found; None without a table.
        questions: What has to be answered before there is a table.
    """

    names: tuple[str, ...] = ()
    guessed: dict[str, str] = field(default_factory=dict)
    rows: int | None = None
    where: Reading | None = None
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FileReading:
    """A file as it reads with the answers so far.

    Args:
        answers: All that a person said of it.
        rows: How many its table has; None as long as there is none.
        columns: The names in its table; empty as long as there is none.
        proposal: Role -> column, as guessed and as answers have it.
        mapping: Role -> column, as the selects have it.
        where: Where the cells were found; None as long as there is no table.
        answered: Questions with their answers, in the order in which they came up.
        open: Questions that come before a merge. Some may have an answer that counts once those before them have theirs.
        checked: The sales; None where a question or a refusal comes before them.
        refusal: Why the file cannot be used so; None if it can.
    """

    answers: Answers
    rows: int | None = None
    columns: tuple[str, ...] = ()
    proposal: dict[str, str] = field(default_factory=dict)
    mapping: dict[str, str] = field(default_factory=dict)
    where: Reading | None = None
    answered: tuple[tuple[Question, Choice], ...] = ()
    open: tuple[Question, ...] = ()
    checked: Intake | None = None
    refusal: InputError | None = None

    @property
    def key(self) -> Hashable:
        """What the sales of the file depend on."""
        return self.answers, tuple(self.mapping.items())

    @property
    def questions(self) -> tuple[Question, ...]:
        """All of them, with and without an answer."""
        return (*(question for question, _ in self.answered), *self.open)


def read(upload: FileInput) -> FileReading:
    """Reads the file with what was set, then answers one question after the other as the person did.

    Each question is asked of the file as it reads with the answers before it, so that its numbers are never old ones: an answer counts for
    the question as it was shown, and where another answer changes that question, it is asked anew.
    """
    step = _step(upload, FileReading(answers=sales.answers(other_reading.said(upload))))
    columns_said: dict[str, str | None] = {}
    while step.open and (choice := questions.answer(upload, step.open[0])) is not None:
        question = step.open[0]
        if any(question == before for before, _ in step.answered):
            step = replace(step, answered=tuple(pair for pair in step.answered if pair[0] != question))
            break
        columns_said |= choice.answer.get("mapping", {})
        answered = (*step.answered, (question, choice))
        step = _step(upload, FileReading(answers=step.answers.with_answer(choice.answer), answered=answered), columns_said)
    return step if step.refusal is not None else replace(step, checked=_sales(upload, step))


def _step(upload: FileInput, start: FileReading, columns_said: dict[str, str | None] | None = None) -> FileReading:
    """The questions of the file, or why it cannot be read, with these answers."""
    try:
        table = remembered("columns", (upload.id, _of_table(start.answers)), lambda: _columns(upload, start.answers), most=MAX_STEPS)
    except InputError as error:
        return replace(start, refusal=error)
    proposal = columns.proposed(table.guessed, columns_said or {})
    mapping = columns.chosen(upload, table.names, proposal)
    step = replace(start, rows=table.rows, columns=table.names, proposal=proposal, mapping=mapping, where=table.where, open=table.questions)
    if not table.names:
        return step
    try:
        return replace(step, open=remembered("questions", (upload.id, step.key), lambda: _questions(upload, step), most=MAX_STEPS))
    except InputError as error:
        return replace(step, refusal=error)


def _columns(upload: FileInput, answers: Answers) -> Columns:
    try:
        table = _table(upload, answers)
    except QuestionsOpen as error:
        return Columns(questions=error.questions)
    return Columns(names=table.columns, guessed=sales.guess(table), rows=len(table), where=table.reading)


def _questions(upload: FileInput, step: FileReading) -> tuple[Question, ...]:
    checked = _checked(upload, step)
    return checked.questions if isinstance(checked, QuestionsOpen) else checked.understood.questions


def _sales(upload: FileInput, step: FileReading) -> Intake | None:
    """The sales, in which a question may be open; None where one comes before them."""
    checked = _checked(upload, step) if step.columns else None
    return None if isinstance(checked, QuestionsOpen) else checked


def _checked(upload: FileInput, step: FileReading) -> Intake | QuestionsOpen:
    def check() -> Intake | QuestionsOpen:
        table = _table(upload, step.answers)
        with st.spinner("Checking every row", show_time=True):
            try:
                return sales.check(table, step.mapping, step.answers, workspaces.workspace())
            except QuestionsOpen as error:
                return error
            except SalesDamaged as error:
                refuse(live_version.UNREADABLE, str(error))
            except (TryAgain, DiskFull) as error:
                refuse(NOT_NOW, str(error))

    return remembered("checked", (upload.id, step.key), check)


def _table(upload: FileInput, answers: Answers) -> FileTable:
    def inspect() -> FileTable:
        with st.spinner("Reading the file", show_time=True):
            try:
                return sales.inspect(upload.content, upload.name, answers, on_wait=_toast)
            except (TryAgain, DiskFull) as error:
                refuse(NOT_NOW, str(error))

    return remembered("table", (upload.id, _of_table(answers)), inspect)


def _of_table(answers: Answers) -> Answers:
    """The answers without those that change no cell, so that a file is not read again for them."""
    return replace(answers, duplicates=None, leave_out=(), period=None)


def _toast(text: str) -> None:
    st.toast(text, icon=":material/hourglass_top:")
