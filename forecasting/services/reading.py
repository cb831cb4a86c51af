"""Files to tables and sales, in a process of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np

from forecasting.core.errors import UnreadableFile
from forecasting.intake import reader, sales_file
from forecasting.intake.answers import Answers
from forecasting.intake.column_mapping import over_guess
from forecasting.intake.process import tasks
from forecasting.intake.process.json_forms import answers_to_json
from forecasting.intake.row_checks import NO_DAYS
from forecasting.intake.sales_file import Intake
from forecasting.intake.table import Table
from forecasting.intake.understood import Reading
from forecasting.services.reading_processes import File, ask

SMALL_BYTES: Final = 2**20
"""Bytes of a text that a process which is nobody else's reads itself, in less time than another process takes to start."""
_PACKED: Final = (b"\x1f\x8b", b"PK", b"PAR1")
"""How files begin that hold more than their bytes."""


@dataclass(frozen=True, eq=False)
class FileTable:
    """The table in a file, as far as everybody needs it; its cells stay with the process that read them until somebody asks for them.

    Args:
        file: Its bytes, its name and what was said of it.
        columns: Names, each once.
        rows: How many there are.
        reading: Where the cells were found.
        guess: Role -> the column that probably has it.
        loaded: The table with its cells, if they are here.
    """

    file: File
    columns: tuple[str, ...]
    rows: int
    reading: Reading
    guess: Mapping[str, str]
    loaded: Table | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return self.rows

    @cached_property
    def cells(self) -> Table:
        """The table with its cells."""
        return _cells(self.file) if self.loaded is None else self.loaded

    def sales(self, mapping: Mapping[str, str], answers: Answers, saved: np.ndarray = NO_DAYS) -> Intake:
        """The sales in it; raises InputError, with what was understood of the file. `saved` are days that have sales already."""
        if self.loaded is not None:
            return tasks.check_sales(self.loaded, mapping, answers, _today(), saved)
        return ask(self.file, _about_sales(mapping, answers, saved, guess=False), tasks.sales_from)


def read(file: File, *, cells: bool = False) -> FileTable:
    """The table in a file.

    Args:
        file: Its bytes, its name and what was said of it.
        cells: Whether the cells are needed in this process.

    Raises:
        InputError: It cannot be used.
        TryAgain: Other files were being read for too long.
        DiskFull: There is no space to read it.
    """
    if cells or is_read_here(file):
        table = reader.read_table(file.content, file.name, file.answers, contents=file.contents) if is_read_here(file) else _cells(file)
        return FileTable(file, table.columns, len(table), table.reading, sales_file.guess_mapping(table), table)

    def facts(answer: dict[str, Any], _: Path) -> FileTable:
        return FileTable(file, tuple(answer["columns"]), answer["rows"], Reading(**answer["reading"]), answer["guess"])

    return ask(file, {"task": "table"}, facts)


def read_sales(file: File, mapping: Mapping[str, str], saved: np.ndarray = NO_DAYS, today: date | None = None) -> Intake:
    """The sales in a file, read and checked at once.

    Args:
        file: Its bytes, its name and what was said of it.
        mapping: Role -> column, where the guess is not right.
        saved: Days that have sales already, ascending, each once, shape (n,) of `datetime64[D]`.
        today: The day on which it is read; None for today. Sales of days long after it are problems.

    Raises:
        InputError: It cannot be used, with what was understood of it.
        TryAgain: Other files were being read for too long.
        DiskFull: There is no space to read it.
    """
    if is_read_here(file):
        table = reader.read_table(file.content, file.name, file.answers)
        return tasks.check_sales(table, over_guess(sales_file.guess_mapping(table), mapping), file.answers, today or _today(), saved)
    about = _about_sales(mapping, file.answers, saved, guess=True)
    return ask(file, about if today is None else {**about, "today": today.isoformat()}, tasks.sales_from)


def sheets(content: bytes) -> tuple[str, ...]:
    """The visible sheets of a workbook; empty for other files, and for one that cannot be read."""
    if not content.startswith(b"PK"):
        return ()
    try:
        return ask(File(content, "The workbook"), {"task": "sheets"}, lambda answer, _: tuple(answer["sheets"]))
    except UnreadableFile:
        return ()


def is_read_here(file: File) -> bool:
    """Whether a file is a small text, and this process nobody else's."""
    return file.alone and len(file.content) <= SMALL_BYTES and not file.content.startswith(_PACKED)


def _cells(file: File) -> Table:
    return ask(file, {"task": "cells"}, tasks.cells_from)


def _about_sales(mapping: Mapping[str, str], answers: Answers, saved: np.ndarray, *, guess: bool) -> dict[str, Any]:
    """The question for sales; with `guess`, for roles that the mapping leaves open."""
    said = {"mapping": dict(mapping), "guess": guess, "check_with": answers_to_json(answers)}
    return {"task": "sales", "today": _today().isoformat(), "saved": saved.astype("datetime64[D]").astype(int).tolist(), **said}


def _today() -> date:
    return datetime.now(UTC).date()
