"""Files that are something else are named, with what to do."""

from __future__ import annotations

import pytest

from forecasting.core.errors import UnreadableFile
from forecasting.intake.reader import read_table

OTHERS = {
    "a web page without a table": (b"<html><body><p>Please log in</p></body></html>", "web page .HTML. without a table.*as .xlsx"),
    "a web page with a header alone": ("\ufeff<TABLE border=1><tr><td>Date".encode(), "web page"),
    "a page in UTF-16": ("<html><table>".encode("utf-16"), "web page"),
    "a page with a cell of a billion columns": (b"<table><tr><td colspan=999999999>a</td></tr><tr><td>1</table>", "2,001 columns"),
    "JSON without records": (b'{"Date": "2026-03-01", "Units": 17}', "JSON file without a list of sales"),
    "half a JSON file": (b'[{"Date": "2026-03-01", "Units": 17}, {"Da', "broken JSON"),
    "a QuickBooks list": (b"!TRNS\tTRNSID\tDATE\nTRNS\t1\t1/1/26\n", "QuickBooks list.*Sales by Product/Service Detail"),
    "a bank statement": (b":20:STARTUMS\r\n:25:10020030/1234567\r\n:28C:0\r\n", "bank statement .MT940."),
    "an e-mail": (b"From seller@example.com Mon Mar  2\r\nSubject: Sales\r\n", "an e-mail"),
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
