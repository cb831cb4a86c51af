"""Files become tables, or one clear message."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zipfile
import zlib
from datetime import date

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from forecasting.core.errors import InputError, UnreadableFile
from forecasting.intake.reader import read_table
from forecasting.intake.sales_file import check, guess_mapping

PLAIN = "date,sales\n2024-01-01,5\n2024-01-02,7\n"
LIMIT = 2**20


def cells(table):
    return [[str(cell) for cell in row] for row in table.rows.to_numpy(dtype=object).tolist()]


def workbook(rows, *, before=0, title="Sheet"):
    book = openpyxl.Workbook()
    book.active.title = title
    for _ in range(before):
        book.active.append([])
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def repacked(content, part, change):
    """A workbook with one part changed."""
    source, file = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, change(source.read(name)) if name == part else source.read(name))
    return file.getvalue()


def as_parquet(frame, **kwargs):
    file = io.BytesIO()
    parquet.write_table(pa.Table.from_pandas(frame, preserve_index=False) if isinstance(frame, pd.DataFrame) else frame, file, **kwargs)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_found(encoding, delimiter):
    text = "Datum,Filiale,Menge\n2024-01-01,München,5\n2024-01-02,Köln,7\n".replace(",", delimiter)
    table = read_table(text.encode(encoding), "a.csv")
    assert table.columns == ("Datum", "Filiale", "Menge")
    assert cells(table) == [["2024-01-01", "München", "5"], ["2024-01-02", "Köln", "7"]]
    assert table.reading.delimiter == delimiter


def test_big_endian_utf_16_is_read():
    assert cells(read_table(b"\xfe\xff" + PLAIN.encode("utf-16-be"), "a.csv")) == [["2024-01-01", "5"], ["2024-01-02", "7"]]


def test_a_decimal_comma_does_not_pass_for_a_delimiter():
    table = read_table(b"date;sales\n2024-01-01;1,5\n2024-01-02;2,5\n", "a.csv")
    assert (table.reading.delimiter, cells(table)) == (";", [["2024-01-01", "1,5"], ["2024-01-02", "2,5"]])


def test_a_line_that_states_the_delimiter_is_obeyed():
    table = read_table(b"sep=|\r\ndate|sales\r\n2024-01-01|5\r\n", "a.csv")
    assert (cells(table), table.lines.tolist()) == ([["2024-01-01", "5"]], [3])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_line_ends_are_read(end):
    table = read_table(PLAIN.replace("\n", end).encode(), "a.csv")
    assert (cells(table), table.lines.tolist()) == ([["2024-01-01", "5"], ["2024-01-02", "7"]], [2, 3])


def test_quoted_line_ends_and_quotes_keep_cells_and_line_numbers():
    table = read_table(b'date,note,sales\n2024-01-01,"a\nb, ""c""",5\n\n2024-01-02,,7\n', "a.csv")
    assert cells(table) == [["2024-01-01", 'a\nb, "c"', "5"], ["2024-01-02", "", "7"]]
    assert table.lines.tolist() == [2, 5]


def test_a_quoted_header_may_span_lines():
    table = read_table(b'date,"units\nsold"\n2024-01-01,5\n', "a.csv")
    assert (table.columns, table.lines.tolist()) == (("date", "units\nsold"), [3])


def test_ragged_lines_are_problems_with_their_numbers_and_the_rest_is_kept():
    table = read_table(b"date,sales\n2024-01-01,5\n2024-01-02\n2024-01-03,1,5\n2024-01-04,7,,\n", "a.csv")
    assert cells(table) == [["2024-01-01", "5"], ["2024-01-04", "7"]]
    assert table.lines.tolist() == [2, 5]
    assert table.problems[["line", "value", "problem"]].to_numpy().tolist() == [
        [3, "2024-01-02", "Too few cells"],
        [4, "2024-01-03,1,5", "Too many cells"],
    ]


def test_a_file_may_hold_nothing_but_ragged_lines():
    table = read_table(b"date,sales\n2024-01-02\n", "a.csv")
    assert (len(table), table.problems["line"].tolist()) == (0, [2])


