"""Which line of a file names its columns: the first one with rows of the table below it, whatever stands above."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.intake.cell_kinds import DAY, EMPTY, NUMBER, TEXT, grid_kinds
from forecasting.intake.periods import names_periods

Row = Sequence[str]

MIN_SHARE: Final = 0.6
"""Share of the cells below its first one that have to be days or numbers in a column of days or numbers."""
_UNKNOWN: Final = frozenset({"nan", "na", "n/a", "#n/a", "null", "none", "-", "?"})
MAX_COLUMNS: Final = 400
"""Columns that are looked at, at most."""


@dataclass(frozen=True)
class Header:
    """Where a table starts.

    Args:
        names: The columns as the file names them, "" for one without a name; those of the widest row if no line names them.
        at: The place of the line that names them; None if there is none.
        body: The place of the first line that may be a row.
    """

    names: tuple[str, ...]
    at: int | None
    body: int


def find_header(rows: Sequence[Row], given: int | None = None) -> Header:
    """The header among the first rows of a file.

    Args:
        rows: Cells of the first lines, with empty lines.
        given: The place of the header if a person said so, -1 for none; None to find it.
    """
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    width = min(max(map(len, rows), default=0), MAX_COLUMNS)
    kinds = grid_kinds([["" if cell.strip().casefold() in _UNKNOWN else cell for cell in row[:width]] for row in rows], width)
    if given is not None:
        return _named(rows, kinds, given, given + 1) if given >= 0 else _unnamed(rows, _first(filled))
    wide = next((at for at, row in enumerate(rows[:30]) if names_periods(row[:width], kinds[at] == DAY)), None)
    if wide is not None:
        return _named(rows, kinds, wide, wide + 1)
    first = _first_data_row(rows, kinds, filled)
    if first is None:
        most = Counter(count for count in filled if count).most_common(1)
        widest = next((place for place, count in enumerate(filled) if count and count >= 0.6 * most[0][0]), 0)
        return _named(rows, kinds, widest, widest + 1)
    at = _header_above(rows, kinds, filled, first)
    return _unnamed(rows, first) if at is None else _named(rows, kinds, at, first)


def _first(filled: Sequence[int]) -> int:
    return next((place for place, count in enumerate(filled) if count), 0)


def _value_columns(kinds: np.ndarray, rows: Sequence[Row]) -> dict[int, int]:
    """Columns of days or numbers, and which of both: below their first such cell most are."""
    columns = {}
    for column in range(kinds.shape[1]):
        cells = kinds[:, column]
        for kind in (DAY, NUMBER):
            starts = np.flatnonzero(cells == kind)
            if not len(starts):
                continue
            below = cells[starts[0] :]
            below = below[below != EMPTY]
            if np.isin(below, (kind, DAY) if kind == NUMBER else (kind,)).mean() >= MIN_SHARE:
                columns[column] = kind
                break
    return columns or _columns_with_digits(kinds, rows)


def _columns_with_digits(kinds: np.ndarray, rows: Sequence[Row]) -> dict[int, int]:
    """Columns of texts with digits in most cells, but not in all of the first lines."""
    columns = {}
    for column in range(kinds.shape[1]):
        digits = np.array([any(c.isdigit() for c in row[column]) for row in rows if column < len(row) and row[column].strip()])
        if len(digits) > 1 and digits[1:].mean() >= 0.9 and not digits[0]:
            columns[column] = TEXT
    return columns


def _fits(row: Row, kinds: np.ndarray, values: dict[int, int]) -> bool:
    """Whether a row has a day and numbers where the table has them."""
    days = [column for column, kind in values.items() if kind == DAY]
    if days and not any(kinds[column] == DAY for column in days) and any(kinds[column] != EMPTY for column in days):
        return False
    match = [
        any(c.isdigit() for c in (row[column] if column < len(row) else "")) if kind == TEXT else kinds[column] in (kind, DAY)
        for column, kind in values.items()
    ]
    there = sum(column < len(row) and bool(row[column].strip()) for column in values)
    return any(match) and sum(match) >= 0.5 * max(there, 1)


def _first_data_row(rows: Sequence[Row], kinds: np.ndarray, filled: Sequence[int]) -> int | None:
    values = _value_columns(kinds, rows)
    if not values:
        return None
    fits = [bool(count) and _fits(row, kinds[place], values) for place, (row, count) in enumerate(zip(rows, filled, strict=True))]
    usual = float(np.median([count for count, fit in zip(filled, fits, strict=True) if fit])) if any(fits) else 0.0
    for place, fit in enumerate(fits):
        following = [later for later in range(place + 1, len(rows)) if filled[later]][:3]
        header_follows = bool(following) and not fits[following[0]] and (kinds[following[0], list(values)] == TEXT).mean() > 0.5
        if fit and filled[place] >= 0.5 * usual and not header_follows and (not following or any(fits[later] for later in following)):
            return place
    return None


def _header_above(rows: Sequence[Row], kinds: np.ndarray, filled: Sequence[int], first: int) -> int | None:
    """The nearest row above that has texts where the first row has days and numbers; None if there is none."""
    values = [column for column in range(kinds.shape[1]) if kinds[first, column] in (DAY, NUMBER)]
    above = [place for place in range(first - 1, -1, -1) if filled[place] and not is_rule(rows[place])]
    for place in above:
        texts = sum(kinds[place, column] == TEXT and not any(letter.isdigit() for letter in rows[place][column]) for column in values)
        if texts > 0.5 * len(values) and not (kinds[place, values] > TEXT).any() and not _recurs(rows, place, first):
            return place
    for place in above:
        distinct = {cell.strip() for cell in rows[place] if cell.strip()}
        if filled[place] >= 0.6 * filled[first] and len(distinct) == filled[place] and not _same_kinds(kinds[place], kinds[first]):
            return place
    return None


def _recurs(rows: Sequence[Row], place: int, first: int) -> bool:
    """Whether a cell of a row stands in the same column of the table below, too, as names of products do and those of columns do not."""
    below = [{row[column] for row in rows[first:] if column < len(row)} for column in range(len(rows[place]))]
    alike = [cell in texts for cell, texts in zip(rows[place], below, strict=True) if cell.strip()]
    return any(alike) and not all(alike)


def _same_kinds(one: np.ndarray, other: np.ndarray) -> bool:
    both = (one != EMPTY) & (other != EMPTY)
    return bool((other > TEXT).any() and (one[both] == other[both]).all())


def is_rule(row: Row) -> bool:
    """Whether a line is one of dashes or the like, and no row."""
    text = "".join(row).strip()
    return bool(text) and len(text) >= 3 and not text.strip("-=_+|*~.:─━═│┼ \t")


def _unnamed(rows: Sequence[Row], first: int) -> Header:
    widths = Counter(len(row) for row in rows[first:] if any(cell.strip() for cell in row))
    return Header(("",) * (widths.most_common(1)[0][0] if widths else 1), None, first)


def _named(rows: Sequence[Row], kinds: np.ndarray, at: int, first: int) -> Header:
    """The header in the row at a place, with the help of the row above where names are missing or occur twice."""
    own = [cell.strip() for cell in rows[at]] if at < len(rows) else []
    body = at + 1
    below = [place for place in range(body, min(first, len(rows))) if any(cell.strip() for cell in rows[place]) and not is_rule(rows[place])]
    second = below[0] if below and _continues(rows[below[0]], kinds[below[0]], kinds[first]) else None
    if second is not None:
        body = second + 1
    while own and not own[-1]:
        own.pop()
    last = max((len(rows[at]) if at < len(rows) else 0), len(own))
    own += [""] * (last - len(own))
    upper = _spread(rows[at - 1], last) if at and not is_rule(rows[at - 1]) else [""] * last
    lower = [cell.strip() for cell in rows[second]][:last] if second is not None else []
    lower += [""] * (last - len(lower))
    if sum(bool(cell) for cell in upper) < 2:
        upper = [""] * last
    counts = Counter(own)
    names = [
        name if name and counts[name] == 1 else " ".join(dict.fromkeys(part for part in parts if part))
        for name, parts in zip(own, zip(upper, own, lower, strict=True), strict=True)
    ]
    return Header(tuple(names), at, body)


def _continues(row: Row, kinds: np.ndarray, data: np.ndarray) -> bool:
    """Whether a row between the header and the first data belongs to the header: texts above numbers alone, e.g. units of measurement."""
    texts = kinds == TEXT
    above_numbers = bool(texts.any()) and bool((data[kinds > EMPTY] == NUMBER).all())
    return above_numbers and len(row) > 1 and not any(letter.isdigit() for cell in row for letter in cell)


def _spread(row: Row, width: int) -> list[str]:
    """The texts of a row of merged cells, each over the empty cells to its right."""
    spread: list[str] = []
    for cell in row[:width]:
        spread.append(cell.strip() or (spread[-1] if spread else ""))
    return spread + [spread[-1] if spread else ""] * (width - len(spread))
