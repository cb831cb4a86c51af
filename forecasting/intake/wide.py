"""Files whose days, weeks or months run across in columns: each of their cells becomes a row."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from forecasting.core import schema
from forecasting.core.errors import UnreadableFile
from forecasting.core.formatting import count
from forecasting.intake.column_mapping import NAMES
from forecasting.intake.counted_periods import UNITS, counted
from forecasting.intake.names import plain
from forecasting.intake.periods import YEAR, form, periods_across
from forecasting.intake.table import Table, as_text, is_empty, listed, texts, twins
from forecasting.intake.totals import names_total

MAX_ROWS: Final = 20_000_000
"""Rows that a wide file may become, at most."""
DATE, SOLD = "Date", "Units sold"
"""What the columns are called that the names and the cells of the periods become."""
_REMEDY: Final = (
    "A row for each day and product is needed, with a column for the date and one for the units. In a spreadsheet, unpivot these columns "
    "(Data, From table, Unpivot columns) and upload that."
)


def unfolded(table: Table, name: str) -> Table:
    """The table with a row for each filled cell below a period, all rows of a period beside each other; a long table as it is.

    Columns that add up others ("Total") are left out. The last two columns are then the periods, as the file writes them, and the cells.

    Raises:
        UnreadableFile: The columns are years, quarters or periods of unknown length, there is a date in the rows too, or too many rows.
    """
    places = periods_across(table.columns)
    if not places:
        return table
    across = [table.columns[place] for place in places]
    _require_known(table, across, places, name)
    beside = [column for column in table.columns if column not in across]
    totals = [column for column in beside if names_total(column) or plain(column) in NAMES[schema.SALES].split()]
    keys = table.rows.drop(columns=[*across, *totals])
    empty = sum(int(is_empty(table.rows[column]).sum()) for column in across)
    return rows_of_cells(table, keys, across, DATE, _notes(table, places, totals, empty))


def rows_of_cells(table: Table, keys: pd.DataFrame, across: list[str], what: str, notes: tuple[str, ...]) -> Table:
    """The table with a row for each filled cell of some columns, all rows of a column beside each other.

    Args:
        table: The cells.
        keys: The columns that each row keeps, in the rows of the table.
        across: The columns whose cells become rows.
        what: What the column is called that their names become, which is the last but one; their cells are the last.
        notes: What became of the columns, for a person.
    """
    cells = _together([table.rows[column] for column in across])
    filled = np.flatnonzero(~is_empty(cells))
    place, row = np.divmod(filled, len(table))
    rows = keys.take(row).reset_index(drop=True)
    rows[_free_name(what, keys)] = pd.Series(pd.Categorical.from_codes(place, pd.Index(across, dtype="str")))
    rows[_free_name(SOLD, keys)] = cells.take(filled).reset_index(drop=True)
    return replace(
        table,
        columns=tuple(map(str, rows)),
        rows=rows,
        lines=table.lines[row],
        reading=replace(table.reading, layout="wide"),
        notes=(*table.notes, *notes),
    )


def refuse(table: Table, name: str) -> None:
    """Raises UnreadableFile for a table with its periods in columns, where a row for each thing is needed."""
    places = periods_across(table.columns)
    if places:
        raise UnreadableFile(f"{name} is a wide table. {_across(table, places)}: one row is a product, not a day. {_REMEDY}")


def _require_known(table: Table, across: list[str], places: list[int], name: str) -> None:
    """Raises UnreadableFile unless each column is one day, week or month, once."""
    start = f"{name} is a wide table. {_across(table, places)}"
    number = counted(across[0])
    if form(across[0]) == YEAR or (number and number.unit not in UNITS):
        raise UnreadableFile(f"{start}. Sales by day, week or month are needed: export them so and upload that.")
    doubled = [second for own, second in twins(table.columns) if own in across]
    if doubled:
        raise UnreadableFile(f"{start}, and some of them twice ({listed(doubled, 3)}). Keep those of the units sold and upload again.")
    dates = [column for column in table.columns if column not in across and plain(column) in NAMES[schema.DATE].split()]
    if dates:
        raise UnreadableFile(f"{start}, and {dates[0]} has dates as well. {_REMEDY}")
    if len(table) * len(across) > MAX_ROWS:
        raise UnreadableFile(
            f"{start}: {len(table) * len(across):,} cells, and {MAX_ROWS:,} is the limit of one file. Split it by its rows and upload the parts."
        )


def _together(columns: list[pd.Series]) -> pd.Series:
    """The cells of several columns, one column after the other: numbers if all are, else texts."""
    if all(column.dtype.kind == "f" for column in columns):
        return pd.concat(columns, ignore_index=True)
    return texts(pa.chunked_array([_encoded(column) for column in columns]))


def _encoded(cells: pd.Series) -> pa.DictionaryArray:
    if not isinstance(cells.dtype, pd.CategoricalDtype):
        cells = pd.Series([None if pd.isna(cell) else as_text(cell) for cell in cells.tolist()], dtype="str").astype("category")
    codes = cells.cat.codes.to_numpy()
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32), mask=codes < 0), pa.array(cells.cat.categories, pa.string()))


def _free_name(name: str, keys: pd.DataFrame) -> str:
    """The name, or one that no other column has."""
    return name if name not in keys else next(f"{name} ({number})" for number in range(2, len(keys.columns) + 3) if f"{name} ({number})" not in keys)


def _notes(table: Table, places: list[int], totals: list[str], empty: int) -> tuple[str, ...]:
    """What became of the columns, for a person."""
    notes = [f"{_across(table, places)}; each cell became a row."]
    if totals:
        notes.append(f"{listed(totals, 3)} left out: {'they add' if len(totals) > 1 else 'it adds'} up the others.")
    if empty:
        notes.append(f"{count(empty, 'empty cell')} left out: what was sold then is not known.")
    return tuple(notes)


def _across(table: Table, places: list[int]) -> str:
    first, last = table.columns[places[0]], table.columns[places[-1]]
    return f'{_what(first)} run across in columns {places[0] + 1:,} to {places[-1] + 1:,} ("{first}" to "{last}")'


def _what(name: str) -> str:
    """What a column stands for, in the plural."""
    number = counted(name)
    if number is not None:
        return {"day": "The days", "week": "The weeks", "month": "The months"}.get(number.unit, "The periods")
    kind = form(name)
    if kind:
        return {"year": "The years", "week": "The weeks", "quarter": "The quarters"}.get(kind, "The months")
    digits = sum(letter.isdigit() for letter in name)
    return "The days" if digits > 4 and len(name) >= 8 and sum(name.count(mark) for mark in "-/.") == 2 else "The months"
