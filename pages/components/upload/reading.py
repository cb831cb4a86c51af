"""How a file is read with the answers that a person gave so far, and what is still open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from forecasting.core.errors import DiskFull, InputError, QuestionsOpen, SalesDamaged, TryAgain
from forecasting.services import profile_reading, sales, workspaces
from pages.components.shared import live_version, questions
from pages.components.shared.file_input import FileInput, refuse, remembered
from pages.components.upload import columns, other_reading, recall

if TYPE_CHECKING:
    from collections.abc import Hashable

    from forecasting.intake.answers import Answers
    from forecasting.intake.profile import Profile
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
        profile: How the last file with its header was read, if it is read so.
        remarks: What was taken from there, a sentence each; or why nothing was.
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
    profile: Profile | None = None
    remarks: tuple[str, ...] = ()

    @property
    def key(self) -> Hashable:
        """What the sales of the file depend on."""
        return self.answers, tuple(self.mapping.items())

    @property
    def questions(self) -> tuple[Question, ...]:
        """All of them, with and without an answer."""
        return (*(question for question, _ in self.answered), *self.open)


def read(upload: FileInput) -> FileReading:
    """Reads the file with what was set and what is remembered, then answers one question after the other as the person did.

    Each question is asked of the file as it reads with the answers before it, so that its numbers are never old ones: an answer counts for
    the question as it was shown, and where another answer changes that question, it is asked anew.
    """
    said = sales.answers(other_reading.said(upload))
    known = recall.recalled(upload, said, partial(_table, upload))
    if known.profile is None:
        return _answered(upload, FileReading(answers=said, remarks=(known.note,) if known.note else ()))
    remarks = profile_reading.note_of_facts(known.profile, known.facts)
    reading = _answered(upload, FileReading(answers=known.answers, profile=known.profile, remarks=remarks))
    if reading.refusal is not None and reading.mapping == reading.proposal:
        return _answered(upload, FileReading(answers=said))
    if reading.checked is None or not profile_reading.dates_fail(known.profile, reading.checked, said):
        return reading
    anew = _answered(upload, FileReading(answers=said, remarks=(profile_reading.unfit(known.profile),)))
    return anew if anew.checked is not None and anew.checked.dropped < reading.checked.dropped else reading


def _answered(upload: FileInput, start: FileReading) -> FileReading:
    """The file with the answers to the questions that it asks, as the person gave them, or as the last file had them."""
    step, columns_said, given = _step(upload, start), dict[str, str | None](), list[Mapping[str, Any]]()
    while step.open:
        question, choice = step.open[0], questions.answer(upload, step.open[0])
        if choice is not None:
            if any(question == before for before, _ in step.answered):
                step = replace(step, answered=tuple(pair for pair in step.answered if pair[0] != question))
                break
            kept = replace(start, answered=(*step.answered, (question, choice)), remarks=step.remarks)
        elif start.profile is not None and (known := profile_reading.answer(start.profile, step.open, given)) is not None:
            question, choice = known
            given.append(choice.answer)
            remark = profile_reading.note_of(start.profile, question, choice)
            kept = replace(start, answered=step.answered, remarks=(*step.remarks, remark))
        else:
            break
        columns_said |= choice.answer.get("mapping", {})
        step = _step(upload, replace(kept, answers=step.answers.with_answer(choice.answer)), columns_said)
    return step if step.refusal is not None else replace(step, checked=_sales(upload, step))


def _step(upload: FileInput, start: FileReading, columns_said: dict[str, str | None] | None = None) -> FileReading:
    """The questions of the file, or why it cannot be read, with these answers."""
    try:
        table = remembered("columns", (upload.id, profile_reading.of_cells(start.answers)), lambda: _columns(upload, start.answers), most=MAX_STEPS)
    except InputError as error:
        return replace(start, refusal=error)
    guessed = table.guessed if start.profile is None else start.profile.mapping
    proposal = columns.proposed(guessed, columns_said or {})
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
                return sales.inspect(upload.content, upload.name, profile_reading.of_cells(answers), on_wait=_toast)
            except (TryAgain, DiskFull) as error:
                refuse(NOT_NOW, str(error))

    return remembered("table", (upload.id, profile_reading.of_cells(answers)), inspect)


def _toast(text: str) -> None:
    st.toast(text, icon=":material/hourglass_top:")
