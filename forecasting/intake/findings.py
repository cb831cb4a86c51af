"""Problems of the cells of a table, collected while they are read."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

import numpy as np
import pyarrow as pa

from forecasting.core import schema
from forecasting.intake import cell_units, cells, decimal_marks, number_formats, problems
from forecasting.intake.answers import Answers
from forecasting.intake.column_facts import sample
from forecasting.intake.column_mapping import Mapping
from forecasting.intake.table import Table
from forecasting.intake.understood import Question


class Findings:
    """Problems of single cells, and which rows have one.

    Args:
        table: The cells.
        mapping: Role -> column.
    """

    def __init__(self, table: Table, mapping: Mapping) -> None:
        self.table, self.mapping = table, mapping
        self.bad = np.zeros(len(table), dtype=bool)
        self.frames = [table.problems]
        self._settled = np.zeros(len(table), dtype=bool)

    def add(self, rows: np.ndarray, role: str, problem: str, what_to_do: str | Sequence[str]) -> None:
        """Records a problem of a role's column for the rows under a mask, but for settled ones; the values are the cells.

        Args:
            rows: Shape (n,) of bool.
            role: Of the column.
            problem: What is wrong.
            what_to_do: The remedy, for all rows or for each row under the mask.
        """
        if (rows & self._settled).any():
            what_to_do = what_to_do if isinstance(what_to_do, str) else list(compress(what_to_do, ~self._settled[rows]))
            rows = rows & ~self._settled
        if rows.any():
            column = self.mapping[role]
            self.add_lines(rows, column, cells.shown(self.table.rows[column], rows), problem, what_to_do)

    def add_lines(self, rows: np.ndarray, column: str, values: Sequence[str], problem: str, what_to_do: str | Sequence[str]) -> None:
        """Records a problem of a column with the values given, one per row under the mask."""
        remedies = f"Skipped. {what_to_do}" if isinstance(what_to_do, str) else [f"Skipped. {each}" for each in what_to_do]
        self.frames.append(problems.problem_rows(self.table.lines[rows], column, values, problem, remedies))
        self.bad |= rows

    def settle(self) -> None:
        """Settles rows with a problem so far: what else is wrong with them comes of it."""
        self._settled = self.bad.copy()

    def decimals(
        self, roles: Sequence[str], answers: Answers | None = None
    ) -> tuple[dict[str, number_formats.Decimal], tuple[str, ...], tuple[Question, ...]]:
        """The decimal mark of each column of numbers, a note for a person about each uncertain one, and a question where nothing decides.

        A number that proves the mark decides for its column, then for the other columns. Numbers such as "12.500", which prove none, are
        decided by how the rest of the file writes numbers, and asked about otherwise.

        Args:
            roles: The roles whose columns hold numbers.
            answers: What a person said of the file; None where nobody can be asked: then a file with ";" between its cells has a decimal
                comma and any other file a decimal point.
        """
        columns = {role: self.table.rows[self.mapping[role]] for role in roles if role in self.mapping}
        read = {role: cell_units.without_units(sample(column, most=None)) for role, column in columns.items() if column.dtype.kind != "f"}
        texts = {role: bare for role, (bare, _) in read.items()}
        notes = [f'"{text}" in {self.mapping[role]} was read as a number of that unit.' for role, (_, text) in read.items() if text]
        proved = {role: number_formats.decimal_of(column) for role, column in texts.items()}
        usual: number_formats.Decimal = "," if self.table.reading.delimiter == ";" else "."
        other = next((mark for mark in proved.values() if mark), None)
        marks: dict[str, number_formats.Decimal] = {role: proved.get(role) or other or usual for role in roles}
        questions: list[Question] = []
        for role, column in sorted(texts.items(), key=lambda item: item[0] != schema.SALES):
            example = None if proved[role] else number_formats.two_ways(column)
            if example is None:
                continue
            doubts: list[Question] = []
            if answers is not None:
                marks[role], doubts = self._doubtful(role, column, other, answers)
            questions += doubts
            if not doubts and (answers is not None or not (other or self.table.decimal)):
                value = number_formats.parse_numbers(pa.array([example]), marks[role])[0]
                notes.append(f'"{example}" in {self.mapping[role]} was read as {value:.15g}.')
        return marks, tuple(notes), tuple(questions)

    def _doubtful(
        self, role: str, texts: pa.Array, other: number_formats.Decimal | None, answers: Answers
    ) -> tuple[number_formats.Decimal, list[Question]]:
        """The decimal mark of a column that does not prove it, and the question if nothing else does.

        Args:
            role: Of the column.
            texts: Its distinct texts.
            other: The mark that other columns of numbers prove.
            answers: What a person said of the file.
        """
        seen = decimal_marks.seen_mark(texts) or "."
        counts = role == schema.SALES and decimal_marks.by_counts(texts)
        reading = decimal_marks.by_neighbours(texts) or self._evidence(role, seen, other)
        if counts:
            reading = "decimals" if reading in (None, "decimals") else None
        reading = reading or next((name for name in decimal_marks.READINGS if decimal_marks.answer(role, name) in answers.accept), None)
        if reading is not None:
            return decimal_marks.mark_of(seen, reading), []
        question = decimal_marks.question(self.table, role, self.mapping[role], texts)
        return decimal_marks.mark_of(seen, decimal_marks.likelier_reading(role, texts)), [question]

    def _evidence(self, role: str, seen: number_formats.Decimal, other: number_formats.Decimal | None) -> decimal_marks.Reading | None:
        """What the currency, the other columns and the kind of file prove."""
        column = self.mapping[role]
        if role == schema.PRICE and (reading := decimal_marks.by_currency(sample(self.table.rows[column], most=None), column)):
            return reading
        if other is None and self.table.decimal == seen:
            return "decimals"
        free = [sample(self.table.rows[name]) for name in self.table.columns if name not in self.mapping.values()]
        mark = other or decimal_marks.by_other_columns(free)
        return None if mark is None else decimal_marks.reading_of(seen, mark)
