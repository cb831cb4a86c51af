"""What a person should look at before a merge: findings beside the saved sales, and the questions whether the file is right all the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from forecasting.core import formatting, numerals, unseen
from forecasting.core.errors import InputError, QuestionsOpen, SalesDamaged, StorageUnavailable
from forecasting.services import plausibility, sales
from pages.components.shared import cells, file_input, live_version, questions
from pages.components.shared.file_input import FileInput

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ColumnConfig

    from forecasting.core.plausibility.findings import Findings
    from forecasting.intake.sales_file import Intake
    from forecasting.intake.understood import Question
    from forecasting.storage.sales.changes import Change
    from forecasting.storage.workspace import Workspace
    from pages.components.upload.reading import FileReading

MOST: Final = 500
"""Findings that the table lists at most."""
AS_THEY_ARE: Final = (
    "They are merged as they are, and a new name gets forecasts of its own. If one is a mistake, correct it in the file and choose the file again."
)


@dataclass(frozen=True)
class Weighed:
    """A file beside the saved sales.

    Args:
        checked: Its sales, with what the person answered.
        change: What merging would change; None as long as it cannot be merged for its keys.
        asked: Questions about it, answered and open.
        is_open: Whether one of them has no answer.
    """

    checked: Intake
    change: Change | None
    asked: tuple[Question, ...] = ()
    is_open: bool = False

    @property
    def count(self) -> int:
        """How many things there are to look at."""
        return len(self.asked) + (0 if self.change is None else len(self.change.findings) - (self.change.findings.level is not None))


def weigh(ws: Workspace, upload: FileInput, reading: FileReading, checked: Intake) -> Weighed:
    """Holds the file against the saved sales with the answers so far; sales that cannot be read say so and end the page."""
    asked: list[Question] = []
    try:
        try:
            change = _change(ws, upload, reading, checked)
        except QuestionsOpen as error:
            question = error.questions[-1]
            choice = questions.answer(upload, question)
            if choice is None:
                return Weighed(checked, None, (question,), is_open=True)
            asked, checked = [question], checked.with_answer(choice.answer)
            change = _change(ws, upload, reading, checked)
    except InputError as error:
        file_input.refuse("These sales do not fit the saved ones.", str(error))
    except (SalesDamaged, StorageUnavailable) as error:
        file_input.refuse(live_version.UNREADABLE, str(error))
    return _with_level(upload, checked, change, asked)


def _with_level(upload: FileInput, checked: Intake, change: Change, asked: list[Question]) -> Weighed:
    if change.findings.level is None:
        return Weighed(checked, change, tuple(asked))
    question = plausibility.level_question(change.findings.level, change)
    choice = questions.answer(upload, question)
    answered = checked if choice is None else checked.with_answer(choice.answer)
    return Weighed(answered, change, (*asked, question), is_open=choice is None)


def _change(ws: Workspace, upload: FileInput, reading: FileReading, checked: Intake) -> Change:
    with st.spinner("Comparing with the saved sales", show_time=True):
        key = (upload.id, reading.key, checked.answers.accept, st.session_state.get("undone", 0))
        return file_input.remembered("change", key, lambda: sales.preview(ws, checked))


def show(upload: FileInput, weighed: Weighed) -> None:
    """The questions, then a row for each finding."""
    for question in weighed.asked:
        questions.ask(upload, question)
    if weighed.change is not None:
        _findings(weighed.change.findings)


def _findings(findings: Findings) -> None:
    table = _table(findings)
    if table.empty:
        return
    st.caption(AS_THEY_ARE)
    config: dict[str, ColumnConfig] = {str(name): st.column_config.TextColumn(str(name)) for name in table}
    config["Day"] = st.column_config.DateColumn("Day", format="ddd D MMM YYYY", width=130)
    shown = table.head(MOST)
    cells.show(
        unseen.legible(shown),
        column_config=config,
        hide_index=True,
        height="content" if len(shown) <= 12 else 430,
        alt="What to check before merging",
    )
    if len(table) > MOST:
        st.caption(f"The first {numerals.write(MOST)} of {numerals.write(len(table))}.")


def _table(findings: Findings) -> pd.DataFrame:
    """A row for each finding: what it is about, what the file says, and what was so before."""
    columns = ["Please check", "Name", "Day", "In this file", "Before"]
    rows: list[tuple[str, str, pd.Timestamp | None, str, str]] = [
        (
            "Far beyond the usual",
            ", ".join(filter(None, each.keys)),
            pd.Timestamp(each.day),
            formatting.units(each.units),
            _usual(each.usual, each.weekday),
        )
        for each in findings.values
    ]
    rows += [("A new name nearly as a saved one", each.new, None, each.new, each.saved) for each in findings.names]
    rows += [("Another category", each.product, None, each.after, each.before) for each in findings.categories]
    table = pd.DataFrame(rows, columns=columns)
    empty = [name for name in ("Name", "Day") if not table[name].replace("", None).notna().any()]
    return table.drop(columns=empty)


def _usual(usual: float, weekday: str) -> str:
    return f"usually {formatting.units(usual)}{f' on a {weekday}' if weekday else ''}"
