"""Files that are no table of sales, and what a person can do about each kind."""

from __future__ import annotations

import re
from typing import Final

_SAVE: Final = "Save the sales as .xlsx, CSV or Parquet and upload that."
_EXPORT: Final = "Export the sales as .xlsx, CSV or Parquet and upload that."
_QUICKBOOKS: Final = "In QuickBooks open Reports, Sales by Product/Service Detail, export it to Excel or CSV and upload that."
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
    b"\x00\x01\x00\x00Standard ": ("an Access database", "Export the table with the sales as .xlsx or CSV and upload that."),
    b"\x5e\xba\x7a\xda": ("a QuickBooks company file", _QUICKBOOKS),
    b"RIFF": ("a picture or a sound", _EXPORT),
    b"II*\x00": ("a picture", _EXPORT),
    b"MM\x00*": ("a picture", _EXPORT),
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
_STATEMENT: Final = "It lists payments, not what was sold. Export the sales of the till or the shop as .xlsx or CSV and upload that."
_TEXTS: Final = (
    (re.compile(rb"!(?:TRNS|SPL|HDR|ACCNT|INVITEM|CUST|VEND|CLASS)\b"), ("a QuickBooks list (IIF)", _QUICKBOOKS)),
    (re.compile(rb"(?:\{1:F01|:20:[^\r\n]*\r?\n(?:[^:][^\r\n]*\r?\n)*:2[15])"), ("a bank statement (MT940)", _STATEMENT)),
    (re.compile(rb"(?:OFXHEADER:|!Type:)"), ("a bank statement (OFX or QIF)", _STATEMENT)),
    (re.compile(rb"(?:UNA.{6}|UNB\+|ISA\*)"), ("a message between computers (EDI)", _EXPORT)),
    (re.compile(rb"BEGIN:V(?:CARD|CALENDAR)"), ("a list of contacts or dates", _EXPORT)),
    (
        re.compile(rb"(?:From |Return-Path:|Received:|MIME-Version:)[^\r\n,;\t]*\r?\n"),
        ("an e-mail", "Save the file that is attached to it and upload that."),
    ),
)
"""How texts begin that are no tables -> what they are, and what to do."""
_START_BYTES: Final = 4096


def foreign_kind(content: bytes) -> tuple[str, str] | None:
    """What a file is that is no table, and what to do, e.g. "a PDF"; None for what may be a table."""
    for magic, kind in _MAGIC.items():
        if content.startswith(magic):
            return kind
    start = _start(content)
    if start.startswith(b"<"):
        return _markup(start)
    if _SQL.match(start):
        return "a list of SQL commands", _EXPORT
    return next((kind for pattern, kind in _TEXTS if pattern.match(start)), None)


def is_page(content: bytes) -> bool:
    """Whether a file is a web page, whatever its name ends in."""
    start = _start(content)
    return start.startswith(b"<") and not _SPREADSHEET_XML.search(start) and _is_html(start)


def is_json(content: bytes) -> bool:
    """Whether a file is JSON."""
    return bool(_JSON.match(_start(content)))


def _start(content: bytes) -> bytes:
    """The first bytes of a text, without its mark and its zeros."""
    start = content[:_START_BYTES].removeprefix(b"\xef\xbb\xbf")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start.replace(b"\0", b"")[2:]
    return start.lstrip()


def _is_html(start: bytes) -> bool:
    return bool(_HTML.match(start)) or (start.startswith((b"<!--", b"<?xml")) and bool(re.search(rb"<(?:html|table)\b", start, re.IGNORECASE)))


def _markup(start: bytes) -> tuple[str, str] | None:
    remedy = "Open it in a spreadsheet, save it as .xlsx and upload that."
    if _SPREADSHEET_XML.search(start):
        return "a workbook as XML (Excel 2003)", remedy
    return ("an XML file", _EXPORT) if _XML.match(start) else None
