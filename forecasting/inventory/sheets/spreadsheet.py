"""An order as a workbook of one sheet, whose values and totals are formulas."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable, Sequence
from math import ceil
from typing import Any, Final, NamedTuple

import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from forecasting.core import formatting
from forecasting.inventory.export.sheet import A4, as_text
from forecasting.inventory.export.styles import HAIRLINE, HEAD, INK, QUIET
from forecasting.inventory.export.workbook import OPTIONS
from forecasting.inventory.sheets import wording
from forecasting.inventory.sheets.order_sheet import OrderSheet
from forecasting.inventory.sheets.pages import Paper

LETTER: Final = 1
"""The number of US Letter paper in a workbook."""
WIDEST: Final = 50
"""Characters of a column at most; longer names wrap."""
SLACK: Final = 1.15
"""Room that words need because they are not broken."""
LINE_POINTS, HIGHEST_POINTS = 15, 409
"""Of a line of text, and of a row at most."""


class _Column(NamedTuple):
    """A column of the sheet: label, values, number format, and a formula of its values by row; empty for none."""

    label: str
    values: list[Any]
    number: str = ""
    formula: str = ""
    is_summed: bool = False


def order_xlsx(sheet: OrderSheet, paper: Paper = "A4") -> bytes:
    """The order as a workbook; the same order gives the same bytes."""
    file = io.BytesIO()
    book = Workbook(file, OPTIONS)
    book.set_properties({"title": as_text(sheet.title), "created": pd.Timestamp(sheet.order_date).to_pydatetime()})
    page = book.add_worksheet("Order")
    page.set_paper(A4 if paper == "A4" else LETTER)
    _write(book, page, sheet)
    book.close()
    return file.getvalue()


def _write(book: Workbook, page: Worksheet, sheet: OrderSheet) -> None:
    facts, columns = wording.facts(sheet), _columns(sheet)
    page.write_string(0, 0, as_text(sheet.title), _style(book, bold=True, font_size=14))
    for row, (label, text) in enumerate(facts, start=1):
        page.write_string(row, 0, label, _style(book, font_color=QUIET))
        page.write_string(row, 1, as_text(text), _style(book, align="left", indent=1, quote_prefix=True))
    header = len(facts) + 2
    last = header + len(sheet.lines)
    for place, column in enumerate(columns):
        page.set_column(place, place, _width(column))
        aligned: dict[str, Any] = {"align": "right"} if column.number else {"align": "left", "indent": 1}
        page.write_string(header, place, column.label, _style(book, bold=True, bg_color=HEAD, bottom=2, bottom_color=INK, **aligned))
        _fill(book, page, header + 1, place, column)
        if column.is_summed:
            letter, total = xl_col_to_name(place), float(sum(value or 0.0 for value in column.values))
            style = _style(book, bold=True, bg_color=HEAD, num_format=column.number)
            page.write_formula(last + 1, place, f"=SUM({letter}{header + 2}:{letter}{last + 1})", style, round(total, 6))
        else:
            page.write_string(last + 1, place, "Total" if place == 0 else "", _style(book, bold=True, bg_color=HEAD))
    for row, note in enumerate(wording.notes(sheet), start=last + 3):
        page.write_string(row, 0, note, _style(book, font_color=QUIET))
    _set_heights(page, header + 1, [column for column in columns if not column.number])
    _for_paper(page, header)


def _columns(sheet: OrderSheet) -> list[_Column]:
    """Keys, units, packs and money, from left to right; without packs or money where no line has any."""
    lines = sheet.lines
    listed = [_Column("No.", list(range(1, len(lines) + 1)), "0")]
    listed += [_Column(formatting.LABELS[name], [line.key.get(name, "") for line in lines]) for name in sheet.keys if name not in sheet.shared]
    quantity, after = xl_col_to_name(len(listed)), xl_col_to_name(len(listed) + 1)
    units = [line.quantity for line in lines]
    listed.append(_Column("Quantity", units, _number(units), is_summed=True))
    sizes, packs = [line.pack_size for line in lines], [line.packs for line in lines]
    if any(size is not None for size in sizes):
        listed += [_Column("Pack size", sizes, _number(sizes)), _Column("Packs", packs, _number(packs), f"={quantity}{{row}}/{after}{{row}}")]
    return [*listed, *_money_columns(sheet, quantity, xl_col_to_name(len(listed)))]


def _money_columns(sheet: OrderSheet, quantity: str, cost: str) -> list[_Column]:
    """Unit cost and value, in the columns of these letters; none where no cost is known."""
    costs, values, decimals = [line.unit_cost for line in sheet.lines], [line.value for line in sheet.lines], wording.money_decimals(sheet)
    if all(each is None for each in costs):
        return []
    formula = f"=ROUND({quantity}{{row}}*{cost}{{row}},{decimals})"
    money = _number([], decimals, decimals)
    return [_Column("Unit cost", costs, _number(costs, decimals, wording.COST_DECIMALS)), _Column("Value", values, money, formula, is_summed=True)]


def _fill(book: Workbook, page: Worksheet, row: int, place: int, column: _Column) -> None:
    """Writes a column; a text is never a formula, and an unknown amount is an empty cell."""
    if not column.number:
        style = _style(book, bottom=1, bottom_color=HAIRLINE, text_wrap=True, valign="top", align="left", indent=1, quote_prefix=True)
        for line, text in enumerate(column.values, start=row):
            page.write_string(line, place, as_text(text), style)
        return
    style = _style(book, bottom=1, bottom_color=HAIRLINE, valign="top", num_format=column.number)
    for line, value in enumerate(column.values, start=row):
        if value is None:
            page.write_blank(line, place, None, style)
        elif column.formula:
            page.write_formula(line, place, column.formula.format(row=line + 1), style, value)
        else:
            page.write_number(line, place, value, style)


def _set_heights(page: Worksheet, row: int, names: Sequence[_Column]) -> None:
    """Makes rows as high as their longest name needs: not every spreadsheet does so by itself."""
    widths = [_width(column) for column in names]
    for line, texts in enumerate(zip(*(column.values for column in names), strict=True), start=row):
        lines = max(ceil(_breadth(text) * SLACK / width) for text, width in zip(texts, widths, strict=True))
        if lines > 1:
            page.set_row(line, min(lines * LINE_POINTS, HIGHEST_POINTS))


def _breadth(text: str) -> int:
    """Characters of a text, letters of double width counted twice."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _for_paper(page: Worksheet, header: int) -> None:
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    page.fit_to_pages(1, 0)
    page.repeat_rows(header)
    page.freeze_panes(header + 1, 0)
    page.set_footer("&L&A&RPage &P of &N")


def _width(column: _Column) -> int:
    longest = max((_breadth(str(value)) for value in column.values if value is not None), default=0)
    return max(min(longest + 2, WIDEST), 12) if column.label != "No." else 10


def _number(values: Iterable[float | None], least: int = 0, most: int = wording.UNIT_DECIMALS) -> str:
    """The number format with as many decimals as these values have."""
    decimals = wording.decimals_of(values, least, most)
    return f"#,##0.{'0' * decimals}" if decimals else "#,##0"


def _style(book: Workbook, **properties: Any) -> Format:
    return book.add_format({"font_name": "Calibri", "font_size": 11, **properties})
