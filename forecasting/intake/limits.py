"""What a file may hold at most; docs/how-to/sales-file.md lists the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from forecasting.core.errors import UnreadableFile

LIMIT: Final = 200 * 2**20
"""Bytes that an upload may have, packed and unpacked."""
MAX_COLUMNS: Final = 2_000
"""Columns of a table."""
MAX_STOCK_ROWS: Final = 1_000_000
"""Rows of a stock file."""
MAX_HEADER_BYTES: Final = 2**16
"""Bytes of the line that names the columns."""
MAX_LINE_BYTES: Final = 2**20
"""Bytes from one end of a line to the next."""
MAX_CELLS_PER_BYTE: Final = 2
"""Cells of a table for each byte that describes them; cells that lines leave out count, too."""
SPARE_CELLS: Final = 2**20
"""Cells that a table may have whatever its bytes."""


def too_large(name: str, limit: int) -> UnreadableFile:
    """The error for a file over the limit of bytes."""
    return UnreadableFile(f"{name} holds more than {limit / 2**20:,.0f} MB, the limit. Split it by year or store and upload the parts one by one.")


def check_text(size: int, name: str, limit: int) -> None:
    """Raises UnreadableFile if the texts of all cells together have too many bytes, however small they are while equal ones are stored once."""
    if size > limit:
        raise UnreadableFile(
            f"The cells of {name} hold {size / 2**20:,.0f} MB of text; the limit is {limit / 2**20:,.0f} MB. Leave columns of long texts out, "
            "or split the file by year or store, and upload that."
        )


def check_columns(number: int, name: str) -> None:
    """Raises UnreadableFile if a table has too many columns."""
    if number > MAX_COLUMNS:
        raise UnreadableFile(
            f"{name} has {number:,} columns; the limit is {MAX_COLUMNS:,}. Upload only those with the dates, the sales, and what tells products "
            "and stores apart."
        )


def check_header(names: Sequence[str], name: str) -> None:
    """Raises UnreadableFile if the line that names the columns is too long to be one."""
    size = sum(len(each.encode(errors="replace")) + 1 for each in names)
    if size > MAX_HEADER_BYTES:
        raise UnreadableFile(
            f"The line of {name} that names the columns has {size / 2**10:,.0f} KB; the limit is {MAX_HEADER_BYTES / 2**10:,.0f} KB. "
            "Check its delimiters and quotation marks, and give each column a short name."
        )


def check_lines(text: bytes, name: str) -> None:
    """Raises UnreadableFile if a line of a text is too long to be one of a table."""
    end = b"\n" if b"\n" in text else b"\r"
    start = 0
    while len(text) - start > MAX_LINE_BYTES:
        last = text.rfind(end, start, start + MAX_LINE_BYTES + 1)
        if last < 0:
            line = text.count(end, 0, start) + 1
            raise UnreadableFile(
                f"Line {line:,} of {name} has more than {MAX_LINE_BYTES / 2**20:,.0f} MB, the limit of a line. Check that each row ends its line, "
                "and that the file is a table."
            )
        start = last + 1


def check_cells(rows: int, columns: int, size: int, name: str) -> None:
    """Raises UnreadableFile if a table has far more cells than its bytes can fill.

    Args:
        rows: How many it has.
        columns: How many cells each of them gets.
        size: Bytes in which they are described.
        name: Of the file, for messages.
    """
    if rows * columns > max(MAX_CELLS_PER_BYTE * size, SPARE_CELLS):
        raise UnreadableFile(
            f"{name} has {rows:,} rows of {columns:,} columns, nearly all of which are empty. Delete everything outside the table, or columns "
            "that no row fills, and upload again."
        )
