"""Text with delimiters: its encoding, its delimiter, its cells."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

from forecasting.core.errors import UnreadableFile
from forecasting.intake import problems
from forecasting.intake.table import Table, blank, names, texts
from forecasting.intake.understood import Reading

DELIMITERS: Final = (",", ";", "\t", "|")
SAMPLE_BYTES: Final = 2**18
"""Bytes from the start that decide the delimiter and hold the header."""
BATCH_ROWS: Final = 5_000
_CONTROL: Final = bytes(set(range(32)) - {7, 8, 9, 10, 12, 13, 26, 27})
_LINE_END: Final = re.compile(rb"\r\n|\n|\r")
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True)
class TextLayout:
    """How a text is laid out.

    Args:
        names: The columns.
        delimiter: Between cells.
        lines: Lines up to the end of the header.
        start: Bytes up to the end of the header.
    """

    names: tuple[str, ...]
    delimiter: str
    lines: int
    start: int


def read(content: bytes, name: str) -> Table:
    """The table in a text.

    Raises:
        UnreadableFile: It is binary, has no header or no rows, or a column twice.
    """
    text, encoding = decode(content, name)
    layout = _layout(text, name)
    end = len(text)
    while end > layout.start and text[end - 1] in b"\r\n\x1a":
        end -= 1
    body = text[layout.start : end]
    if not body.strip():
        raise UnreadableFile(f"{name} has a header but no rows below it. Upload a file with at least one day of sales.")
    rows, lines, wrong = _fast(body, layout) or _careful(body, layout, name)
    empty = blank(rows)
    if empty.any():
        rows, lines = rows[~empty].reset_index(drop=True), lines[~empty]
    if not len(rows) and not len(wrong):
        raise UnreadableFile(f"{name} has a header but no rows below it. Upload a file with at least one day of sales.")
    return Table(layout.names, rows, lines, wrong, Reading(encoding=encoding, delimiter=layout.delimiter, header_line=layout.lines))


def decode(content: bytes, name: str) -> tuple[bytes, str]:
    """The text as UTF-8 without a byte order mark, and the encoding of the file.

    Raises:
        UnreadableFile: It is no text.
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            text = _transcode(content[len(mark) :], encoding.removesuffix("-sig"), name)
            return _checked(text, name), encoding
    _checked(content, name)
    try:
        codecs.decode(content, "utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace").encode(), "cp1252"
    return content, "utf-8"


def _transcode(content: bytes, encoding: str, name: str) -> bytes:
    try:
        return content.decode(encoding).encode()
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{name} claims to be {encoding.upper()} but is not ({error.reason}). Save it as CSV UTF-8.") from error


def _checked(text: bytes, name: str) -> bytes:
    """The text, checked to be one: no NUL, hardly any control characters; raises UnreadableFile."""
    at = text.find(b"\0")
    if at >= 0:
        line = text.count(b"\n", 0, at) + 1
        raise UnreadableFile(f"{name} is not a text file: line {line} has a NUL byte, so it is binary or damaged. Export it as CSV again.")
    head = text[:SAMPLE_BYTES]
    if len(head) - len(head.translate(None, _CONTROL)) > len(head) // 100:
        raise UnreadableFile(f"{name} is a binary file, not text. Export the sales as CSV, .xlsx or Parquet.")
    return text


def _layout(text: bytes, name: str) -> TextLayout:
    sample = text[:SAMPLE_BYTES].decode("utf-8", errors="ignore")
    stated = re.match(r"\s*sep=([,;\t|])\r?\n", sample)
    delimiter = stated.group(1) if stated else _delimiter(sample, whole=len(text) <= SAMPLE_BYTES)
    skip = stated.end() if stated else 0
    reader = csv.reader(io.StringIO(sample[skip:], newline=""), delimiter=delimiter)
    try:
        header = next((row for row in reader if any(cell.strip() for cell in row)), None)
    except csv.Error as error:
        raise UnreadableFile(f"The header of {name} cannot be read ({error}). Check the quotation marks of the first line.") from error
    if header is None:
        raise UnreadableFile(f"{name} is empty. Upload a file with a date and the units sold.")
    lines = reader.line_num + (1 if stated else 0)
    ends = [match.end() for match, _ in zip(_LINE_END.finditer(text), range(lines), strict=False)]
    return TextLayout(names(header, name), delimiter, lines, ends[-1] if len(ends) == lines else len(text))


