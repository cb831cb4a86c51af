"""Tables in web pages, which many programs save as .xls."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from forecasting.core.errors import UnreadableFile
from forecasting.intake import encodings
from forecasting.intake.answers import NOTHING_SAID, Answers
from forecasting.intake.filling import Contents
from forecasting.intake.limits import MAX_COLUMNS, check_cells, check_columns
from forecasting.intake.sheet_table import Sheet, sheet_table
from forecasting.intake.sheets import chosen
from forecasting.intake.table import Table

MAX_DEPTH: Final = 20
"""Tables inside each other, at most."""
MAX_TABLES: Final = 1_000
MIN_ROWS: Final = 2
"""Rows of a table of sales, at least: its header, and one below it."""
_CELLS: Final = ("td", "th")
_UNSHOWN: Final = ("script", "style", "title")


@dataclass
class _Grid:
    """The cells of a table as they come in.

    Args:
        rows: Their texts; a cell over several columns is followed by empty ones, one over several rows stands in each.
        text: Of the open cell, in pieces; None between cells.
        spans: Columns and rows of the open cell.
        held: Column -> the text that it has in rows to come, and in how many.
    """

    rows: list[list[str]] = field(default_factory=list)
    text: list[str] | None = None
    spans: tuple[int, int] = (1, 1)
    held: dict[int, tuple[str, int]] = field(default_factory=dict)

    def begin_row(self) -> None:
        self.end_cell()
        self.rows.append([])
        self._hold()

    def begin_cell(self, columns: int, rows: int) -> None:
        if not self.rows:
            self.begin_row()
        self.end_cell()
        self.text, self.spans = [], (columns, rows)

    def end_cell(self) -> None:
        if self.text is None:
            return
        text, row = " ".join("".join(self.text).split()), self.rows[-1]
        columns, rows = self.spans
        if rows > 1:
            self.held[len(row)] = (text, rows - 1)
        row += [text, *[""] * (columns - 1)]
        self.text = None
        self._hold()

    def _hold(self) -> None:
        """Puts texts from rows above where the open row has come to them."""
        row = self.rows[-1]
        while len(row) in self.held:
            text, rows = self.held.pop(len(row))
            if rows > 1:
                self.held[len(row)] = (text, rows - 1)
            row.append(text)


class _Tables(HTMLParser):
    """All tables of a page, in the order in which they end."""

    def __init__(self, name: str, size: int) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._open: list[_Grid] = []
        self._unshown = 0
        self._cells = 0
        self._name, self._size = name, size

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._begin_table()
        elif tag in _UNSHOWN:
            self._unshown += 1
        elif self._open and tag == "tr":
            self._open[-1].begin_row()
            self._count(len(self._open[-1].rows[-1]))
        elif self._open and tag in _CELLS:
            spans = dict(attrs)
            columns = _span(spans.get("colspan"))
            self._open[-1].begin_cell(columns, _span(spans.get("rowspan")))
            check_columns(len(self._open[-1].rows[-1]) + columns, self._name)
            self._count(columns)
        elif tag == "br":
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "table" and self._open:
            self._end_table()
        elif tag in _UNSHOWN:
            self._unshown = max(self._unshown - 1, 0)
        elif self._open and tag in _CELLS:
            self._open[-1].end_cell()

    def handle_data(self, data: str) -> None:
        if not self._unshown and self._open and self._open[-1].text is not None:
            self._open[-1].text.append(data)

    def close(self) -> None:
        super().close()
        while self._open:
            self._end_table()

    def _count(self, cells: int) -> None:
        """Counts cells as they come, those that reach down from rows above too: all of them have to be paid for with bytes."""
        self._cells += cells
        check_cells(self._cells, 1, self._size, self._name)

    def _begin_table(self) -> None:
        if len(self._open) >= MAX_DEPTH or len(self.tables) >= MAX_TABLES:
            raise UnreadableFile(f"{self._name} is a web page with too many tables. Save the sales as .xlsx, CSV or Parquet and upload that.")
        self._open.append(_Grid())

    def _end_table(self) -> None:
        grid = self._open.pop()
        grid.end_cell()
        width = max(map(len, grid.rows), default=0)
        check_columns(width, self._name)
        check_cells(len(grid.rows), width, self._size, self._name)
        self.tables.append(grid.rows)


def read_page(content: bytes, name: str, answers: Answers = NOTHING_SAID, contents: Contents = "sales") -> Table:
    """The table in a web page that has dates and sales, or those with one header together.

    Raises:
        InputError: An answer does not fit the file.
        UnreadableFile: It has no table with a row below a header, or one too large.
    """
    page = _Tables(name, len(content))
    page.feed(encodings.decode(content, name, answers.encoding).utf8.decode("utf-8", errors="replace"))
    page.close()
    grids = [rows for rows in page.tables if sum(any(row) for row in rows) >= MIN_ROWS]
    if not grids:
        raise UnreadableFile(
            f"{name} is a web page (HTML) without a table of sales, whatever its name ends in. Save the sales as .xlsx and upload that."
        )
    sheets = [Sheet("" if len(grids) == 1 else f"Table {place}", rows, [], decimal=None) for place, rows in enumerate(grids, 1)]
    tables: list[Table] = []
    refusal: UnreadableFile | None = None
    for sheet in sheets:
        try:
            tables.append(sheet_table(sheet, name, answers.header_line, contents))
        except UnreadableFile as error:
            refusal = refusal or error
    if not tables and refusal is not None:
        raise refusal
    return chosen(tables)


def _span(text: str | None) -> int:
    """Columns or rows of a cell; 1 for none, and never more than a table may have columns, and one."""
    digits = (text or "").strip()
    return min(max(int(digits), 1), MAX_COLUMNS + 1) if digits.isdecimal() and len(digits) < 10 else 1
