"""Rows that a person leaves out by the text of a column."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from forecasting.core.errors import InputError
from forecasting.core.formatting import count
from forecasting.intake import cells
from forecasting.intake.doubts import says_undone
from forecasting.intake.table import Table, listed


def left_out(table: Table, pairs: Sequence[tuple[str, str]]) -> tuple[Table, tuple[str, ...]]:
    """The table without the rows whose cell has one of these texts, and a note for each pair; capitals make no difference.

    A file of one day need not have a cancelled or refunded row, so that what leaves those out holds for every day.

    Raises:
        InputError: A column that the file does not have, or a text, unless it says that a row was cancelled, refunded or void.
    """
    gone, notes = np.zeros(len(table), dtype=bool), []
    for column, text in ((_plain(name), _plain(value)) for name, value in pairs):
        if column not in table.columns:
            raise InputError(f"The file has no column {column[:80]} to leave rows out by. Its columns are {listed(table.columns)}.")
        places, texts = cells.distinct(table.rows[column])
        chosen = np.array([_plain(shown).casefold() == text.casefold() for shown in texts.to_pylist()])[places]
        if not chosen.any() and not says_undone(column, text):
            raise InputError(f"No row has {text[:80]!r} in {column}, so none can be left out for it.")
        gone |= chosen
        notes.append(f"{count(int(chosen.sum()), 'row')} left out: {column} is {text}." if chosen.any() else f"No row has {text} in {column}.")
    if not gone.any():
        return table, tuple(notes)
    kept = replace(table, rows=table.rows[~gone].reset_index(drop=True), lines=table.lines[~gone], left_out=table.left_out + int(gone.sum()))
    return kept, tuple(notes)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()
