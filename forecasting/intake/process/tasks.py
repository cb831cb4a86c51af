"""What a process that reads files is asked for: the cells of a file, its sales, the sheets of a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path

import numpy as np

from forecasting.core import schema
from forecasting.core.errors import InputError, UnreadableFile
from forecasting.intake import sales_file
from forecasting.intake.answers import Answers
from forecasting.intake.column_mapping import over_guess
from forecasting.intake.limits import MAX_STOCK_ROWS
from forecasting.intake.process import arrow_files
from forecasting.intake.process.json_forms import Json, answers_from_json, understood_from_json, understood_to_json
from forecasting.intake.reader import read_table
from forecasting.intake.sales_file import Intake
from forecasting.intake.sheet_names import sheet_names
from forecasting.intake.table import Table
from forecasting.intake.understood import Reading, Understood

CELLS, LINES_LEFT, SALES, PROBLEMS, SUPPLIERS = "cells.arrow", "lines.arrow", "sales.arrow", "problems.arrow", "suppliers.arrow"
"""Names of the files of an answer."""


class Absent(Exception):
    """The bytes of the file are needed: it is not the one that was read last."""


class Tasks:
    """The tasks of a process, which remembers the table that it read last.

    Args:
        limit: Bytes that a file may have, packed and unpacked.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._last: tuple[str, Table] | None = None

    def answer(self, request: Json) -> Json:
        """The answer to a request; raises InputError, and Absent.

        Args:
            request: `task` is a name of this class' tasks, and `id` names the file as it is read. `file` has its bytes (none if it was read
                last), `name` is what the person calls it, `folder` is where files of the answer are written.
        """
        return {"table": self._table_facts, "cells": self._cells, "sales": self._sales, "sheets": self._sheets}[request["task"]](request)

    def forget(self) -> None:
        """Forgets the table, and with it its memory."""
        self._last = None

    def _table(self, request: Json) -> Table:
        if self._last is not None and self._last[0] == request["id"]:
            return self._last[1]
        self._last = None
        content, name = _bytes(request), request["name"]
        read_with = answers_from_json(request["read_with"])
        table = read_table(content, name, read_with, limit=self._limit, contents=request["contents"])
        self._last = request["id"], table
        return table

    def _table_facts(self, request: Json) -> Json:
        table = self._table(request)
        return {"columns": table.columns, "rows": len(table), "reading": asdict(table.reading), "guess": sales_file.guess_mapping(table)}

    def _cells(self, request: Json) -> Json:
        table, folder = self._table(request), Path(request["folder"])
        if len(table) > MAX_STOCK_ROWS:
            raise UnreadableFile(
                f"{request['name']} has {len(table):,} rows; the limit for stock is {MAX_STOCK_ROWS:,}. Split it and upload the parts."
            )
        arrow_files.write_cells(folder / CELLS, table.rows, table.lines)
        arrow_files.write_frame(folder / LINES_LEFT, table.problems)
        names = ("columns", "decimal", "notes", "left_out")
        return {"reading": asdict(table.reading), **{name: getattr(table, name) for name in names}}

    def _sales(self, request: Json) -> Json:
        table, folder = self._table(request), Path(request["folder"])
        mapping = over_guess(sales_file.guess_mapping(table) if request["guess"] else {}, request["mapping"])
        saved = np.array(request["saved"], np.int64).view("datetime64[D]")
        checked = check_sales(table, mapping, answers_from_json(request["check_with"]), date.fromisoformat(request["today"]), saved)
        arrow_files.write_frame(folder / SALES, checked.sales)
        arrow_files.write_frame(folder / PROBLEMS, checked.problems)
        arrow_files.write_frame(folder / SUPPLIERS, checked.suppliers)
        facts = {name: getattr(checked, name) for name in ("mapping", "kept_out", "rows", "header", "stated")}
        return {**facts, "understood": understood_to_json(checked.understood), "answers": request["check_with"]}

    def _sheets(self, request: Json) -> Json:
        return {"sheets": sheet_names(_bytes(request), self._limit)}


def check_sales(table: Table, mapping: Mapping[str, str], answers: Answers, today: date, saved: np.ndarray) -> Intake:
    """The sales of a table; what is raised says what was understood of the file."""
    try:
        return sales_file.check(table, dict(mapping), answers, today=today, saved=saved)
    except InputError as error:
        if error.understood is None:
            columns = {role: mapping.get(role) for role in schema.ROLES}
            error.understood = Understood(read=table.reading, mapping=columns, notes=table.notes).to_dict()
        raise


def cells_from(answer: Json, folder: Path) -> Table:
    """The table of an answer to "cells"."""
    columns = tuple(answer["columns"])
    rows, lines = arrow_files.read_cells(folder / CELLS, columns)
    problems = arrow_files.read_frame(folder / LINES_LEFT)
    reading, notes = Reading(**answer["reading"]), tuple(answer["notes"])
    return Table(columns, rows, lines, problems, reading, answer["decimal"], notes, answer["left_out"])


def sales_from(answer: Json, folder: Path) -> Intake:
    """The sales of an answer to "sales"."""
    return Intake(
        sales=arrow_files.read_frame(folder / SALES),
        problems=arrow_files.read_frame(folder / PROBLEMS),
        suppliers=arrow_files.read_frame(folder / SUPPLIERS),
        mapping=answer["mapping"],
        kept_out=tuple(answer["kept_out"]),
        rows=answer["rows"],
        understood=understood_from_json(answer["understood"]),
        answers=answers_from_json(answer["answers"]),
        header=tuple(answer["header"]),
        stated=answer["stated"],
    )


def _bytes(request: Json) -> bytes:
    if not request["file"]:
        raise Absent
    return Path(request["file"]).read_bytes()
