"""Problems of the cells of a table, collected while they are read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from forecasting.intake import cells, number_formats, problems
from forecasting.intake.column_facts import sample
from forecasting.intake.column_mapping import Mapping
from forecasting.intake.table import Table


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

    def add(self, rows: np.ndarray, role: str, problem: str, what_to_do: str) -> None:
        """Records a problem of a role's column for the rows under a mask; the values are the cells."""
        if rows.any():
            column = self.mapping[role]
            self.add_lines(rows, column, cells.shown(self.table.rows[column], rows), problem, what_to_do)

    def add_lines(self, rows: np.ndarray, column: str, values: Sequence[str], problem: str, what_to_do: str) -> None:
        """Records a problem of a column with the values given, one per row under the mask."""
        self.frames.append(problems.problem_rows(self.table.lines[rows], column, values, problem, f"Skipped. {what_to_do}"))
        self.bad |= rows

    def decimals(self, roles: Sequence[str]) -> tuple[dict[str, number_formats.Decimal], tuple[str, ...]]:
        """The decimal mark of each column of numbers, and a note for a person about each uncertain one.

        A number that proves the mark decides for its column, then for the other columns; where no number does, a file with ";" between
        its cells has a decimal comma and any other file a decimal point.
        """
        columns = {role: self.table.rows[self.mapping[role]] for role in roles if role in self.mapping}
        texts = {role: sample(column, most=None) for role, column in columns.items() if column.dtype.kind != "f"}
        proved = {role: number_formats.decimal_of(column) for role, column in texts.items()}
        usual: number_formats.Decimal = "," if self.table.reading.delimiter == ";" else "."
        other = next((mark for mark in proved.values() if mark), None)
        marks: dict[str, number_formats.Decimal] = {role: proved.get(role) or other or usual for role in roles}
        notes = []
        for role, column in texts.items():
            text = None if proved[role] or other or self.table.decimal else number_formats.two_ways(column)
            if text is not None:
                value = number_formats.parse_numbers(pa.array([text]), marks[role])[0]
                notes.append(f'"{text}" in {self.mapping[role]} was read as {value:.15g}.')
        return marks, tuple(notes)
