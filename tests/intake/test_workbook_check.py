"""Workbooks that would unfold are refused before they are read, whatever their parts are called."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from forecasting.core.errors import UnreadableFile
from forecasting.intake.reader import read_table
from forecasting.intake.workbook_check import MAX_PARTS, check_workbook

LIMIT = 2**22
SHEET, STRINGS, RELATIONS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels"


def book(rows):
    workbook, file = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        workbook.active.append(row)
    workbook.save(file)
    return file.getvalue()


BOOK = book([["date", "sales"], ["2026-07-01", 5], ["2026-07-02", 7]])


def changed(parts, names=()):
    """The workbook with parts in place of its own, or under other names."""
    source, file = zipfile.ZipFile(io.BytesIO(BOOK)), io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name in {**dict.fromkeys(source.namelist()), **parts}:
            content = parts.get(name, source.read(name) if name in source.namelist() else b"")
            target.writestr(dict(names).get(name, name), content(source.read(name)) if callable(content) else content)
    return file.getvalue()


def with_rows(xml):
    return changed({SHEET: lambda sheet: sheet.replace(b"</sheetData>", xml + b"</sheetData>")})


FAR = {
    "spaces around the sign": with_rows(b"<row r = '9'><c r  =\n \"XFD1048576\"><v>1</v></c></row>"),
    "small letters": with_rows(b'<row r="9"><c r="xfd1048576"><v>1</v></c></row>'),
    "no space before the place": with_rows(b'<row r="9"><c t="n"r="XFD1048576"><v>1</v></c></row>'),
    "a prefix": with_rows(b'<x:row r="9"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>'),
    "another path": changed(
        {
            SHEET: lambda sheet: sheet.replace(b"</sheetData>", b'<row r="9"><c r="XFD1048576"><v>1</v></c></row></sheetData>'),
            RELATIONS: lambda links: links.replace(b"worksheets/sheet1.xml", b"elsewhere.bin"),
        },
        {SHEET: "xl/elsewhere.bin"},
    ),
    "a far row of cells without places": with_rows(b'<row r="1048000"><c><v>1</v></c><c><v>2</v></c>' + b"<c/>" * 100 + b"</row>"),
    "across two pieces": with_rows(b"<!--" + b"x" * (2**20 - 700) + b'--><row r="9"><c r="XFD1048576"><v>1</v></c></row>'),
}


@pytest.mark.parametrize("how", FAR)
def test_a_cell_far_outside_is_found_however_it_is_written(how):
    with pytest.raises(UnreadableFile, match=r"cells as far out as row 1,04[\d,]+, column [\d,]+\. Delete everything outside"):
        read_table(FAR[how], "a.xlsx")


def test_many_small_sheets_share_one_allowance():
    far = b'<worksheet><sheetData><row r="1"><c r="A1000000"><v>1</v></c></row></sheetData></worksheet>'
    check_workbook(changed({"xl/worksheets/sheet2.xml": far}), "a.xlsx", LIMIT)
    with pytest.raises(UnreadableFile, match="far out"):
        check_workbook(changed({f"xl/worksheets/sheet{number}.xml": far for number in range(2, 99)}), "a.xlsx", LIMIT)


def shared(cells, length, mark=b"si"):
    texts = b"<sst><%s><t>date</t></%s><%s><t>%s</t></%s></sst>" % (mark, mark, mark, b"x" * length, mark)
    rows = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>%d</v></c></row>' % (row, row, row > 1) for row in range(1, cells + 1))
    return changed({STRINGS: texts, SHEET: b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>"})


def test_a_long_text_that_many_cells_share_is_counted_for_each():
    content = shared(5_000, 30_000)
    assert len(content) < 2**17
    with pytest.raises(UnreadableFile, match=r"The cells of a.xlsx hold 143 MB of text; the limit is 4 MB"):
        check_workbook(content, "a.xlsx", LIMIT)
    with pytest.raises(UnreadableFile, match="MB of text"):
        check_workbook(shared(5_000, 30_000, b"x:si"), "a.xlsx", LIMIT)


def test_one_long_text_among_many_short_ones_is_none_too_many():
    texts = b"<sst><si><t>date</t></si><si><t>" + b"x" * 30_000 + b"</t></si></sst>"
    rows = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>%d</v></c></row>' % (row, row, row == 7) for row in range(1, 5_000))
    check_workbook(changed({STRINGS: texts, SHEET: b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>"}), "a.xlsx", LIMIT)


@pytest.mark.parametrize("content", [BOOK + BOOK, b"rows" + BOOK, BOOK + b"2026-07-03,9\n"])
def test_a_file_before_or_behind_a_workbook_is_refused(content):
    with pytest.raises(UnreadableFile, match="several files, one behind the other"):
        check_workbook(content, "a.xlsx", LIMIT)


def test_zeros_behind_a_workbook_are_nothing():
    check_workbook(BOOK + bytes(512), "a.xlsx", LIMIT)


def test_files_inside_are_counted():
    with pytest.raises(UnreadableFile, match="more than 10,000 files inside"):
        check_workbook(changed({f"xl/{number}": b"" for number in range(MAX_PARTS)}), "a.xlsx", LIMIT)


def test_columns_of_a_sheet_are_counted():
    with pytest.raises(UnreadableFile, match="2,001 columns; the limit is 2,000"):
        read_table(book([["date", "sales", *(f"c{place}" for place in range(1_999))], ["2026-07-01", 5]]), "a.xlsx")
