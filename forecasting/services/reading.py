"""Files to tables and sales. A process of its own reads them, but for small texts."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np

from forecasting.core.errors import UnreadableFile
from forecasting.intake import reader, sales_file
from forecasting.intake.answers import NOTHING_SAID, Answers
from forecasting.intake.process import tasks
from forecasting.intake.process.json_forms import answers_to_json
from forecasting.intake.row_checks import NO_DAYS
from forecasting.intake.sales_file import Intake
from forecasting.intake.table import Table
from forecasting.intake.understood import Reading
from forecasting.services.reading_processes import File, OnWait, ask

SMALL_BYTES: Final = 2**20
"""Bytes of a text that is read in this process: it has a few cells a byte at most (`intake.limits`), so that nothing in it can unfold."""
_PACKED: Final = (b"\x1f\x8b", b"PK", b"PAR1")
"""How files begin that hold more than their bytes."""


def ignore(_: str) -> None:
    """For those who do not mind waiting."""


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
        on_wait: Told, in a sentence, if other files are read first.
    """

    file: File
    columns: tuple[str, ...]
    rows: int
    reading: Reading
    guess: Mapping[str, str]
    loaded: Table | None = field(default=None, repr=False)
    on_wait: OnWait = ignore

    def __len__(self) -> int:
        return self.rows

    @cached_property
    def cells(self) -> Table:
        """The table with its cells."""
        return _cells(self.file, self.on_wait) if self.loaded is None else self.loaded

    def sales(self, mapping: Mapping[str, str], answers: Answers, saved: np.ndarray = NO_DAYS) -> Intake:
        """The sales in it; raises InputError, with what was understood of the file. `saved` are days that have sales already."""
        if self.loaded is not None:
            return tasks.check_sales(self.loaded, mapping, answers, _today(), saved)
        return ask(self.file, _about_sales(mapping, answers, saved, guess=False), tasks.sales_from, self.on_wait)


def read(content: bytes, name: str, answers: Answers = NOTHING_SAID, *, cells: bool = False, on_wait: OnWait = ignore) -> FileTable:
    """The table in a file.

    Args:
        content: Its bytes.
        name: What the person calls it; only text.
        answers: What was said of it.
        cells: Whether the cells are needed here.
        on_wait: Told, in a sentence, if other files are read first.

    Raises:
        InputError: It cannot be used.
        TryAgain: Other files were being read for too long.
        DiskFull: There is no space to read it.
    """
    file = _file(content, name, answers)
    if cells or is_small(content):
        table = reader.read_table(content, name, answers) if is_small(content) else _cells(file, on_wait)
        return FileTable(file, table.columns, len(table), table.reading, sales_file.guess_mapping(table), table, on_wait)

    def facts(answer: dict[str, Any], _: Path) -> FileTable:
        return FileTable(file, tuple(answer["columns"]), answer["rows"], Reading(**answer["reading"]), answer["guess"], on_wait=on_wait)

    return ask(file, {"task": "table"}, facts, on_wait)


def read_sales(
    content: bytes, name: str, mapping: Mapping[str, str], answers: Answers, *, saved: np.ndarray = NO_DAYS, on_wait: OnWait = ignore
) -> Intake:
    """The sales in a file, read and checked at once.

    Args:
        content: Its bytes.
        name: What the person calls it; only text.
        mapping: Role -> column, where the guess is not right.
        answers: What was said of it.
        saved: Days that have sales already, ascending, each once, shape (n,) of `datetime64[D]`.
        on_wait: Told, in a sentence, if other files are read first.

    Raises:
        InputError: It cannot be used, with what was understood of it.
        TryAgain: Other files were being read for too long.
        DiskFull: There is no space to read it.
    """
    if is_small(content):
        table = reader.read_table(content, name, answers)
        return tasks.check_sales(table, sales_file.guess_mapping(table) | dict(mapping), answers, _today(), saved)
    return ask(_file(content, name, answers), _about_sales(mapping, answers, saved, guess=True), tasks.sales_from, on_wait)


def sheets(content: bytes, *, on_wait: OnWait = ignore) -> tuple[str, ...]:
    """The visible sheets of a workbook; empty for other files, and for one that cannot be read."""
    if not content.startswith(b"PK"):
        return ()
    try:
        return ask(_file(content, "The workbook", NOTHING_SAID), {"task": "sheets"}, lambda answer, _: tuple(answer["sheets"]), on_wait)
    except UnreadableFile:
        return ()


def is_small(content: bytes) -> bool:
    """Whether a file is a text that is read in this process."""
    return len(content) <= SMALL_BYTES and not content.startswith(_PACKED)


def _cells(file: File, on_wait: OnWait) -> Table:
    return ask(file, {"task": "cells"}, tasks.cells_from, on_wait)


def _file(content: bytes, name: str, answers: Answers) -> File:
    return File(content, name, answers, id=secrets.token_hex(8))


def _about_sales(mapping: Mapping[str, str], answers: Answers, saved: np.ndarray, *, guess: bool) -> dict[str, Any]:
    """The question for sales; with `guess`, for roles that the mapping leaves open."""
    said = {"mapping": dict(mapping), "guess": guess, "check_with": answers_to_json(answers)}
    return {"task": "sales", "today": _today().isoformat(), "saved": saved.astype("datetime64[D]").astype(int).tolist(), **said}


def _today() -> date:
    return datetime.now(UTC).date()
