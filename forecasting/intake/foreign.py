"""Files that are no table of sales, and what a person can do about each kind."""

from __future__ import annotations

import re
from typing import Final

_SAVE: Final = "Save the sales as .xlsx, CSV or Parquet and upload that."
_EXPORT: Final = "Export the sales as .xlsx, CSV or Parquet and upload that."
_MAGIC: Final = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": (
        "a workbook in the old .xls format or with a password",
        "Open it in a spreadsheet, save it as .xlsx without a password and upload that.",
    ),
    b"%PDF": ("a PDF", _EXPORT),
    b"\x89PNG": ("a picture", _EXPORT),
    b"\xff\xd8\xff": ("a picture", _EXPORT),
    b"GIF8": ("a picture", _EXPORT),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", "Unpack it and upload the file inside."),
    b"Rar!": ("a RAR archive", "Unpack it and upload the file inside."),
    b"BZh9": ("a bzip2 file", "Unpack it and upload the file inside."),
    b"\xfd7zXZ\x00": ("an xz file", "Unpack it and upload the file inside."),
    b"\x28\xb5\x2f\xfd": ("a Zstandard file", "Unpack it and upload the file inside."),
    b"\x7fELF": ("a program", _EXPORT),
    b"MZ\x90\x00": ("a program", _EXPORT),
    b"SQLite format 3\x00": ("an SQLite database", _EXPORT),
    b"ARROW1": ("an Arrow or Feather file", "Write it as Parquet and upload that."),
    b"Obj\x01": ("an Avro file", "Write it as Parquet and upload that."),
    b"ORC": ("an ORC file", "Write it as Parquet and upload that."),
    b"\x89HDF": ("an HDF5 file", _EXPORT),
    b"{\\rtf": ("a text document (RTF)", _SAVE),
}
_SPREADSHEET_XML: Final = re.compile(rb"urn:schemas-microsoft-com:office:spreadsheet")
_XML: Final = re.compile(rb"<\?xml\b")
_HTML: Final = re.compile(rb"<(?:!doctype html|html|head|meta|body|table|style|script|div|center)\b", re.IGNORECASE)
_JSON: Final = re.compile(rb'[\[{]\s*(?:[\[{]\s*)?(?:"(?:[^"\\]|\\.)*"\s*[:,\]]|[\]}]|-?\d+\s*,)')
_SQL: Final = re.compile(
    rb"(?:-- (?:MySQL|PostgreSQL|MariaDB|phpMyAdmin)|(?:INSERT\s+INTO|CREATE\s+TABLE|DROP\s+TABLE|SET\s+\w+\s*=)\b)", re.IGNORECASE
)
_START_BYTES: Final = 4096


def foreign_kind(content: bytes) -> tuple[str, str] | None:
    """What a file is that is no table, and what to do, e.g. "a PDF"; None for what may be a table."""
    for magic, kind in _MAGIC.items():
        if content.startswith(magic):
            return kind
    start = content[:_START_BYTES].removeprefix(b"\xef\xbb\xbf")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start.replace(b"\0", b"")[2:]
    start = start.lstrip()
    if start.startswith(b"<"):
        return _markup(start)
    if _JSON.match(start):
        return "a JSON file", _EXPORT
    return ("a list of SQL commands", _EXPORT) if _SQL.match(start) else None


def _markup(start: bytes) -> tuple[str, str] | None:
    remedy = "Open it in a spreadsheet, save it as .xlsx and upload that."
    if _SPREADSHEET_XML.search(start):
        return "a workbook as XML (Excel 2003)", remedy
    if _HTML.match(start) or (start.startswith((b"<!--", b"<?xml")) and re.search(rb"<(?:html|table)\b", start, re.IGNORECASE)):
        return "a web page (HTML) with a table, whatever its name ends in", remedy
    return ("an XML file", _EXPORT) if _XML.match(start) else None
