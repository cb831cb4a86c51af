"""What parts the cells of a text."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from forecasting.core.errors import UnreadableFile
from forecasting.intake.cell_kinds import DAY, NUMBER, TEXT, grid_kinds
from forecasting.intake.header import find_header, is_rule

USUAL: Final = (",", ";", "\t", "|")
RARE: Final = ("^", "~", ":", "\u00a6", "\u00a7", "\x1f", "\x01", " ")
"""Tried only where the usual ones do not part the lines."""
LINES: Final = 200
"""Lines that decide, at most."""
MIN_SHARE: Final = 0.5
"""Share of lines with as many cells as most, at least, for a delimiter to count."""
RARE_MIN_SHARE: Final = 0.95
_QUOTED: Final = re.compile(r'^"((?:[^"]|"")*)"[,;\t]*$')
_QUOTED_BYTES: Final = re.compile(rb'^"((?:[^"\r\n]|"")*)"[,;\t]*(?=\r?$)', re.MULTILINE)
_COLUMNS_OF_SPACES: Final = re.compile(rb"(?<=\S)(?: {2,}| *\t *)(?=\S)")


def find_delimiter(sample: str, name: str) -> str:
    """The delimiter with which most lines have as many cells as each other, from the header on.

    Raises:
        UnreadableFile: The cells seem to be parted by spaces that cells contain, too.
    """
    lines = _lines(sample)
    scores = {delimiter: score for delimiter in USUAL if (score := _score(lines, delimiter))[0] >= MIN_SHARE}
    if scores:
        return max(scores, key=lambda delimiter: scores[delimiter])
    rare = {delimiter: score for delimiter in RARE if (score := _score(lines, delimiter))[0] >= RARE_MIN_SHARE and score[2]}
    if rare:
        return max(rare, key=lambda delimiter: rare[delimiter])
    if _looks_parted_by_spaces(lines):
        raise UnreadableFile(
            f"The cells of {name} are parted by spaces, and names in it have spaces, too. Export it with commas, semicolons or tabs instead."
        )
    return ","


def _lines(sample: str) -> list[str]:
    """The first lines that hold something."""
    lines = itertools.islice(io.StringIO(sample, newline=""), LINES)
    return [line for line in lines if line.strip() and not is_rule([line])]


def is_quoted_whole(sample: str) -> bool:
    """Whether most lines are in one pair of quotation marks, with a delimiter inside."""
    lines = [line for line in sample.splitlines()[:LINES] if line.strip()]
    quoted = [match.group(1) for line in lines if (match := _QUOTED.match(line))]
    inside = [text for text in quoted if any(delimiter in text for delimiter in USUAL)]
    return len(inside) > 1 and len(inside) >= 0.6 * len(lines)


def unquoted(text: bytes) -> bytes:
    """The text without the quotation marks around its lines."""
    return _QUOTED_BYTES.sub(lambda match: match.group(1).replace(b'""', b'"'), text)


def is_aligned(sample: str) -> bool:
    """Whether the lines have columns that two spaces or more part."""
    lines = _lines(sample)
    widths = Counter(len(re.split(r" {2,}|\t", line.strip())) for line in lines)
    width, count = widths.most_common(1)[0] if widths else (1, 0)
    return width > 1 and count >= 0.9 * len(lines) and not any(_score(lines, delimiter)[0] >= MIN_SHARE for delimiter in USUAL)


def with_tabs(text: bytes) -> bytes:
    """The text with a tab for each two spaces or more between cells."""
    return _COLUMNS_OF_SPACES.sub(b"\t", text)


def _score(lines: Sequence[str], delimiter: str) -> tuple[float, float, bool, float, int]:
    """How well a delimiter parts lines; more is better in the first number that differs.

    The share of lines with as many cells as most; whether the header has as many, too; whether there are days; the share of columns
    with days or numbers; and the number of cells.
    """
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, skipinitialspace=delimiter == " "))
    except csv.Error:
        return 0.0, 0.0, False, 0.0, 0
    width, count = Counter(len(row) for row in rows).most_common(1)[0] if rows else (1, 0)
    wide = [row for row in rows if len(row) >= width] or rows
    if width <= 1:
        fewer = [row for row in rows if len(row) > 1]
        return (0.0, 0.0, False, 0.0, 0) if not rows or len(rows[0]) <= 1 or not fewer else (0.5, 1.0, False, 0.0, len(rows[0]))
    header = find_header(rows[:50])
    same = header.at is not None and abs(len(rows[header.at]) - width) <= max(1, width // 10)
    kinds = grid_kinds(wide[1:30] or wide, width)
    days = bool(((kinds == DAY).mean(axis=0) > 0.5).any())
    typed = float((((kinds == NUMBER) | (kinds == DAY)).sum(axis=0) > (kinds == TEXT).sum(axis=0)).mean())
    return round(20 * count / len(rows)) / 20, float(same), days, round(typed, 1), width


def _looks_parted_by_spaces(lines: Sequence[str]) -> bool:
    """Whether the lines have days or numbers between spaces."""
    words = [line.split() for line in lines]
    rows = [row for row in words if len(row) > 2]
    if len(rows) < 3 or len(rows) < 0.8 * len(lines):
        return False
    kinds = grid_kinds([[row[0], row[-1]] for row in rows], 2)
    return bool((kinds[1:] >= NUMBER).all(axis=1).mean() > 0.8)