def test_rows_of_empty_cells_are_left_out():
    table = read_table(b"date,sales\n2024-01-01,5\n , \n,\n2024-01-02,7\n,\n", "a.csv")
    assert (cells(table), table.lines.tolist()) == ([["2024-01-01", "5"], ["2024-01-02", "7"]], [2, 5])


@pytest.mark.slow
def test_many_lines_read_one_by_one_equal_those_read_at_once():
    rows = "".join(f"2024-01-01,item {i % 70_001},{i}\n" for i in range(120_000))
    fast = read_table(f"date,item,sales\n{rows}".encode(), "a.csv")
    slow = read_table(f'date,item,sales\n\n"2024\n",x,1\n{rows}'.encode(), "a.csv")
    assert cells(slow)[1:] == cells(fast)
    assert slow.lines[-1] == fast.lines[-1] + 3 == 120_004


def test_cells_stay_the_text_they_are():
    texts = ["00123", "=1+1", "<b>x</b>", " padded ", "NaN", "NA", "null", "1e5", "é"]
    table = read_table(("date,sku\n" + "".join(f"2024-01-01,{text}\n" for text in texts)).encode(), "a.csv")
    assert table.rows["sku"].tolist() == texts


def test_gzip_is_known_by_its_content_and_members_are_joined():
    head, tail = PLAIN[:20].encode(), PLAIN[20:].encode()
    assert cells(read_table(gzip.compress(head) + gzip.compress(tail) + b"\0" * 10, "sales.csv")) == [["2024-01-01", "5"], ["2024-01-02", "7"]]


def test_a_workbook_keeps_days_and_numbers_and_its_row_numbers():
    content = workbook([["Date", "SKU", "Sales"], [pd.Timestamp(2024, 1, 1), "00123", 5], [pd.Timestamp(2024, 1, 2), 7, None]], before=2)
    table = read_table(content, "named.csv")
    assert table.columns == ("Date", "SKU", "Sales")
    assert table.rows["Date"].tolist() == [pd.Timestamp(2024, 1, 1), pd.Timestamp(2024, 1, 2)]
    assert table.rows["SKU"].tolist() == ["00123", "7"]
    assert np.array_equal(table.rows["Sales"], [5.0, np.nan], equal_nan=True)
    assert table.lines.tolist() == [4, 5]


def test_numbers_of_which_a_workbook_has_not_all_digits_are_no_keys():
    ids = [1_700_000_000_000_000_000 + k for k in range(3)]
    table = read_table(workbook([["date", "product_id", "sales"], *(["2026-07-01", number, 5] for number in ids)]), "a.xlsx")
    with pytest.raises(InputError, match=r'product_id has numbers such as "1\.7e\+18"'):
        check(table, guess_mapping(table), today=date(2026, 7, 2))


def test_the_digits_that_a_workbook_has_are_those_of_the_key():
    ids = [9_007_199_254_740_000 + k for k in range(3)]
    table = read_table(workbook([["date", "product_id", "sales"], *(["2026-07-01", number, 5] for number in ids)]), "a.xlsx")
    assert check(table, guess_mapping(table), today=date(2026, 7, 2)).sales["product_id"].tolist() == list(map(str, ids))


def test_the_first_sheet_with_rows_counts():
    book = openpyxl.Workbook()
    book.active.append(["About this file"])
    hidden = book.create_sheet("Old")
    hidden.sheet_state = "hidden"
    hidden.append(["date"])
    hidden.append(["2020-01-01"])
    for row in (["date", "sales"], ["2024-01-01", 5]):
        book["Sheet2" if "Sheet2" in book.sheetnames else book.create_sheet("Sheet2").title].append(row)
    file = io.BytesIO()
    book.save(file)
    assert cells(read_table(file.getvalue(), "a.xlsx")) == [["2024-01-01", "5.0"]]


