"""Files that are something else are named, with what to do."""

from __future__ import annotations

import pytest

from forecasting.core.errors import UnreadableFile
from forecasting.intake.reader import read_table

OTHERS = {
    "a web page": (b"<html><body><table><tr><td>Date</td></tr></table></body></html>", "web page .HTML.*save it as .xlsx"),
    "a web page with a mark": ("\ufeff<TABLE border=1><tr><td>Date".encode(), "web page"),
    "a page in UTF-16": ("<html><table>".encode("utf-16"), "web page"),
    "JSON": (b'[{"Date": "2026-03-01", "Units": 17}]', "JSON"),
    "lines of JSON": (b'{"Date": "2026-03-01", "Units": 17}\n{"Date": "2026-03-02", "Units": 18}\n', "JSON"),
    "XML": (b'<?xml version="1.0"?>\n<sales><row/></sales>', "XML"),
    "a workbook as XML": (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "workbook as XML"),
    "RTF": (rb"{\rtf1\ansi Date}", "RTF"),
    "SQL": (b"INSERT INTO sales VALUES (1, 2);\n", "SQL"),
    "a database": (b"SQLite format 3\0" + b"x" * 100, "SQLite"),
}


@pytest.mark.parametrize("case", OTHERS)
def test_what_a_file_is_and_what_to_do_are_named(case):
    content, expected = OTHERS[case]
    with pytest.raises(UnreadableFile, match=expected):
        read_table(content, "sales.csv")


def test_a_long_table_with_two_years_or_a_few_numbers_is_not_wide():
    assert len(read_table(b"Date,2024,2025\n2026-03-01,3,4\n2026-03-02,3,4\n", "sales.csv")) == 2
