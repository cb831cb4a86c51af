"""The cells of lines of text that a delimiter parts, with the line of each row in the file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import compute
from pyarrow import csv as arrow_csv

from forecasting.core.errors import UnreadableFile
from forecasting.intake import problems
from forecasting.intake.grid import Grid
from forecasting.intake.table import texts

BATCH_ROWS: Final = 5_000
LINE_END: Final = re.compile(rb"\r\n|\n|\r")
_TEXT: Final = pa.dictionary(pa.int32(), pa.string())
Odd = list[tuple[int, list[str]]]
"""Lines with more or fewer cells than the header has names: the place of each among all lines, from 0, and its cells."""


def read_cells(body: bytes, columns: Sequence[str], delimiter: str, *, named: int, lines: int, name: str) -> Grid:
    """The cells of all lines.

    Args:
        body: Lines in UTF-8, the last one without its end.
        columns: Names, one for each cell of a line.
        delimiter: Between cells.
        named: How many of the columns the header names, at least; a line may end there.
        lines: Lines above `body`.
        name: Of the file, for messages.

    Raises:
        UnreadableFile: A quotation never ends.
    """
    at_once = _regular(body, columns, delimiter)
    if at_once is None and b'"' not in body:
        at_once = _unquoted(body, columns, delimiter)
    elif at_once is None and body.count(b'"') % 2 == 0:
        at_once = _irregular(body, len(columns), delimiter)
    parts = at_once or _careful(body, len(columns), delimiter, lines, name)
    return _grid(columns, parts, lines + 1, (delimiter, named))


Parts = tuple[list[pa.ChunkedArray], Odd, np.ndarray, np.ndarray]
"""Columns of the lines with as many cells as names, the other lines, the places of the former, and the line of each place, from 0."""


def _parse(body: bytes, width: int, delimiter: str, odd: list[arrow_csv.InvalidRow], *, threads: bool) -> pa.Table | None:
    def skip(row: arrow_csv.InvalidRow) -> str:
        odd.append(row)
        return "error" if threads else "skip"

    names = [str(place) for place in range(width)]
    try:
        return arrow_csv.read_csv(
            pa.BufferReader(body),
            read_options=arrow_csv.ReadOptions(column_names=names, use_threads=threads),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=b'"' in body, invalid_row_handler=skip, ignore_empty_lines=threads
            ),
            convert_options=arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, _TEXT), strings_can_be_null=False),
        )
    except (pa.ArrowInvalid, ValueError):
        return None


def _regular(body: bytes, columns: Sequence[str], delimiter: str) -> Parts | None:
    """The cells if every line is a row with as many cells as the header; else None."""
    odd: list[arrow_csv.InvalidRow] = []
    cells = _parse(body, len(columns), delimiter, odd, threads=True)
    if cells is None or odd or cells.num_rows != (body.count(b"\n") or body.count(b"\r")) + 1:
        return None
    every = np.arange(cells.num_rows)
    return cells.columns, [], every, every


def _unquoted(body: bytes, columns: Sequence[str], delimiter: str) -> Parts | None:
    """The cells of lines without a quotation mark, where an end of a line always ends a row; None if the ends are of several kinds."""
    end = b"\n" if b"\n" in body else b"\r"
    if body.count(b"\r") not in (0, body.count(b"\r\n") if end == b"\n" else body.count(b"\r")):
        return None
    mark, width = delimiter.encode(), len(columns)
    lines = body.split(end)
    counts = np.fromiter((line.count(mark) for line in lines), np.int64, len(lines))
    regular = counts == width - 1
    odd: Odd = []
    for place in map(int, np.flatnonzero(~regular)):
        cells = lines[place].rstrip(b"\r").split(mark)
        if len(cells) > width and not any(cells[width:]):
            lines[place] = mark.join(cells[:width])
            regular[place] = True
        else:
            odd.append((place, [cell.decode() for cell in cells]))
    places = np.flatnonzero(regular)
    whole = _regular(b"\n".join([lines[place].rstrip(b"\r") for place in places]), columns, delimiter) if len(places) else None
    if whole is None:
        return None
    return whole[0], odd, places, np.arange(len(lines))


def _irregular(body: bytes, width: int, delimiter: str) -> Parts | None:
    """The cells if each line that is irregular is so in a way that leaves no doubt of its number; else None."""
    invalid: list[arrow_csv.InvalidRow] = []
    cells = _parse(body, width, delimiter, invalid, threads=False)
    if cells is None or any(row.number is None for row in invalid):
        return None
    total = cells.num_rows + len(invalid)
    odd_places = np.array([row.number - 1 for row in invalid], dtype=np.int64)
    regular = np.ones(total, dtype=bool)
    if len(odd_places) and (odd_places.max() >= total or odd_places.min() < 0):
        return None
    regular[odd_places] = False
    places = np.flatnonzero(regular)
    inside = np.zeros(total, dtype=np.int64)
    inside[odd_places] = [len(LINE_END.findall(row.text.encode())) for row in invalid]
    if b'"' in body:
        for column in cells.columns:
            inside[places] += _line_ends(column)
    numbers = np.arange(total) + np.cumsum(inside) - inside
    ends = sum(1 for _ in LINE_END.finditer(body)) if b"\r" in body else body.count(b"\n")
    if len(places) != cells.num_rows or total + int(inside.sum()) != ends + 1:
        return None
    odd = [(int(place), _cut(row.text, delimiter)) for place, row in zip(odd_places, invalid, strict=True)]
    return cells.columns, odd, places, numbers


def _line_ends(column: pa.ChunkedArray) -> np.ndarray:
    """How many line ends each cell has."""
    counts = []
    for chunk in column.chunks:
        ends = compute.count_substring_regex(chunk.dictionary, "\r\n|\n|\r").to_numpy(zero_copy_only=False)
        counts.append(ends[chunk.indices.to_numpy(zero_copy_only=False)] if len(ends) else np.zeros(len(chunk), dtype=np.int64))
    return np.concatenate(counts) if counts else np.zeros(0, dtype=np.int64)


def _cut(line: str, delimiter: str) -> list[str]:
    line = line.rstrip("\r\n")
    return line.split(delimiter) if '"' not in line else next(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter), [""])


def _careful(body: bytes, width: int, delimiter: str, lines: int, name: str) -> Parts:
    """The cells, read line by line."""
    columns: list[list[pa.Array]] = [[] for _ in range(width)]
    numbers: list[int] = []
    odd: Odd = []
    places: list[int] = []
    for batch in _batches(body, delimiter, lines, name):
        start = len(numbers)
        good = [(start + place, cells) for place, (_, cells) in enumerate(batch) if len(cells) == width]
        odd += [(start + place, cells) for place, (_, cells) in enumerate(batch) if len(cells) != width]
        numbers += [line for line, _ in batch]
        places += [place for place, _ in good]
        for column, values in zip(columns, zip(*(cells for _, cells in good), strict=True), strict=False):
            column.append(pa.array(values, pa.string()).dictionary_encode())
    return [pa.chunked_array(column, _TEXT) for column in columns], odd, np.array(places, dtype=np.int64), np.array(numbers, dtype=np.int64)


def _batches(body: bytes, delimiter: str, lines: int, name: str) -> Iterator[list[tuple[int, list[str]]]]:
    """Lines with their numbers in `body`, from 0."""
    reader = csv.reader(io.TextIOWrapper(io.BytesIO(body), encoding="utf-8", newline=""), delimiter=delimiter)
    batch: list[tuple[int, list[str]]] = []
    line = 0
    try:
        for cells in reader:
            batch.append((line, cells))
            line = reader.line_num
            if len(batch) >= BATCH_ROWS:
                yield batch
                batch = []
    except csv.Error as error:
        place = lines + line + 1
        raise UnreadableFile(f"{name} cannot be read beyond line {place} ({error}). Check the quotation marks of that line.") from error
    yield batch


def _grid(columns: Sequence[str], parts: Parts, first: int, layout: tuple[str, int]) -> Grid:
    """All lines in the order of the file; the odd ones padded, or among the problems if they have more cells than names."""
    width = len(columns)
    (arrays, odd, places, numbers), (delimiter, named) = parts, layout
    numbers = numbers + first
    fitted = [(place, cells[:width]) for place, cells in odd if any(cells) and (len(cells) <= width or not any(cells[width:]))]
    long = [(place, cells) for place, cells in odd if len(cells) > width and any(cells[width:])]
    what = f"Skipped. The header names {width} columns; check delimiters and quotation marks and upload again."
    wrong = problems.problem_rows(
        [int(numbers[place]) for place, _ in long], "", [delimiter.join(cells) for _, cells in long], "Too many cells", what
    )
    short = np.concatenate([np.zeros(len(places), dtype=bool), [len(cells) < named for _, cells in fitted]]).astype(bool)
    every = np.concatenate([places, [place for place, _ in fitted]]).astype(np.int64)
    frame = {}
    for column, (name, array) in enumerate(zip(columns, arrays, strict=True)):
        more = pa.array([cells[column] if column < len(cells) else "" for _, cells in fitted], pa.string()).dictionary_encode()
        frame[name] = texts(pa.chunked_array([*array.chunks, more], _TEXT) if fitted else array)
    rows = pd.DataFrame(frame)
    if fitted:
        order = np.argsort(every, kind="stable")
        rows, short, every = rows.iloc[order].reset_index(drop=True), short[order], every[order]
    return Grid(rows, numbers[every], short, frozenset(), wrong)
