"""What a file may hold at most; docs/how-to/sales-file.md lists the same numbers."""

from __future__ import annotations

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
