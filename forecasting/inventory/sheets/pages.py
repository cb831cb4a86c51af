"""Lines and pages of an order sheet on paper: where names wrap, and which lines of the table stand on which page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final, Literal

from forecasting.inventory.sheets import fonts
from forecasting.inventory.sheets.wording import TextColumn

Paper = Literal["A4", "letter"]
SIZES: Final[dict[Paper, tuple[float, float]]] = {"A4": (595.28, 841.89), "letter": (612.0, 792.0)}
"""Width and height in points."""
MARGIN: Final = 42.0
SIZE, LEADING, GAP, PADDING = 9.0, 12.0, 12.0, 4.0
"""Of the table, in points: letters, lines, between columns, above and below each row."""
NARROWEST: Final = 80.0
"""Points of a column of names at least."""
MOST_LINES: Final = 12
"""Lines of one cell at most; what follows is left out, and three points say so."""


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Args:
        cells: The lines of text of each column.
    """

    cells: tuple[tuple[str, ...], ...]

    @property
    def height(self) -> float:
        """In points."""
        return max(len(cell) for cell in self.cells) * LEADING + 2 * PADDING


def widths(columns: Sequence[TextColumn], room: float) -> list[float]:
    """The width of each column in points, which fill the room: numbers what they need, names what is left, by what they need."""
    needs = [max(fonts.width(text, SIZE, bold=text in (column.label, column.total)) for text in _texts(column)) for column in columns]
    numbers = sum(need for need, column in zip(needs, columns, strict=True) if column.is_number)
    names = [need for need, column in zip(needs, columns, strict=True) if not column.is_number]
    left = room - GAP * (len(columns) - 1) - numbers
    shares = _shares(names, left)
    return [need if column.is_number else shares.pop(0) for need, column in zip(needs, columns, strict=True)]


def _texts(column: TextColumn) -> list[str]:
    """What decides its width: of many cells the longest, and label and total."""
    return [column.label, column.total, *sorted(set(column.cells), key=len)[-20:]]


def _shares(needs: Sequence[float], room: float) -> list[float]:
    """The room, parted: those that need little get it, the others share the rest evenly."""
    shares, left = [0.0] * len(needs), room
    waiting = sorted(range(len(needs)), key=lambda place: needs[place])
    for number, place in enumerate(waiting):
        even = left / (len(waiting) - number)
        shares[place] = max(min(needs[place], even), NARROWEST) if number < len(waiting) - 1 else max(left, NARROWEST)
        left -= shares[place]
    return shares


def rows(columns: Sequence[TextColumn], wide: Sequence[float]) -> list[Row]:
    """The lines of the table, wrapped."""
    wrapped = [
        [(cell,) if column.is_number else wrap(cell, width, SIZE) for cell in column.cells] for column, width in zip(columns, wide, strict=True)
    ]
    return [Row(cells) for cells in zip(*wrapped, strict=True)]


def paged(listed: Sequence[Row], first: float, later: float, last: float) -> list[list[Row]]:
    """The rows of each page; at least one page.

    Args:
        listed: All rows.
        first: Points for rows on the first page.
        later: Points for rows on each later page.
        last: Points that what stands below the last row needs.
    """
    pages: list[list[Row]] = [[]]
    left = first
    for row, following in zip_longest(listed, listed[1:]):
        needed = row.height + (last if following is None else 0.0)
        if needed > left and pages[-1]:
            pages.append([])
            left = later
        pages[-1].append(row)
        left -= row.height
    return pages


def wrap(text: str, room: float, size: float, *, bold: bool = False) -> tuple[str, ...]:
    """The text in lines that fit into so many points; a word that is too long is broken anywhere."""
    lines, line = list[str](), ""
    for word in text.split():
        longer = f"{line} {word}".lstrip()
        if fonts.width(longer, size, bold=bold) <= room:
            line = longer
            continue
        lines += [line] if line else []
        *full, line = _broken(word, room, size, bold=bold)
        lines += full
        if len(lines) > MOST_LINES:
            break
    lines = [*lines, line] if line or not lines else lines
    return (*lines[: MOST_LINES - 1], f"{lines[MOST_LINES - 1]} …") if len(lines) > MOST_LINES else tuple(lines)


def _broken(word: str, room: float, size: float, *, bold: bool) -> list[str]:
    """A word in parts that fit."""
    parts, part = list[str](), ""
    for sign in word[:2_000]:
        if part and fonts.width(part + sign, size, bold=bold) > room:
            parts.append(part)
            part = ""
        part += sign
    return [*parts, part]
