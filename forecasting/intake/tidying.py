"""From the lines below a header to the rows of a table: what is no row is left out, what stands once for many rows is filled in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from forecasting.core.errors import UnreadableFile
from forecasting.intake import problems
from forecasting.intake.column_guess import guess_mapping
from forecasting.intake.filling import Contents, filled_down
from forecasting.intake.grid import Grid, shown
from forecasting.intake.groups import without_groups
from forecasting.intake.names import is_number_of
from forecasting.intake.table import Table, blank, is_empty
from forecasting.intake.totals import without_report_lines
from forecasting.intake.understood import Reading

_WORDS: Final = (
    "order invoice receipt transaction ticket bill document sale auftrag bestellung rechnung beleg commande facture factura pedido ordine ordre "
    "zamowienie"
)
_ORDERS: Final = frozenset(_WORDS.split())
"""What columns that number orders are called, alone or before one of `_ENDINGS`."""
_ENDINGS: Final = ("", "id", "no", "nr", "num", "number", "nummer", "ref", "reference", "code")


def tidied(
    grid: Grid,
    reading: Reading,
    name: str,
    *,
    decimal: str | None = None,
    merged: Iterable[tuple[int, int, str]] = (),
    contents: Contents = "sales",
) -> Table:
    """The table in the lines of a file.

    Args:
        grid: The lines below the header.
        reading: Where they were found.
        name: Of the file, for messages.
        decimal: The decimal mark if the kind of file decides it.
        merged: Merged cells: first and last line, and their column.
        contents: What the file lists.

    Raises:
        UnreadableFile: There are no rows, or groups within groups.
    """
    grid = _without_empty_columns(grid.without(blank(grid.rows), ""))
    if not len(grid.rows) and not len(grid.problems):
        raise UnreadableFile(f"{name} has a header but no rows below it. Upload a file with at least one day of sales.")
    if len(grid.rows):
        # A supplier's name alone on its line is a row, not a heading and not a report's last line.
        grid = grid if contents == "suppliers" else without_groups(without_report_lines(grid), name)
        grid = _without_empty_columns(grid)
        draft = Table(tuple(map(str, grid.rows)), grid.rows, grid.lines, problems.together([]))
        orders = [column for column in draft.columns if is_number_of(column, _ORDERS, _ENDINGS)]
        orders += [column for column in draft.columns if column not in orders and "".join(shown(grid.rows[column].iloc[:1])).startswith("#")]
        if any(is_empty(grid.rows[column]).any() for column in grid.rows):
            grid = filled_down(grid, lambda: guess_mapping(draft), orders, merged, contents=contents)
    grid, short = _without_short_rows(grid, reading.delimiter)
    wrong = problems.together([grid.problems, short])
    if not len(grid.rows) and not len(wrong):
        raise UnreadableFile(f"{name} has a header but no rows of sales below it. Upload a file with at least one day of sales.")
    columns = tuple(map(str, grid.rows))
    return Table(columns, grid.rows, grid.lines, wrong, reading, decimal, grid.notes, grid.left_out)


def _without_empty_columns(grid: Grid) -> Grid:
    """Without columns that have neither a name nor a cell: delimiters at the ends of lines."""
    bare = [column for column in grid.rows if column in grid.unnamed and is_empty(grid.rows[column]).all()]
    if not bare or len(bare) == len(grid.rows.columns):
        return grid
    return replace(grid, rows=grid.rows.drop(columns=bare), unnamed=grid.unnamed - frozenset(bare))


def _without_short_rows(grid: Grid, delimiter: str) -> tuple[Grid, pd.DataFrame]:
    """Without rows that have too few cells, which are problems."""
    if not grid.short.any():
        return grid, problems.together([])
    places = np.flatnonzero(grid.short)
    columns = [shown(grid.rows[column].iloc[places]) for column in grid.rows]
    values = [delimiter.join(cells).rstrip(delimiter) for cells in zip(*columns, strict=True)]
    what = f"Skipped. The header names {len(columns)} columns; check delimiters and quotation marks and upload again."
    short = problems.problem_rows(grid.lines[places], "", values, "Too few cells", what)
    return grid.without(grid.short, ""), short
