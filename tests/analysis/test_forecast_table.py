"""CSV that is safe to open."""

from __future__ import annotations

import csv
import doctest
import io
import time

import openpyxl
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from forecasting.analysis import forecast_table
from forecasting.core import spreadsheets

RUN = "=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"
"""What begins a formula."""
HOSTILE = [
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u00a0=1",
    "\u200b=1",
    "\ufeff=1",
    "\x00=1",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20SUM(A1)",
    '"=1+1"',
    "x;=1+1",
    "x;y; =1+1",
    'x;"=1+1',
    "x\t=1+1",
    "x\n=1+1",
    "x\r=1+1",
    "x\r\n=1+1",
    ";=1",
    "x;'=1",
    "\u3164=1",
    "\U000e0041-1",
]
TEXTS = st.text() | st.text(st.sampled_from(f"{RUN};,|\t\r\n \u00a0\u200b'\"a1")) | st.sampled_from(HOSTILE)


def runs(cell):
    """Whether a spreadsheet would run a cell: what it holds behind spaces, quotation marks and signs that nobody sees."""
    return cell.lstrip(' "\t\r\n\x00\u00a0\u200b\ufeff')[:1] in set(RUN)


def cut(content, delimiter):
    """The cells as a spreadsheet has them that parts cells at this sign."""
    return [cell for row in csv.reader(io.StringIO(content.decode(), newline=""), delimiter=delimiter) for cell in row]


@pytest.fixture(scope="module")
def spreadsheet(office, tmp_path_factory):
    """LibreOffice, which opens a CSV with these signs between cells (their numbers) and says which cells are formulas."""
    file = tmp_path_factory.mktemp("csv") / "file.csv"

    def run(content, signs):
        file.write_bytes(content)
        [book] = office(file, infilter=f"CSV:{signs},34,76,1,,0,false,true,false,false,true,-1,true")
        sheet = openpyxl.load_workbook(book).worksheets[0]
        return [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]

    return run


@pytest.mark.parametrize("module", [forecast_table, spreadsheets])
def test_the_examples_in_the_docstrings_hold(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text):
    safe = spreadsheets.harmless(text)
    assert safe != text
    assert safe.replace("'", "") == text.replace("'", "")
    assert spreadsheets.as_meant(safe) == text
    assert spreadsheets.neutralised(pd.Series([text, "Bread", "a=b"], dtype="str")).tolist() == [safe, "Bread", "a=b"]


@pytest.mark.parametrize("text", ["", "Bread", "a=b", "Baker's; fresh", "'tis", "1,5", "%0A=1", "Müsli - 500 g", "7", "https://a.b/?c=-1"])
def test_other_texts_stay_as_they_are(text):
    assert spreadsheets.harmless(text) == spreadsheets.as_meant(text) == text


@given(TEXTS)
@example("'\t=1")
@example("'\tx")
def test_what_was_made_harmless_is_read_as_it_was_meant(text):
    assert spreadsheets.as_meant(spreadsheets.harmless(text)) == text


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5), st.sampled_from(["str", "object", "category"]))
def test_no_cell_of_a_csv_runs_wherever_it_is_cut_and_every_text_can_be_read_again(rows, dtype):
    table = pd.DataFrame({"=name": pd.Series([one for one, _ in rows], dtype=dtype), "other": pd.Series([two for _, two in rows], dtype=dtype)})
    content = spreadsheets.to_csv(table.assign(number=1.5))
    assert [cell for delimiter in ",;\t" for cell in cut(content, delimiter) if runs(cell)] == []
    read = list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))
    assert read[0] == ["'=name", "other", "number"]
    assert [[spreadsheets.as_meant(cell) for cell in row] for row in read[1:]] == [[one, two, "1.5"] for one, two in rows]


def test_a_real_spreadsheet_runs_none_of_them(spreadsheet):
    table = pd.DataFrame({"name": HOSTILE, "other": HOSTILE})
    for signs in ("44", "59", "44/59/9"):
        assert spreadsheet(spreadsheets.to_csv(table), signs) == []
    assert len(spreadsheet(table.to_csv(index=False).encode(), "44/59/9")) > 10


def test_a_long_text_takes_time_in_proportion():
    started = time.process_time()
    for text in ("\t" * 200_000, ";" * 200_000, " " * 200_000 + "x", "'" * 200_000, "; " * 100_000, "=;" * 100_000):
        assert spreadsheets.as_meant(spreadsheets.harmless(text)) == text
    assert time.process_time() - started < 20


def test_half_a_character_does_not_stop_a_download():
    assert spreadsheets.to_csv(pd.DataFrame({"name": pd.Series(["a\ud800b"], dtype=object)})) == b"name\na\\ud800b\n"


def test_numbers_below_zero_stay_numbers_and_days_are_iso():
    table = pd.DataFrame({"date": [pd.Timestamp(2026, 1, 2)], "product_id": pd.Series(["=x"], dtype="str"), "change": [-1.5]})
    assert spreadsheets.to_csv(table) == b"date,product_id,change\n2026-01-02,'=x,-1.5\n"
