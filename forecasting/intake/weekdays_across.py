"""Files with a week in each row and its days across: Mon, Tue, ..., with the week's date beside them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.errors import AmbiguousDates, InputError, UnreadableFile
from forecasting.intake.calendar_names import weekday_numbers
from forecasting.intake.calendars import Days
from forecasting.intake.cells import distinct
from forecasting.intake.column_mapping import NAMES
from forecasting.intake.date_formats import DateHints, read_days
from forecasting.intake.names import plain
from forecasting.intake.table import Table, listed
from forecasting.intake.totals import names_total
from forecasting.intake.wide import DATE, rows_of_cells

MIN_DAYS: Final = 5
"""Columns beside each other that name days of the week, at least."""
_FIRST_MONDAY: Final = np.datetime64("1970-01-05", "D")


def unfolded(table: Table, name: str) -> Table:
    """The table with a row for each filled cell below a day of the week; another table as it is.

    The week begins with the first of the columns: its date may be that of any of its days, the last one too. Columns that add up others are left out.

    Raises:
        UnreadableFile: No column has the week's date, or it can be read in more than one way.
    """
    numbers = weekdays_across(table.columns)
    if not numbers:
        return table
    across = list(numbers)
    beside = [column for column in table.columns if column not in numbers]
    totals = [column for column in beside if names_total(column) or plain(column) in NAMES[schema.SALES].split()]
    where = f'{name} has the days of the week across ("{across[0]}" to "{across[-1]}")'
    week, days = _week(table, [column for column in beside if column not in totals], where)
    said = f'The days of the week run across ("{across[0]}" to "{across[-1]}"), and {week} says which week it is; each cell became a row of its day.'
    notes = (said, *([f"{listed(totals, 3)} left out: {'they add' if len(totals) > 1 else 'it adds'} up the others."] if totals else []))
    begins = days - ((days - _FIRST_MONDAY).astype(np.int64) - numbers[across[0]]) % 7
    keys = table.rows.drop(columns=[*across, *totals, week]).assign(**{week: begins})
    rows = rows_of_cells(table, keys, across, DATE, notes)
    return _dated(rows, week, numbers)


def weekdays_across(names: tuple[str, ...]) -> dict[str, int]:
    """Column -> its day of the week, 0 for Monday, of columns beside each other; empty if there are too few.

    Example:
        >>> weekdays_across(("Week", "Product", "Mon", "Tue", "Wed", "Thu", "Fri", "Total"))
        {'Mon': 0, 'Tue': 1, 'Wed': 2, 'Thu': 3, 'Fri': 4}
    """
    for first in range(len(names) - MIN_DAYS + 1):
        count = next((count for count in (7, 6, 5) if len(weekday_numbers(names[first : first + count])) == count), 0)
        if count:
            return weekday_numbers(names[first : first + count])
    return {}


def _week(table: Table, columns: list[str], where: str) -> tuple[str, Days]:
    """The column that says which week each row is, and its day in each row; raises UnreadableFile where none does."""
    unsure = ""
    for column in columns:
        try:
            days = _days(table.rows[column], column)
        except AmbiguousDates as error:
            unsure = unsure or f" {str(error).partition('?')[0]}?"
            continue
        except InputError:
            continue
        if len(days) and not np.isnat(days).any():
            return column, days
    raise UnreadableFile(
        f"{where}, and no column says for sure which week each row is.{unsure} Write a day of that week in a column, such as 2026-03-02, and upload "
        "again."
    )


def _days(cells: pd.Series, column: str) -> Days:
    if cells.dtype.kind == "M":
        return cells.to_numpy().astype("datetime64[D]")
    places, texts = distinct(cells)
    return read_days(texts, DateHints(column=column, ranges=False)).days[places]


def _dated(table: Table, week: str, numbers: dict[str, int]) -> Table:
    """The rows with their day in place of their week and its day of the week."""
    day, first = table.columns[-2], next(iter(numbers.values()))
    after = table.rows[day].astype("str").map({name: (number - first) % 7 for name, number in numbers.items()}).to_numpy()
    days = table.rows[week].to_numpy().astype("datetime64[D]") + after.astype("timedelta64[D]")
    rows = table.rows.drop(columns=[week]).assign(**{day: days.astype("datetime64[us]")})
    return replace(table, rows=rows, columns=tuple(map(str, rows)))
