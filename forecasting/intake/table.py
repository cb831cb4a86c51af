"""The cells of a file as they were sent, whatever kind of file it was."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from forecasting.core.errors import UnreadableFile
from forecasting.intake import problems
from forecasting.intake.understood import Reading

_SECOND: Final = frozenset(f" ({number})" for number in range(2, 100))
MAX_NAME_CHARACTERS: Final = 255
"""Characters of a column's name at most: a longer one is a line of something else."""
EXACT_BELOW: Final = 2**53
"""Whole numbers from here on may be rounded in a float."""


@dataclass(frozen=True, eq=False)
class Table:
    """Named columns of cells.

    Args:
        columns: Trimmed names, each once, in the order of the file.
        rows: One column per name. Texts are categories of the text as it stands in the file, "" for an empty cell; numbers, truth
            values and days of a workbook or Parquet file keep their types, missing for an empty cell.
        lines: The line of each row in the file (row of the sheet), counted from 1 with the header, shape (n,).
        problems: Lines that are not rows, a table of `problems.COLUMNS`.
        reading: Where the cells were found.
        decimal: The decimal mark if the kind of file decides it; else None.
        notes: What was decided, left out or filled in on the way to the cells, a sentence each.
        left_out: Lines below the header that are no rows of sales, which `notes` tell: totals, repeated headers.
    """

    columns: tuple[str, ...]
    rows: pd.DataFrame
    lines: np.ndarray
    problems: pd.DataFrame
    reading: Reading = field(default_factory=Reading)
    decimal: str | None = None
    notes: tuple[str, ...] = ()
    left_out: int = 0

    def __len__(self) -> int:
        return len(self.rows)


def names(header: Sequence[str], file: str) -> tuple[str, ...]:
    """Column names from a header, each once: trimmed, in Unicode's form NFC, an empty one named by its position, the second of two named "Tax (2)".

    Raises:
        UnreadableFile: A name is too long to be one.
    """
    trimmed = [unicodedata.normalize("NFC", name).strip().strip("\ufeff") or f"Column {place}" for place, name in enumerate(header, 1)]
    for name in trimmed:
        if len(name) > MAX_NAME_CHARACTERS:
            text = f'{file} has a column whose name has {len(name):,} characters; it begins with "{" ".join(name[:40].split())}".'
            raise UnreadableFile(f"{text} Check that the first line names the columns, and check its delimiters and quotation marks.")
    unique: dict[str, None] = {}
    for name in trimmed:
        number, own = 2, name
        while own in unique or (own != name and own in trimmed):
            number, own = number + 1, f"{name} ({number})"
        unique[own] = None
    return tuple(unique)


def twins(columns: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of columns that had one name in the file, e.g. "Tax" and "Tax (2)"."""
    return [(own, column) for column in columns if (own := column.rpartition(" (")[0]) in columns and column[len(own) :] in _SECOND]


def listed(columns: Sequence[str], most: int = 30) -> str:
    """Column names for a message, the first `most`.

    Example:
        >>> listed(["date", "store", "sales"], most=2)
        'date, store, ...'
    """
    return ", ".join(columns[:most]) + (", ..." if len(columns) > most else "")


def texts(cells: pa.ChunkedArray) -> pd.Series:
    """A column of texts as categories; takes strings or dictionaries of strings."""
    encoded = cells if pa.types.is_dictionary(cells.type) else cells.dictionary_encode()
    whole = encoded.unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks)
    codes = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return pd.Series(pd.Categorical.from_codes(codes, pd.Index(whole.dictionary.to_pandas(), dtype="str")))


def blank(rows: pd.DataFrame) -> np.ndarray:
    """Which rows are empty in all cells, shape (n,)."""
    empty = np.ones(len(rows), dtype=bool)
    for name in rows:
        if not empty.any():
            break
        empty &= is_empty(rows[name])
    return empty


def is_empty(cells: pd.Series) -> np.ndarray:
    """Which cells hold nothing but spaces, shape (n,)."""
    if not isinstance(cells.dtype, pd.CategoricalDtype):
        return cells.isna().to_numpy()
    codes = cells.cat.codes.to_numpy()
    bare = np.append((cells.cat.categories.str.strip() == "").astype(bool), True)
    return bare[codes] if bare.sum() > 1 or (codes < 0).any() else np.zeros(len(codes), dtype=bool)


def as_text(cell: Any) -> str:
    """A cell as a person would type it; a number too large for a float to keep all of its digits has an exponent, so that no digit is made up.

    Example:
        >>> as_text(7.0), as_text("007"), as_text(2.5), as_text(True), as_text(10**18 + 1), as_text(1e18)
        ('7', '007', '2.5', 'true', '1000000000000000001', '1e+18')
    """
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell)) if abs(cell) < EXACT_BELOW else np.format_float_scientific(cell, trim="-")
    return "" if cell is None else str(cell)


def number_column(values: Sequence[float | None]) -> pd.Series:
    """Numbers as floats, missing for None; as texts if there is a whole one that a float would round.

    Example:
        >>> number_column([1, None, 2.5]).tolist(), number_column([2**53 + 1, None]).tolist()
        ([1.0, nan, 2.5], ['9007199254740993', nan])
    """
    if any(isinstance(value, int) and abs(value) >= EXACT_BELOW for value in values):
        return texts(pa.chunked_array([pa.array([None if value is None else as_text(value) for value in values], pa.string())]))
    return pd.Series([np.nan if value is None else float(value) for value in values], dtype="float64")


def without_blank_rows(columns: tuple[str, ...], rows: pd.DataFrame, lines: np.ndarray, name: str) -> Table:
    """The table without its empty rows."""
    empty = blank(rows)
    if empty.all():
        raise UnreadableFile(f"{name} has a header but no rows below it. Upload a file with at least one day of sales.")
    return Table(columns, rows[~empty].reset_index(drop=True), lines[~empty], problems.together([]), decimal=".")
