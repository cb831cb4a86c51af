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
WIDE = {
    "days": "Product,Store,2026-03-01,2026-03-02,2026-03-03\nTea,A,1,2,3\nMilk,A,1,2,3\n",
    "numbered days": "item_id,store_id,d_1,d_2,d_3\nTea,A,1,2,3\nMilk,A,1,2,3\n",
    "months": "Product,Jan-24,Feb-24,Mar-24,Total\nTea,1,2,3,6\nMilk,1,2,3,6\n",
    "names of months": "Artikel;Januar;Februar;März;Summe\nTee;1;2;3;6\nMilch;1;2;3;6\n",
    "years": "Product,2022,2023,2024\nTea,1,2,3\nMilk,1,2,3\n",
    "weeks below a title": "Sales 2026\n\nProduct,W1,W2,W3\nTea,1,2,3\nMilk,1,2,3\n",
}


@pytest.mark.parametrize("case", OTHERS)
def test_what_a_file_is_and_what_to_do_are_named(case):
    content, expected = OTHERS[case]
    with pytest.raises(UnreadableFile, match=expected):
        read_table(content, "sales.csv")


@pytest.mark.parametrize("case", WIDE)
def test_a_table_whose_periods_run_across_is_named_as_such(case):
    with pytest.raises(UnreadableFile, match=r"run across in columns \d+ to \d+"):
        read_table(WIDE[case].encode(), "sales.csv")


def test_a_long_table_with_two_years_or_a_few_numbers_is_not_wide():
    assert len(read_table(b"Date,2024,2025\n2026-03-01,3,4\n2026-03-02,3,4\n", "sales.csv")) == 2