def _delimiter(sample: str, *, whole: bool) -> str:
    """The delimiter with which most lines have as many cells as the header; of several, the one with most cells in the header."""
    lines = [line for line in sample.splitlines(keepends=True)[: None if whole else -1] if line.strip()][:200]
    best, delimiter = (0.0, 1), ","
    for candidate in DELIMITERS:
        try:
            rows = list(csv.reader(lines, delimiter=candidate))
        except csv.Error:
            continue
        width = len(rows[0]) if rows else 1
        score = (round(sum(len(row) == width for row in rows) / max(len(rows), 1), 2), width)
        if width > 1 and score > best:
            best, delimiter = score, candidate
    return delimiter


Cells = tuple[pd.DataFrame, np.ndarray, pd.DataFrame]
"""Rows, the line of each row in the file, and problems of lines that are not rows."""


def _fast(body: bytes, layout: TextLayout) -> Cells | None:
    """The cells if every line is a row with as many cells as the header; else None."""
    width = len(layout.names)
    irregular: list[int] = []

    def skip(row: arrow_csv.InvalidRow) -> str:
        irregular.append(row.actual_columns)
        return "skip"

    places = [str(place) for place in range(width)]
    text = pa.dictionary(pa.int32(), pa.string())
    try:
        cells = arrow_csv.read_csv(
            pa.BufferReader(body),
            read_options=arrow_csv.ReadOptions(column_names=places),
            parse_options=arrow_csv.ParseOptions(delimiter=layout.delimiter, newlines_in_values=b'"' in body, invalid_row_handler=skip),
            convert_options=arrow_csv.ConvertOptions(column_types=dict.fromkeys(places, text), strings_can_be_null=False),
        )
    except pa.ArrowInvalid:
        return None
    ends = body.count(b"\n") or body.count(b"\r")
    if irregular or cells.num_rows != ends + 1:
        return None
    rows = pd.DataFrame({name: texts(cells[place]) for name, place in zip(layout.names, places, strict=True)})
    return rows, layout.lines + 1 + np.arange(len(rows)), problems.together([])


def _careful(body: bytes, layout: TextLayout, name: str) -> Cells:
    """The cells, read line by line: handles quoted line ends, empty lines, and lines with too few or too many cells."""
    width = len(layout.names)
    columns: list[list[pa.Array]] = [[] for _ in layout.names]
    lines: list[int] = []
    wrong: list[tuple[int, list[str]]] = []
    for batch in _batches(body, layout, name):
        odd = [(line, _fitted(cells, width)) for line, cells in batch if len(cells) != width]
        wrong += [(line, cells) for line, cells in odd if len(cells) != width]
        good = [(line, cells) for line, cells in batch if len(cells) == width] + [(line, cells) for line, cells in odd if len(cells) == width]
        good.sort(key=itemgetter(0))
        lines += [line for line, _ in good]
        for column, values in zip(columns, zip(*(cells for _, cells in good), strict=True), strict=False):
            column.append(pa.array(values, pa.string()).dictionary_encode())
    rows = pd.DataFrame(
        {title: texts(pa.chunked_array(column, pa.dictionary(pa.int32(), pa.string()))) for title, column in zip(layout.names, columns, strict=True)}
    )
    return rows, np.array(lines, dtype=np.int64), _ragged(wrong, layout)


def _batches(body: bytes, layout: TextLayout, name: str) -> Iterator[list[tuple[int, list[str]]]]:
    reader = csv.reader(io.TextIOWrapper(io.BytesIO(body), encoding="utf-8", newline=""), delimiter=layout.delimiter)
    batch: list[tuple[int, list[str]]] = []
    width, line = len(layout.names), layout.lines + 1
    try:
        for cells in reader:
            if len(cells) == width or any(cells):
                batch.append((line, cells))
            line = layout.lines + reader.line_num + 1
            if len(batch) >= BATCH_ROWS:
                yield batch
                batch = []
    except csv.Error as error:
        raise UnreadableFile(f"{name} cannot be read beyond line {line} ({error}). Check the quotation marks of that line.") from error
    if batch or line == layout.lines + 1:
        yield batch


def _fitted(cells: list[str], width: int) -> list[str]:
    """The cells of a line without empty ones beyond the header's last."""
    return cells[:width] if not any(cells[width:]) else cells


def _ragged(wrong: list[tuple[int, list[str]]], layout: TextLayout) -> pd.DataFrame:
    frames = []
    for problem, few in (("Too few cells", True), ("Too many cells", False)):
        these = [(line, cells) for line, cells in wrong if (len(cells) < len(layout.names)) == few]
        what = f"Skipped. The header names {len(layout.names)} columns; check delimiters and quotation marks and upload again."
        values = [layout.delimiter.join(cells) for _, cells in these]
        frames.append(problems.problem_rows([line for line, _ in these], "", values, problem, what))
    return problems.together(frames)
