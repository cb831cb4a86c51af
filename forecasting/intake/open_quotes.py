"""Quotation marks that nobody closed: the lines behind one become part of its cell, up to the next mark of the file."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd
import pyarrow as pa
from pyarrow import compute

from forecasting.intake.findings import Findings

MAX_SHAPES: Final = 200
"""Different cells of a column whose shapes count."""
_REMEDY: Final = "Close it, or take it away, and upload again: the lines behind it became part of this cell."
_BREAK: Final = r"\r\n|\n|\r"
_LINE_END, _DIGITS, _LETTERS = re.compile(_BREAK), re.compile(r"\d+"), re.compile(r"[^\W\d_]+")


def check_open_quotes(findings: Findings, known: str) -> None:
    """Records cells that swallowed lines of the file; nothing else is said of their rows.

    A cell of several lines did if its first line ends where a row ends, its last begins where one begins, each line between is as wide as a
    row, and one of them has in the place of a known column what looks like its cells.

    Args:
        findings: Of a table; only texts with delimiters have quotation marks.
        known: A column whose cells look alike, such as the dates.
    """
    table = findings.table
    if not table.reading.delimiter:
        return
    place, shapes = table.columns.index(known), {_shape(text) for text in _distinct(table.rows[known])[:MAX_SHAPES].to_pylist()} - {""}
    for at, column in enumerate(table.columns):
        texts = _distinct(table.rows[column])
        broken = texts.filter(compute.match_substring_regex(texts, _BREAK)).to_pylist()
        swallowed = [text for text in broken if _has_rows(text, (at, len(table.columns)), place, table.reading.delimiter, shapes)]
        if swallowed:
            rows = table.rows[column].isin(swallowed).to_numpy()
            findings.add_lines(rows, column, [str(cell) for cell in table.rows[column][rows]], "Unclosed quotation mark", _REMEDY)
    findings.settle()


def _distinct(cells: pd.Series) -> pa.Array:
    """The texts of a column, each once; none of a column of another type."""
    return pa.array(cells.cat.categories, pa.string()) if isinstance(cells.dtype, pd.CategoricalDtype) else pa.array([], pa.string())


def _has_rows(text: str, cell: tuple[int, int], known: int, delimiter: str, shapes: set[str]) -> bool:
    """Whether a cell, by its place and the width of a row, has other rows in it."""
    at, width = cell
    parts = [line.split(delimiter) for line in _LINE_END.split(text)]
    if len(parts[0]) != width - at or len(parts[-1]) != at + 1 or any(len(part) != width for part in parts[1:-1]):
        return False
    cells = [part[known] for part in parts[1:] if known < len(part)] + ([parts[0][known - at]] if known > at else [])
    return any(_shape(each) in shapes for each in cells)


def _shape(text: str) -> str:
    """A text with all numbers, and all words, alike."""
    return _LETTERS.sub("a", _DIGITS.sub("9", text.strip().strip('"')))
