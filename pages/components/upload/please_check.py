"""What a person should look at before a merge: findings beside the saved sales, and the questions whether the file is right all the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from forecasting.core.errors import InputError, QuestionsOpen, SalesDamaged, StorageUnavailable
from forecasting.core.plausibility.findings import NOTHING, Findings
from forecasting.core.plausibility.mends import NOTHING_MENDED, Mends
from forecasting.services import plausibility, sales
from pages.components.shared import file_input, live_version, questions
from pages.components.shared.file_input import FileInput
from pages.components.upload import mending

if TYPE_CHECKING:
    from forecasting.intake.sales_file import Intake
    from forecasting.intake.understood import Question
    from forecasting.storage.sales.changes import Change
    from forecasting.storage.workspace import Workspace
    from pages.components.upload.reading import FileReading

MOST_KEPT: Final = 3
"""Comparisons that the session keeps: of the file as it is, under its saved names, and all mended."""
AS_THEY_ARE: Final = "What you leave is merged as it is. What you mend is mended in the sales, not in your file, and noted with this upload."


@dataclass(frozen=True)
class Weighed:
    """A file beside the saved sales.

    Args:
        checked: Its sales, with what the person answered and mended.
        change: What merging would change; None as long as it cannot be merged for its keys.
        findings: What there is to look at, mended or not; without the level, which is a question.
        asked: Questions about it, answered and open.
        is_open: Whether one of them has no answer, or a number is to be typed.
    """

    checked: Intake
    change: Change | None
    findings: Findings = NOTHING
    asked: tuple[Question, ...] = ()
    is_open: bool = False

    @property
    def count(self) -> int:
        """How many things there are to look at."""
        return len(self.asked) + len(self.findings)


def weigh(ws: Workspace, upload: FileInput, reading: FileReading, checked: Intake) -> Weighed:
    """Holds the file against the saved sales with the answers so far; sales that cannot be read say so and end the page."""
    look = partial(_compared, ws, (upload.id, reading.key))
    asked: list[Question] = []
    try:
        try:
            look(checked, NOTHING_MENDED)
        except QuestionsOpen as error:
            question = error.questions[-1]
            choice = questions.answer(upload, question)
            if choice is None:
                return Weighed(checked, None, asked=(question,), is_open=True)
            asked, checked = [question], checked.with_answer(choice.answer)
        return _with_level(upload, _mended(upload, partial(look, checked)), asked)
    except InputError as error:
        file_input.refuse("These sales do not fit the saved ones.", str(error))
    except (SalesDamaged, StorageUnavailable) as error:
        file_input.refuse(live_version.UNREADABLE, str(error))


def _mended(upload: FileInput, look: Callable[[Mends], tuple[Intake, Change]]) -> Weighed:
    """The file as far as it is mended. Names come first: with another name a value is another one of many. What was mended stays on the page."""
    found = look(NOTHING_MENDED)[1].findings
    mends = mending.names(upload, found)
    checked, change = look(mends)
    found = replace(change.findings, names=found.names, level=None)
    while (wanted := mending.all_of(upload, found)) != mends:
        mends = wanted
        checked, change = look(mends)
        known = {(each.keys, each.day) for each in found.values}
        found = replace(found, values=(*found.values, *(each for each in change.findings.values if (each.keys, each.day) not in known)))
    return Weighed(checked, change, found, is_open=mending.waits(upload, found))


def _with_level(upload: FileInput, weighed: Weighed, asked: list[Question]) -> Weighed:
    change = weighed.change
    if change is None or change.findings.level is None:
        return replace(weighed, asked=tuple(asked))
    question = plausibility.level_question(change.findings.level, change)
    choice = questions.answer(upload, question)
    answered = weighed.checked if choice is None else weighed.checked.with_answer(choice.answer)
    return replace(weighed, checked=answered, asked=(*asked, question), is_open=weighed.is_open or choice is None)


def _compared(ws: Workspace, key: Hashable, checked: Intake, mends: Mends) -> tuple[Intake, Change]:
    """The file as it is mended, and what merging it would change."""

    def compare() -> tuple[Intake, Change]:
        mended = checked.mended(mends)
        return mended, sales.preview(ws, mended)

    with st.spinner("Comparing with the saved sales", show_time=True):
        whole = (key, checked.answers.accept, mends, st.session_state.get("undone", 0))
        return file_input.remembered("change", whole, compare, most=MOST_KEPT)


def show(upload: FileInput, weighed: Weighed) -> None:
    """The questions, then each finding with what can be made of it."""
    for question in weighed.asked:
        questions.ask(upload, question)
    if len(weighed.findings):
        st.caption(AS_THEY_ARE)
        mending.show(upload, weighed.findings)
