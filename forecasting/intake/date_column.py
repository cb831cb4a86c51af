"""The dates of a sales file, whose rows have an order and about which a person can be asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np
import pandas as pd

from forecasting.intake import counted_periods, missing_year, short_years, swapped_days
from forecasting.intake.answers import Answers
from forecasting.intake.calendars import NO_DAY, PERSIAN
from forecasting.intake.cells import distinct
from forecasting.intake.date_formats import DateHints, Days, read_days

MAX_AHEAD: Final = timedelta(days=731)
"""How far ahead of today a number may lie that is read as a day."""


MAX_PERIODS: Final = 20_000
"""Distinct texts among which periods that are only counted are looked for, at most."""


def as_days(cells: pd.Series, *, column: str, answers: Answers, today: date) -> tuple[Days, tuple[str, ...]]:
    """The day of each cell, NaT where there is none, and notes for a person.

    Args:
        cells: In the order of the file.
        column: Their column, for messages.
        answers: What a person said of the file.
        today: Numbers are days up to two years after it.

    Raises:
        AmbiguousDates: They can be read in more than one way, or their year is missing.
        InputError: They are quarters or the like.
    """
    if cells.dtype.kind == "M":
        return cells.to_numpy().astype("datetime64[D]"), ()
    places, texts = distinct(cells)
    plainly = [text for text in texts.to_pylist() if text.strip()] if len(texts) <= MAX_PERIODS else []
    periods = counted_periods.counted_all(plainly)
    if periods is not None:
        if answers.start_date is None:
            raise counted_periods.question(periods, plainly, column, today)
        first_days = dict(zip(plainly, counted_periods.days(periods, answers.start_date), strict=True))
        return np.array([first_days.get(text, NO_DAY) for text in texts.to_pylist()], "datetime64[D]")[places], ()
    hints = DateHints(column=column, order=answers.date_order, last_plausible=today + MAX_AHEAD, numbers=True)
    short_years.require_known(texts, column, answers.accept, today)
    texts = short_years.in_full(texts, answers.accept)
    read = read_days(texts, hints)
    if read.yearless is None:
        days, notes = swapped_days.as_meant(texts, read.days, column=column, answers=answers)
        return days[places], (*read.notes, *notes)
    yearless = read.yearless[places]
    if answers.start_date is None:
        example = texts[int(np.flatnonzero(~np.isnat(read.yearless))[0])].as_py()
        raise missing_year.question(yearless, example, column, today)
    return missing_year.with_years(yearless, answers.start_date, column), read.notes


def no_such_date(notes: Sequence[str]) -> str:
    """What a cell without a day is, for a person, in the calendar that the notes name."""
    persian = any(f" has {PERSIAN} years" in note for note in notes)
    return f"No such date in the {PERSIAN} calendar" if persian else "No such date"
