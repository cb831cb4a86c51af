"""The third step of an upload: what was understood of it, and what only a person knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from forecasting.core import formatting, numerals
from pages.components.shared import layout, markdown, questions
from pages.components.shared.file_input import FileInput
from pages.components.upload import other_reading, recall

if TYPE_CHECKING:
    from forecasting.intake.understood import Reading, Understood
    from pages.components.upload.reading import FileReading

MOST_NOTES: Final = 6
USUAL_ENCODINGS: Final = ("", "ascii", "utf-8", "utf8", "utf-8-sig", "utf_8", "utf_8_sig")
JOINED: Final = {"sum": "rows of one day added up", "last": "of rows of one day the last one counts"}


def show(upload: FileInput, reading: FileReading) -> None:
    """The questions, the units in the file and those kept, and what was decided on the way."""
    if reading.checked is None and not reading.questions:
        other_reading.choose(upload)
        return
    with layout.card("3. What was understood", still_open(upload, reading)):
        recall.show(upload, reading.remarks, reading.profile)
        for question in reading.questions:
            first_open = question in reading.open[:1]
            questions.ask(upload, question, contradicted=first_open and questions.answer(upload, question) is not None)
        understood, decided = reading.checked.understood if reading.checked is not None else None, not reading.open
        if understood is not None:
            _numbers(understood, decided=decided)
        facts = [*_covered(understood, decided=decided), *_where(reading.where)]
        if facts:
            st.caption(" · ".join(facts))
        if understood is not None:
            _notes(understood.notes, decided=decided)
        other_reading.choose(upload)


def still_open(upload: FileInput, reading: FileReading) -> str:
    """How many questions have no answer yet; empty if each has one."""
    if not reading.open:
        return ""
    count = max(sum(questions.answer(upload, question) is None for question in reading.open), 1)
    if count == 1:
        return "1 question is open. Only you know the answer, and the sales depend on it."
    return f"{numerals.write(count)} questions are open. Only you know the answers, and the sales depend on them."


def _numbers(understood: Understood, *, decided: bool) -> None:
    read, kept = understood.units["read"], understood.units["kept"]
    left_out, more = understood.rows["left_out"], kept - read
    changed = decided and _units(read) != _units(kept)
    st.space("xxsmall")
    with st.grid(4, min_column_width=130):
        st.metric("Units in the file", _units(read), help="The sum of the sales column, returns taken off.")
        st.metric(
            "Units kept",
            _units(kept) if decided else "Open",
            f"{_units(abs(more))} {'more' if more > 0 else 'fewer'}" if changed else None,
            delta_color="orange",
            delta_arrow="off",
            help="What would be saved.",
        )
        st.metric(
            "Rows used",
            numerals.write(understood.rows["used"]),
            f"{numerals.write(left_out)} left out" if left_out else None,
            delta_color="gray",
            delta_arrow="off",
        )
        st.metric("Series", numerals.write(understood.series), help="Products in their stores and regions, each with a forecast of its own.")


def _units(value: float) -> str:
    """Every unit; up to two decimals where there are any and the number is not a large one."""
    whole = abs(value) >= 100_000 or round(value, 2) == round(value)
    return numerals.write(value, 0 if whole else 1 if round(value, 2) == round(value, 1) else 2)


def _covered(understood: Understood | None, *, decided: bool) -> list[str]:
    """The days, and how their rows were joined, where no question is open."""
    if understood is None or understood.first is None or understood.last is None:
        return []
    days = f"{formatting.date(understood.first)} to {formatting.date(understood.last)}, by {understood.period}"
    return [days, *([JOINED[understood.duplicates]] if decided and understood.duplicates in JOINED else [])]


def _where(where: Reading | None) -> list[str]:
    """Where the cells were found, where that is not the usual."""
    if where is None:
        return []
    facts = {
        f"sheet {markdown.plain(where.sheet)}": bool(where.sheet),
        f"encoding {markdown.plain(where.encoding)}": where.encoding.lower() not in USUAL_ENCODINGS,
        "no line names the columns" if where.header_line == 0 else f"header in line {numerals.write(where.header_line)}": where.header_line != 1,
        "days run across": where.layout == "wide",
    }
    return [fact for fact, unusual in facts.items() if unusual]


def _notes(notes: tuple[str, ...], *, decided: bool) -> None:
    """As a list; many of them are folded."""
    lines = [f"- {markdown.plain(note)}" for note in notes]
    shown = len(lines) if len(lines) <= MOST_NOTES else MOST_NOTES - 1
    if lines and not decided:
        st.caption("Noted so far:")
    if lines:
        st.markdown("\n".join(lines[:shown]))
    if lines[shown:]:
        with st.expander(f"{numerals.write(len(lines) - shown)} more notes", type="compact", key="more_notes"):
            st.markdown("\n".join(lines[shown:]))