def test_parquet_keeps_its_types_and_the_day_of_its_own_time_zone():
    days = pd.to_datetime(["2024-01-01 23:30", "2024-01-02 00:30"]).tz_localize("Europe/Berlin")
    frame = pd.DataFrame({"date": days, "store": pd.Categorical(["a", "b"]), "id": [7, 8], "open": [True, False], "sales": [1.5, None]})
    table = read_table(as_parquet(frame), "a.csv")
    assert table.rows["date"].dt.day.tolist() == [1, 2]
    assert table.rows["store"].tolist() == ["a", "b"]
    assert table.rows["id"].tolist() == [7.0, 8.0]
    assert table.rows["open"].tolist() == [1.0, 0.0]
    assert np.array_equal(table.rows["sales"], [1.5, np.nan], equal_nan=True)


BOOK = workbook([["date", "sales"], ["2024-01-01", 5]])
PARQUET = as_parquet(pd.DataFrame({"date": ["2024-01-01"], "sales": [5]}))
NO_TEXT = pa.StringArray.from_buffers(2, pa.array([0, 1, 2], pa.int32()).buffers()[1], pa.py_buffer(b"\xff\xfe"))
REFUSED = {
    "empty": (b"", "is empty"),
    "only spaces": (b" \r\n\t\n", "is empty"),
    "only a mark": (b"\xef\xbb\xbf", "is empty"),
    "empty inside gzip": (gzip.compress(b""), "is empty"),
    "header only": (b"date,sales\n", "no rows below it"),
    "header, again and again": (b"date,sales,store\n,\ndate,sales,store\n,\n", "no rows"),
    "header and empty rows": (b"date,sales\n,\n,\n", "no rows below it"),
    "a workbook with a header only": (workbook([["date", "sales"]]), "no rows below it"),
    "an empty workbook": (workbook([]), "is empty"),
    "a Parquet file without rows": (as_parquet(pd.DataFrame({"date": pd.Series(dtype="str")})), "no rows"),
    "binary": (bytes(range(256)) * 20, "NUL byte"),
    "binary without NUL": (bytes(range(1, 32)) * 50, "binary"),
    "a NUL byte in the middle": (b"date,sales\n2024-01-01,5\n2024-01-02,\x007\n", "line 3 has a NUL byte"),
    "a picture": (b"\x89PNG\r\n\x1a\n123", "a picture"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 100, ".xls"),
    "a column twice": (b"date,sales, sales\n2024-01-01,5,6\n", "more than one column named sales"),
    "a column twice in a workbook": (workbook([["date", "sales", "sales "], ["2024-01-01", 5, 6]]), "more than one column named sales"),
    "a header with one quotation mark": (b'"date,sales\n' + b"2024-01-01,5\n" * 40 + b'2024-01-02,"5\n2024-01-03,6\n', "a column whose name has 5"),
    "cut gzip": (gzip.compress(PLAIN.encode() * 100)[:-20], "ends in the middle"),
    "broken gzip": (gzip.compress(PLAIN.encode())[:10] + b"\x07" * 30, "broken gzip"),
    "gzip with a wrong checksum": (gzip.compress(PLAIN.encode())[:-8] + b"\0" * 8, "broken gzip"),
    "cut workbook": (BOOK[: len(BOOK) // 2], "broken workbook"),
    "broken sheet": (repacked(BOOK, "xl/worksheets/sheet1.xml", lambda _: b"<worksheet><sheetData><row"), "broken"),
    "broken list of sheets": (repacked(BOOK, "xl/workbook.xml", lambda _: b"<nonsense"), "broken"),
    "a workbook that says to lie before its start": (BOOK[:-6] + b"\xff\xff\0\0" + BOOK[-2:], "broken workbook"),
    "zip of something else": (zipfile.ZipFile(made := io.BytesIO(), "w").close() or made.getvalue(), "zip archive"),
    "cut Parquet": (PARQUET[:-20], "broken Parquet"),
    "broken Parquet": (PARQUET[:4] + b"\xff" * 60 + PARQUET[64:], "broken Parquet"),
    "Parquet with texts that are none": (as_parquet(pa.table({"date": NO_TEXT, "sales": [5, 6]})), "broken Parquet"),
    "Parquet with a name that is no text": (as_parquet(pa.table({"sales": [5, 6]})).replace(b"sales", b"sal\xffs"), "broken Parquet"),
    "utf-16 that is not": (b"\xff\xfed\0a\0t\0e\0\xd8\xd8\xd8", "UTF-16"),
    "a quotation that never ends": (b'date,sales\n2024-01-01,"5\n' + b"x" * 200_000, "line 2"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_files_get_one_clear_message(case):
    content, expected = REFUSED[case]
    with pytest.raises(UnreadableFile, match=expected) as caught:
        read_table(content, "sales.csv")
    assert "sales.csv" in str(caught.value)


def test_what_a_library_says_of_a_broken_file_is_cut_short():
    at = BOOK.index(b"PK\x03\x04") + 26
    with pytest.raises(UnreadableFile) as caught:
        read_table(BOOK[:at] + b"\xff\x0f" + BOOK[at + 2 :], "sales.xlsx")
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("cut", range(1, len(BOOK), 97))
def test_a_cut_workbook_is_never_a_fault_of_ours(cut):
    with pytest.raises(UnreadableFile):
        read_table(BOOK[:cut], "a.xlsx")


@pytest.mark.parametrize("seed", range(40))
def test_damaged_files_are_read_or_refused(seed):
    random = np.random.default_rng(seed)
    for content in (BOOK, PARQUET, gzip.compress(PLAIN.encode()), PLAIN.encode()):
        damaged = bytearray(content)
        for place in random.integers(0, len(damaged), 4):
            damaged[place] = random.integers(0, 256)
        try:
            read_table(bytes(damaged), "a")
        except UnreadableFile:
            continue


def test_a_file_over_the_limit_is_refused_and_one_at_the_limit_is_read():
    content = PLAIN.encode()
    assert len(read_table(content, "a.csv", limit=len(content))) == 2
    for packed in (content, gzip.compress(content)):
        with pytest.raises(UnreadableFile, match="the limit"):
            read_table(packed, "a.csv", limit=len(content) - 1)


def peak(call):
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableFile):
            call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def bomb(size):
    packer = zlib.compressobj(wbits=31)
    return b"".join(packer.compress(b"0" * LIMIT) for _ in range(size // LIMIT)) + packer.flush()


def test_a_gzip_bomb_ends_early_with_little_memory():
    content = bomb(300 * LIMIT)
    assert len(content) < LIMIT
    assert peak(lambda: read_table(content, "a.csv.gz", limit=4 * LIMIT)) < 12 * LIMIT


def test_a_workbook_bomb_ends_early_with_little_memory():
    content = repacked(BOOK, "xl/styles.xml", lambda text: text + b" " * (100 * LIMIT))
    assert len(content) < LIMIT
    assert peak(lambda: read_table(content, "a.xlsx", limit=4 * LIMIT)) < 12 * LIMIT


def test_the_stated_size_of_a_workbooks_part_is_not_believed():
    content = repacked(BOOK, "xl/styles.xml", lambda text: text + b" " * (20 * LIMIT))
    size = zipfile.ZipFile(io.BytesIO(content)).getinfo("xl/styles.xml").file_size
    lying = content.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    with pytest.raises(UnreadableFile, match=r"limit|broken"):
        read_table(lying, "a.xlsx", limit=4 * LIMIT)


@pytest.mark.parametrize("cell", ["XFD1048576", "A99999999", "ZZZZ1", "CV900000"])
def test_a_cell_far_outside_of_the_table_is_no_bomb(cell):
    far = f'<row r="9"><c r="{cell}"><v>1</v></c></row></sheetData>'.encode()
    content = repacked(BOOK, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</sheetData>", far))
    with pytest.raises(UnreadableFile, match=r"far out|broken"):
        read_table(content, "a.xlsx")


def test_a_parquet_bomb_of_repeated_values_is_refused_unread():
    content = as_parquet(pa.table({"date": pa.array(["2024-01-01"]).take(pa.array(np.zeros(10**6, dtype=int))), "sales": np.zeros(10**6)}))
    assert len(content) < LIMIT
    assert peak(lambda: read_table(content, "a.parquet", limit=4 * LIMIT)) < 2 * LIMIT
