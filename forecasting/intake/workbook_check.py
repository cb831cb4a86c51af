"""A workbook held against the limits before it is read: unpacked piece by piece, and nothing of it is kept."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from forecasting.core.errors import UnreadableFile
from forecasting.intake.limits import check_text, too_large
from forecasting.intake.unpacking import PIECE_BYTES, brief

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
MAX_PARTS: Final = 10_000
"""Files inside a workbook."""
MAX_CELLS_PER_BYTE: Final = 4
"""Cells of all grids for each byte that describes them, at most; a zip bomb has far more."""
_PREFIX: Final = rb"<(?:[\w.-]{1,64}:)?"
_PLACE: Final = re.compile(rb"""[\s"']r\s*=\s*["']\s*([A-Za-z]{0,4})(\d{1,12})\s*["']""")
_CELL: Final = re.compile(_PREFIX + rb"c[\s/>]")
_ROW: Final = re.compile(_PREFIX + rb"row[\s/>]")
_VALUE: Final = re.compile(_PREFIX + rb"v[^<>]{0,64}>\s*(\d{1,9})")
_TEXT: Final = re.compile(_PREFIX + rb"si[\s/>]")
"""Where a text begins that cells share."""


@dataclass(eq=False)
class _Part:
    """What a part of a workbook, whatever its name is, has of a sheet and of shared texts, so far.

    Args:
        row: The largest row of a cell; rows that do not say theirs are counted.
        column: The largest column of a cell; in rows whose cells do not say theirs, the number of them.
        values: Values in cells, at least; some of them are places of shared texts.
        texts: Where shared texts begin.
    """

    row: int = 0
    column: int = 0
    values: int = 0
    texts: list[int] = field(default_factory=list)
    rows: int = 0
    in_row: int = 0

    def take(self, xml: bytes, start: int) -> None:
        """Looks at a piece of whole tags, which begins at a place of the part."""
        places = _PLACE.findall(xml)
        self.row = max(self.row, max(map(int, {digits for _, digits in places}), default=0))
        self.column = max(self.column, max(map(_number, {letters for letters, _ in places}), default=0))
        if b"si" in xml:
            self.texts += [start + match.start() for match in _TEXT.finditer(xml)]
        self.values += xml.count(b"v>") // 2 + 1
        if xml.count(b"<c") + xml.count(b":c") > sum(1 for letters, _ in places if letters):
            for number, row in enumerate(_ROW.split(xml)):
                self.in_row = len(_CELL.findall(row)) + (0 if number else self.in_row)
                self.column = max(self.column, self.in_row)
        self.rows += len(_ROW.findall(xml)) if b":row" in xml else xml.count(b"<row")
        self.row = max(self.row, self.rows)


def check_workbook(content: bytes, name: str, limit: int) -> None:
    """Looks whether a workbook is small enough to be read whole.

    Raises:
        UnreadableFile: It is broken, no workbook, holds more than `limit` bytes, claims a grid out of proportion to its bytes, shares texts
            among cells so that they are more than `limit` bytes together, or is one of several files behind each other.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_kind(archive, name)
            _check_parts(archive, name, limit)
            _check_alone(archive, content, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise UnreadableFile(f"{name} is a broken workbook ({brief(error)}). Open it in your spreadsheet, save it again and upload that.") from error


def _check_kind(archive: zipfile.ZipFile, name: str) -> None:
    if "xl/workbook.xml" not in archive.namelist():
        kind, remedy = _packed_kind(archive)
        raise UnreadableFile(f"{name} is {kind}, not a workbook. {remedy}")
    if len(archive.infolist()) > MAX_PARTS:
        raise UnreadableFile(f"{name} has more than {MAX_PARTS:,} files inside, the limit. Save the sheet with the sales alone and upload that.")


def _packed_kind(archive: zipfile.ZipFile) -> tuple[str, str]:
    """What a zip archive is that is no workbook, and what to do."""
    inside = archive.namelist()
    save = "Save the sales as .xlsx, CSV or Parquet and upload that."
    for begin, what in (
        ("word/", "a text document (.docx)"),
        ("ppt/", "a presentation (.pptx)"),
        ("Index/Document.iwa", "an Apple Numbers or Pages file"),
    ):
        if any(each.startswith(begin) for each in inside):
            return what, save
    return "a zip archive", "Unpack it and upload the file inside, or save as .xlsx or CSV."


def _check_parts(archive: zipfile.ZipFile, name: str, limit: int) -> None:
    left, cells, values, widest = limit, 0, 0, _Part()
    lengths = np.zeros(0, dtype=np.int64)
    for entry in archive.infolist():
        part, size = _looked_through(archive, entry, name, (left, limit))
        left, values = left - size, values + part.values
        cells += part.row * part.column
        widest = max(widest, part, key=lambda each: each.row * each.column)
        lengths = _longer(lengths, np.diff([*part.texts, size]) if part.texts else lengths[:0])
    if widest.row > MAX_ROWS or widest.column > MAX_COLUMNS or cells > max(MAX_CELLS_PER_BYTE * (limit - left), PIECE_BYTES):
        raise UnreadableFile(f"{name} has cells as far out as row {widest.row:,}, column {widest.column:,}. Delete everything outside the table.")
    if values * int(lengths.max(initial=0)) > limit:
        check_text(_shared_bytes(archive, lengths), name, limit)


def _looked_through(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, limits: tuple[int, int]) -> tuple[_Part, int]:
    """What a part has, and its bytes; its stated size is not trusted."""
    part, size, (left, limit) = _Part(), 0, limits
    entry.file_size = left + 1
    for xml, start in _pieces(archive, entry):
        size = start + len(xml)
        if size > left:
            raise too_large(name, limit)
        part.take(xml, start)
    return part, size


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[tuple[bytes, int]]:
    """A part in pieces that end where a tag begins, each with its place."""
    start, rest = 0, b""
    with archive.open(entry) as stream:
        while piece := stream.read(PIECE_BYTES):
            xml = rest + piece
            cut = xml.rfind(b"<")
            cut = cut if cut > 0 and len(xml) - cut < PIECE_BYTES else len(xml)
            yield xml[:cut], start
            start, rest = start + cut, xml[cut:]
    yield rest, start


def _number(letters: bytes) -> int:
    """The number of a column by its letters."""
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number


def _longer(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The larger of two lists of lengths, place by place."""
    longest, shortest = (one, other) if len(one) >= len(other) else (other, one)
    return np.maximum(longest, np.append(shortest, np.zeros(len(longest) - len(shortest), dtype=np.int64)))


def _shared_bytes(archive: zipfile.ZipFile, lengths: np.ndarray) -> int:
    """Bytes of the texts that cells share if each cell had its own."""
    total = 0
    for entry in archive.infolist():
        for xml, _ in _pieces(archive, entry):
            places = np.array([int(digits) for digits in _VALUE.findall(xml)], dtype=np.int64)
            total += int(lengths[places[places < len(lengths)]].sum())
    return total


def _check_alone(archive: zipfile.ZipFile, content: bytes, name: str) -> None:
    """Raises UnreadableFile if there are bytes before or behind the archive: another file, which would be left out."""
    end = content.rfind(b"PK\x05\x06")
    end += 22 + int.from_bytes(content[end + 20 : end + 22], "little")
    if min(entry.header_offset for entry in archive.infolist()) > 0 or content[end:].strip(b"\0"):
        raise UnreadableFile(f"{name} is several files, one behind the other, of which only one would be read. Upload them one by one.")
