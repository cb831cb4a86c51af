"""Bytes of an upload to a table of cells; the content decides what kind of file it is, not the name."""

from __future__ import annotations

from typing import Final

from forecasting.core.errors import UnreadableFile
from forecasting.intake import delimited
from forecasting.intake.answers import NOTHING_SAID, Answers
from forecasting.intake.excel import read_workbook
from forecasting.intake.parquet import read_parquet
from forecasting.intake.table import Table
from forecasting.intake.unpacking import gunzip, too_large

__all__ = ["LIMIT", "Table", "read_table"]

LIMIT: Final = 200 * 2**20
"""Bytes that an upload may have, packed and unpacked."""
_GZIP: Final = b"\x1f\x8b"
_FOREIGN: Final = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "a workbook in the old .xls format or with a password",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"BZh9": "a bzip2 file",
    b"\xfd7zXZ\x00": "an xz file",
    b"\x28\xb5\x2f\xfd": "a Zstandard file",
    b"\x7fELF": "a program",
    b"MZ\x90\x00": "a program",
}


def read_table(content: bytes, name: str, answers: Answers = NOTHING_SAID, *, limit: int = LIMIT) -> Table:
    """The table in a `.csv`, `.csv.gz`, `.xlsx` or `.parquet` file.

    Args:
        content: The bytes as they were sent.
        name: What the person calls the file; only text for messages, never a path.
        answers: What a person said of this file: its sheet, encoding and header.
        limit: Bytes that it may have, packed and unpacked.

    Raises:
        UnreadableFile: Empty, header only, binary, broken, too large, or a column name twice.
    """
    if len(content) > limit:
        raise too_large(name, limit)
    if content.startswith(_GZIP):
        content = gunzip(content, name, limit)
    if not content.strip():
        raise UnreadableFile(f"{name} is empty. Upload a file with a date and the units sold.")
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return read_workbook(content, name, limit)
    if content.startswith(b"PAR1"):
        return read_parquet(content, name, limit)
    for magic, kind in _FOREIGN.items():
        if content.startswith(magic):
            raise UnreadableFile(f"{name} is {kind}, not a table of sales. Save the sales as .xlsx, CSV or Parquet and upload that.")
    return delimited.read(content, name)
