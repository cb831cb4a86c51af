"""A file read by the answers that the last one with the same header had."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from forecasting.core import formatting
from forecasting.core.errors import InputError, QuestionsOpen, StateDamaged
from forecasting.intake.answers import Answers
from forecasting.intake.column_mapping import over_guess
from forecasting.intake.profile import Profile, header_id, of_cells
from forecasting.intake.sales_file import Intake
from forecasting.intake.understood import Choice, Question
from forecasting.services import profiles
from forecasting.services.reading import FileTable
from forecasting.storage.workspace import Workspace

__all__ = ["Recognised", "Said", "answer", "dates_fail", "note_of", "note_of_facts", "of_cells", "recognised", "sales_of", "unfit"]

MAX_TABLES: Final = 3
"""Sheets, encodings and headers of known files that a file is tried with, at most."""
NO_SUCH_DATE: Final = "No such date"
"""How the problem of a date begins that is none."""
ReadTable = Callable[[Answers], FileTable]
"""Reads the table in a file with these answers; raises InputError."""


@dataclass(frozen=True, eq=False)
class Recognised:
    """A file beside those that were read before.

    Args:
        profile: How the last one with its header was read; None if there was none, or nobody knows.
        table: Its table, read as the last one was.
        answers: What was said of it, and where the cells of the table are.
        plain: Its table, read with nothing but what was said of it; None where it cannot be read so.
        note: Why nothing is remembered; empty for a file that is only new.
    """

    profile: Profile | None
    table: FileTable
    answers: Answers
    plain: FileTable | None
    note: str = ""


def recognised(ws: Workspace, read: ReadTable, said: Answers, *, anew: bool = False) -> Recognised:
    """A file and its profile.

    Args:
        ws: Where.
        read: Reads its table.
        said: What was said of it.
        anew: Whether nothing that is remembered is to count.

    Raises:
        InputError: It cannot be read in any way that is known.
    """
    known, note = ({}, "") if anew else _known(ws)
    try:
        plain = read(said)
    except InputError:
        found = _found(known, read, said, None)
        if found is None:
            raise
        return found
    return _found(known, read, said, plain) or Recognised(None, plain, said, plain, note)


def _known(ws: Workspace) -> tuple[dict[str, Profile], str]:
    """Profiles by their header, and why there are none if nobody knows."""
    try:
        return {profile.id: profile for profile in profiles.profiles(ws)}, ""
    except StateDamaged as error:
        return {}, f"No earlier answers were used. {error}"


def _found(known: Mapping[str, Profile], read: ReadTable, said: Answers, plain: FileTable | None) -> Recognised | None:
    """The file by the profile of its header, or by one that finds its cells elsewhere."""
    own = None if plain is None else known.get(header_id(plain.columns))
    in_unicode = plain is not None and plain.reading.encoding.lower().startswith("utf")
    ways = dict.fromkeys(profile.of_table(said, in_unicode=in_unicode) for profile in ([own] if own else known.values()))
    for answers in [way for way in ways if way != said][:MAX_TABLES]:
        try:
            table = read(answers)
        except InputError:
            continue
        profile = known.get(header_id(table.columns))
        if profile is not None and profile.of_table(said, in_unicode=in_unicode) == answers:
            return Recognised(profile, table, answers, plain)
    return None if own is None or plain is None else Recognised(own, plain, said, plain)


@dataclass(frozen=True, eq=False)
class Said:
    """What is said of a file, and what it is to join.

    Args:
        answers: What was said of it.
        mapping: Role -> column, as far as somebody said so.
        saved: Days that have sales already, ascending, each once, shape (n,) of `datetime64[D]`.
    """

    answers: Answers
    mapping: Mapping[str, str]
    saved: np.ndarray

    def alone(self, table: FileTable) -> Intake:
        """The sales in a table by nothing else; raises InputError."""
        return table.sales(over_guess(table.guess, self.mapping), self.answers, self.saved)


def sales_of(found: Recognised, said: Said) -> Intake:
    """The sales in a file, read by its profile, with notes of what the profile said; raises InputError, with what was understood of it."""
    profile, plain = found.profile, found.plain
    if profile is None:
        return said.alone(found.table).with_notes((found.note,) if found.note else ())
    try:
        checked = _by(profile, found, said)
    except QuestionsOpen:
        raise
    except InputError:
        if plain is None:
            raise
        return said.alone(plain)
    if plain is None or not dates_fail(profile, checked, said.answers):
        return checked
    return _better(checked, profile, plain, said)


def dates_fail(profile: Profile, checked: Intake, said: Answers) -> bool:
    """Whether a file read by a profile has dates that its order of day and month cannot be."""
    remembered = said.date_order is None and profile.answers.date_order is not None
    return remembered and bool(checked.problems["problem"].str.startswith(NO_SUCH_DATE).any())


def _better(checked: Intake, profile: Profile, plain: FileTable, said: Said) -> Intake:
    """The file as it reads by itself, if more of its rows can be used so; else as its profile reads it."""
    try:
        anew = said.alone(plain)
    except InputError:
        return checked
    return anew.with_notes((unfit(profile),)) if anew.dropped < checked.dropped else checked


def _by(profile: Profile, found: Recognised, said: Said) -> Intake:
    """The sales by a profile: each question that it has an answer to is answered, one after the other as they come up."""
    table, answers, roles = found.table, profile.over(found.answers, said.mapping), profile.roles(said.mapping)
    facts = profile.facts(table.guess, said.answers, answers, said.mapping)
    notes = list(note_of_facts(profile, facts))
    given: list[Mapping[str, Any]] = []
    while True:
        try:
            checked = table.sales(roles, answers, said.saved)
        except QuestionsOpen as error:
            answered = answer(profile, error.questions, given)
            if answered is None:
                raise
        else:
            answered = answer(profile, checked.understood.questions, given)
            if answered is None:
                return checked.with_notes(tuple(notes))
        question, choice = answered
        given.append(choice.answer)
        notes.append(note_of(profile, question, choice))
        answers = answers.with_answer(choice.answer)
        roles = {**roles, **choice.answer.get("mapping", {})}


def note_of_facts(profile: Profile, facts: Sequence[str]) -> tuple[str, ...]:
    """By what a file was read, in a sentence; none where the profile says nothing that the file does not say itself."""
    return (f"Read as {_named(profile)} was: {', '.join(facts)}.",) if facts else ()


def note_of(profile: Profile, question: Question, choice: Choice) -> str:
    """That a profile answered a question, in a sentence."""
    return f"Answered as for {_named(profile)}: {question.text} {choice.text}."


def answer(profile: Profile, questions: Sequence[Question], given: Collection[Mapping[str, Any]]) -> tuple[Question, Choice] | None:
    """The first question that a profile has an answer to, and that answer; none that was `given` before, and did not settle it."""
    for question in questions:
        choice = profile.choice(question)
        if choice is not None and choice.answer not in given:
            return question, choice
    return None


def unfit(profile: Profile) -> str:
    """That a file is not read by a profile whose dates do not fit, in a sentence."""
    return f"Not read as {_named(profile)} was: its order of day and month does not fit these dates."


def _named(profile: Profile) -> str:
    """The file of a profile, and its day."""
    return f"{profile.name} of {formatting.date(pd.Timestamp(profile.when.astimezone().replace(tzinfo=None)))}"
