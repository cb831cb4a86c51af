"""Bytes of an upload to a table of cells; the content decides what kind of file it is, not the name."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from forecasting.core.errors import UnreadableFile
from forecasting.intake import date_parts, delimited, weekdays_across, wide
from forecasting.intake.answers import NOTHING_SAID, Answers
from forecasting.intake.column_guess import guess_mapping
from forecasting.intake.excel import read_workbook
from forecasting.intake.filling import Contents
from forecasting.intake.foreign import foreign_kind, is_json, is_page
from forecasting.intake.json_file import read_json
from forecasting.intake.limits import LIMIT, too_large
from forecasting.intake.parquet import read_parquet
from forecasting.intake.table import Table, listed, twins
from forecasting.intake.unpacking import gunzip
from forecasting.intake.web_page import read_page

__all__ = ["LIMIT", "Table", "read_table"]

_GZIP: Final = b"\x1f\x8b"


def read_table(
    content: bytes,
    name: str,
    answers: Answers = NOTHING_SAID,
    *,
    limit: int = LIMIT,
    contents: Contents = "sales",
) -> Table:
    """The table in a `.csv`, `.csv.gz`, `.xlsx`, `.parquet` or `.json` file, or in a web page.

    Args:
        content: The bytes as they were sent.
        name: What the person calls the file; only text for messages, never a path.
        answers: What a person said of this file: its sheet, encoding and header.
        limit: Bytes that it may have, packed and unpacked.
        contents: What it lists, which decides what an empty cell means. Days, weeks and months that run across in columns become rows of
            sales; another file with such is refused.

    Raises:
        UnreadableFile: Empty, header only, binary, broken, too large, no table, or a column that matters twice.
        InputError: An answer does not fit the file.
    """
    if len(content) > limit:
        raise too_large(name, limit)
    if content.startswith(_GZIP):
        content = gunzip(content, name, limit)
    if not content.strip():
        raise UnreadableFile(f"{name} is empty. Upload a file with a date and the units sold.")
    return _usable(_table(content, name, limit, answers, contents), name, unfold=contents == "sales")


def _table(content: bytes, name: str, limit: int, answers: Answers, contents: Contents) -> Table:
    """The table in unpacked bytes, by what they begin with."""
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return read_workbook(content, name, limit, answers, contents)
    if content.startswith(b"PAR1"):
        return read_parquet(content, name, limit)
    if is_page(content):
        return read_page(content, name, answers, contents)
    if is_json(content):
        return read_json(content, name, answers, contents)
    foreign = foreign_kind(content)
    if foreign is not None:
        kind, remedy = foreign
        raise UnreadableFile(f"{name} is {kind}, not a table of sales. {remedy}")
    return delimited.read(content, name, answers, contents)


def _usable(table: Table, name: str, *, unfold: bool) -> Table:
    """The table with a row for each day and no column that matters twice.

    Raises:
        UnreadableFile: Its days run across and cannot be unfolded, or two columns with a role have one name and different cells.
    """
    if unfold:
        table = wide.unfolded(table, name)
        table = weekdays_across.unfolded(date_parts.joined(table), name)
    else:
        wide.refuse(table, name)
    twice = twins(table.columns)
    if not twice:
        return table
    mapped = guess_mapping(table).values()
    for own, second in twice:
        if own in mapped and not table.rows[own].astype("str").equals(table.rows[second].astype("str")):
            raise UnreadableFile(f"{name} has more than one column named {own}. Give each column its own name and upload again.")
    note = f"{listed([own for own, _ in twice], most=6)} names more than one column: {listed([second for _, second in twice], most=6)} is the second."
    return replace(table, notes=(*table.notes, note))
