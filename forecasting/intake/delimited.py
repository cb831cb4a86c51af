"""Text with delimiters: its encoding, its delimiter, its header, its cells."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Final

from forecasting.core.errors import InputError, UnreadableFile
from forecasting.intake import delimiters, encodings
from forecasting.intake.answers import NOTHING_SAID, Answers
from forecasting.intake.csv_cells import LINE_END, read_cells
from forecasting.intake.filling import Contents
from forecasting.intake.header import Header, find_header
from forecasting.intake.limits import check_cells, check_columns, check_header, check_lines
from forecasting.intake.table import MAX_NAME_CHARACTERS, Table, names
from forecasting.intake.tidying import tidied
from forecasting.intake.understood import Reading

SAMPLE_BYTES: Final = 2**18
"""Bytes from the start that decide the delimiter and hold the header."""
SAMPLE_ROWS: Final = 200
MIN_USUAL_SHARE: Final = 0.9
"""Share of lines that have to end in as many empty cells for these to be columns, too."""
_CONTROL: Final = bytes(set(range(32)) - {7, 8, 9, 10, 12, 13, 26, 27})
_STATED: Final = re.compile(r"\s*sep=([,;\t|])\r?\n")


@dataclass(frozen=True)
class Sample:
    """The first lines of a text.

    Args:
        rows: Their cells.
        lines: For each row its first line in the file, from 1, and the next row's first line.
        delimiter: Between cells.
    """

    rows: list[list[str]]
    lines: list[tuple[int, int]]
    delimiter: str


def read(content: bytes, name: str, answers: Answers = NOTHING_SAID, contents: Contents = "sales") -> Table:
    """The table in a text.

    Raises:
        InputError: An answer does not fit the file.
        UnreadableFile: It is binary, or has no rows.
    """
    text = encodings.decode(content, name, answers.encoding)
    body, notes = _checked(text.utf8, name), list(text.notes)
    if delimiters.is_quoted_whole(_start(body)):
        body = delimiters.unquoted(body)
        notes.append("Each line stood in one pair of quotation marks; they were taken off.")
    elif delimiters.is_aligned(_start(body)):
        body = delimiters.with_tabs(body)
        notes.append("The columns are parted by several spaces.")
    check_lines(body, name)
    sample = _sample(body, name)
    header = _header(sample, answers.header_line, body, name)
    check_header(header.names, name)
    columns, unnamed = _columns(sample, header, name)
    check_columns(len(columns), name)
    above = sample.lines[header.body - 1][1] - 1 if header.body else sample.lines[0][0] - 1
    rest = _below(body, above)
    if not rest.strip():
        raise UnreadableFile(f"{name} has a header but no rows below it. Upload a file with at least one day of sales.")
    check_cells(rest.count(b"\n") or rest.count(b"\r"), len(columns), len(rest), name)
    line = sample.lines[header.at][0] if header.at is not None else 0
    if answers.header_line is None and header.at is None:
        notes.append("The first line is no header: columns are called Column 1, Column 2 and so on.")
    elif answers.header_line is None and any(any(cell.strip() for cell in row) for row in sample.rows[: header.at]):
        notes.append(f"The header is in line {line}.")
    grid = replace(read_cells(rest, columns, sample.delimiter, named=len(header.names), lines=above, name=name), unnamed=unnamed, notes=tuple(notes))
    return tidied(grid, Reading(encoding=text.encoding, delimiter=sample.delimiter, header_line=line), name, contents=contents)


def _checked(text: bytes, name: str) -> bytes:
    """The text, checked to be one: no NUL, hardly any control characters; raises UnreadableFile."""
    at = text.find(b"\0")
    if at >= 0:
        line = text.count(b"\n", 0, at) + 1
        raise UnreadableFile(f"{name} is not a text file: line {line} has a NUL byte, so it is binary or damaged. Export it as CSV again.")
    head = text[:SAMPLE_BYTES]
    if len(head) - len(head.translate(None, _CONTROL)) > len(head) // 100:
        raise UnreadableFile(f"{name} is a binary file, not text. Export the sales as CSV, .xlsx or Parquet.")
    if not text.strip():
        raise UnreadableFile(f"{name} is empty. Upload a file with a date and the units sold.")
    return text


def _start(text: bytes) -> str:
    """The first lines, whole ones only if there is more than one."""
    start = text[:SAMPLE_BYTES].decode("utf-8", errors="ignore")
    if len(text) <= SAMPLE_BYTES:
        return start
    return start[: max(start.rfind("\n"), start.rfind("\r")) + 1] or start


def _sample(text: bytes, name: str) -> Sample:
    start = _start(text)
    stated = _STATED.match(start)
    delimiter = stated.group(1) if stated else delimiters.find_delimiter(start, name)
    skip = stated.end() if stated else 0
    reader = csv.reader(io.StringIO(start[skip:], newline=""), delimiter=delimiter)
    first = 1 + (len(LINE_END.findall(start[:skip].encode())) if stated else 0)
    rows: list[list[str]] = []
    lines: list[tuple[int, int]] = []
    try:
        for row in reader:
            rows.append(row)
            lines.append((first + (lines[-1][1] - first if lines else 0), first + reader.line_num))
            if len(rows) >= SAMPLE_ROWS:
                break
    except csv.Error as error:
        if not rows:
            raise UnreadableFile(f"The header of {name} cannot be read ({error}). Check the quotation marks of the first line.") from error
    return Sample(rows, lines, delimiter)


def _header(sample: Sample, given: int | None, text: bytes, name: str) -> Header:
    """The header, where a person said it is or where it is found."""
    if given:
        at = next((place for place, (first, after) in enumerate(sample.lines) if first <= given < after), None)
        if at is None or not any(cell.strip() for cell in sample.rows[at]):
            last = sum(1 for _ in LINE_END.finditer(text)) + 1
            raise InputError(f"Line {given:,} of {name} cannot be the header: it is empty, or too far down; the file has {last:,} lines.")
        return find_header(sample.rows, at)
    for row in sample.rows[:3]:
        if any(len(cell) > MAX_NAME_CHARACTERS and "\n" in cell for cell in row):
            names(row, name)
    return find_header(sample.rows, -1 if given == 0 else None)


def _columns(sample: Sample, header: Header, name: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """Names for the columns, as many as most rows have cells if cells beyond the header are empty, and which of them the file does not name."""
    below = [row for row in sample.rows[header.body :] if any(cell.strip() for cell in row)]
    usual, count = Counter(len(row) for row in below).most_common(1)[0] if below else (0, 0)
    given = list(header.names)
    empty_beyond = not any(cell.strip() for row in below for cell in row[len(given) :])
    if usual > len(given) and empty_beyond and count >= MIN_USUAL_SHARE * len(below):
        given += [""] * (usual - len(given))
    columns = names(given, name)
    return columns, frozenset(column for column, own in zip(columns, given, strict=True) if not own)


def _below(text: bytes, lines: int) -> bytes:
    """The text below a number of lines, without line ends at its own end."""
    ends = [match.end() for match, _ in zip(LINE_END.finditer(text), range(lines), strict=False)]
    start = (ends[-1] if len(ends) == lines else len(text)) if lines else 0
    end = len(text)
    while end > start and text[end - 1] in b"\r\n\x1a":
        end -= 1
    return text[start:end]
