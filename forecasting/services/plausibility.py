"""What is plausible as a file and absurd beside the saved sales: notes, and the two questions that come before a merge."""

from __future__ import annotations

from dataclasses import replace

from forecasting.core import formatting
from forecasting.core.errors import KeysDiffer, QuestionsOpen
from forecasting.core.plausibility.level_shift import LevelShift
from forecasting.intake.answers import KEYS, LEVEL
from forecasting.intake.sales_file import Intake
from forecasting.intake.understood import Choice, Question, open_questions
from forecasting.storage.sales.changes import Change
from forecasting.storage.sales.table import Dataset
from forecasting.storage.workspace import Workspace


def compared(ws: Workspace, checked: Intake) -> Change:
    """What merging would change, with what to look at; raises QuestionsOpen where other keys tell the sales apart than the saved ones."""
    try:
        return Dataset(ws).preview(checked.sales, anew=KEYS in checked.answers.accept)
    except KeysDiffer as error:
        raise _asking(checked, keys_question(error)) from error


def require_consent(checked: Intake, change: Change) -> None:
    """Raises QuestionsOpen where the level of everything would shift and nobody said that it is right."""
    level = change.findings.level
    if level is not None and LEVEL not in checked.answers.accept:
        raise _asking(checked.with_notes(change.notes), level_question(level, change))


def refusal(checked: Intake, error: KeysDiffer) -> QuestionsOpen:
    """The question that a merge of other keys leaves open."""
    return _asking(checked, keys_question(error))


def level_question(level: LevelShift, change: Change) -> Question:
    """Whether a shift of the level of everything is right."""
    rows = formatting.count(len(change.rows), "row")
    return Question(LEVEL, str(level), (Choice(LEVEL, f"Yes, go on: {rows} at this level", {"accept": [LEVEL]}),))


def keys_question(error: KeysDiffer) -> Question:
    """Whether to begin anew where a key column comes or goes."""
    saved = f"{formatting.count(error.rows, 'saved row')} of {formatting.date(error.first)} to {formatting.date(error.last)}"
    text = f"Begin anew with this file: {saved} put aside, until this upload is taken back"
    return Question(KEYS, f"{error} Or begin anew with this file?", (Choice(KEYS, text, {"accept": [KEYS]}),))


def _asking(checked: Intake, question: Question) -> QuestionsOpen:
    return open_questions(replace(checked.understood, questions=(*checked.understood.questions, question)))
