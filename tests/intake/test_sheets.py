"""The sheets that have the sales are read, and always named."""

from __future__ import annotations

import io
from datetime import datetime

import openpyxl
import pytest

from forecasting.core.errors import InputError
from forecasting.intake.answers import Answers
from forecasting.intake.reader import read_table


def workbook(sheets, *, hidden=(), merged=()):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for span in merged:
            sheet.merge_cells(span)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def sales(start, month=3):
    return [["Date", "Product", "Units"], *([datetime(2026, month, day), "Tea", start + day] for day in range(1, 8))]


def test_the_sheet_with_dates_and_sales_is_read_and_the_others_are_named():
    cover = [["Weekly pack", None], ["Prepared for", "Anna"], ["See sheet", "Data"]]
    table = read_table(workbook({"Cover": cover, "Data": sales(0), "Stock": [["SKU", "On hand"], ["A", 5], ["B", 6]]}), "a.xlsx")
    assert (table.reading.sheet, len(table)) == ("Data", 7)
    assert table.notes == ("Read from the sheet Data; not read: Cover, Stock.",)


def test_a_sheet_a_month_is_read_together():
    table = read_table(workbook({"Jan": sales(0, 1), "Feb": sales(10, 2), "March 2026": sales(20, 3)}), "a.xlsx")
    assert (table.reading.sheet, table.columns, len(table)) == ("Jan, Feb, March 2026", ("Date", "Product", "Units"), 21)
    assert (table.lines[0], table.lines[7], len(set(table.lines))) == (2, 10, 21)


def test_sheets_named_by_stores_keep_their_names_and_a_sheet_of_totals_is_not_read():
    table = read_table(workbook({"Harbour": sales(0), "Market": sales(10), "Total": sales(20)}), "a.xlsx")
    assert table.columns == ("Date", "Product", "Units", "Sheet")
    assert table.rows["Sheet"].tolist() == ["Harbour"] * 7 + ["Market"] * 7
    assert table.notes[-1] == "Read from the sheets Harbour, Market; not read: Total."


def test_a_copy_of_rows_is_not_read_twice():
    table = read_table(workbook({"Part": sales(0), "All": [*sales(0), *sales(50)[1:]]}), "a.xlsx")
    assert (table.reading.sheet, len(table)) == ("All", 14)
    assert "Part has the rows of other sheets" in table.notes[-1]


def test_a_person_names_the_sheet():
    content = workbook({"Harbour": sales(0), "Market": sales(10), "Old": sales(20)}, hidden=["Old"])
    assert read_table(content, "a.xlsx", Answers(sheet="market")).rows["Units"].tolist() == [float(day + 10) for day in range(1, 8)]
    assert len(read_table(content, "a.xlsx", Answers(sheet="Harbour, Market"))) == 14
    with pytest.raises(InputError, match=r'no sheet "Old". Its sheets are Harbour, Market'):
        read_table(content, "a.xlsx", Answers(sheet="Old"))


def test_a_table_may_start_anywhere_in_a_sheet():
    rows = [["Sales"], [], *([None, *row] for row in sales(0)), [None, "Grand total", None, 28]]
    table = read_table(workbook({"Sheet": rows}), "a.xlsx")
    assert (table.columns, table.reading.header_line, len(table), table.left_out) == (("Date", "Product", "Units"), 3, 7, 1)


def test_merged_cells_hold_for_all_of_their_rows():
    rows = [["Product", "Date", "Units"], *([name, datetime(2026, 3, day), day] for name in ("Tea", "Milk") for day in (1, 2, 3))]
    table = read_table(workbook({"Sheet": rows}, merged=["A2:A4", "A5:A7"]), "a.xlsx")
    assert table.rows["Product"].tolist() == ["Tea"] * 3 + ["Milk"] * 3
    assert table.notes == ("4 empty cells of Product filled with the value of the row above.",)
