"""Sales in web pages and in JSON, which are no tables of text and are read all the same."""

from __future__ import annotations

import json
import tracemalloc
from datetime import date

import pytest

from forecasting.core.errors import UnreadableFile
from forecasting.intake import sales_file
from forecasting.intake.reader import read_table

RECORDS = [
    {"date": "2026-03-01", "product": "Tea", "qty": 5},
    {"date": "2026-03-01", "product": "Milk", "qty": 3},
    {"date": "2026-03-02", "product": "Tea", "qty": 4},
]
NAMES = list(RECORDS[0])
SOLD = {("2026-03-01", "Milk"): 3.0, ("2026-03-01", "Tea"): 5.0, ("2026-03-02", "Tea"): 4.0}


def sold(content):
    table = read_table(content, "sales.xls")
    read = sales_file.check(table, sales_file.guess_mapping(table), today=date(2026, 11, 30))
    assert (read.understood.questions, len(read.problems)) == ((), 0)
    return {(f"{row['date']:%Y-%m-%d}", str(row["product_id"])): row["sales"] for row in read.sales.to_dict("records")}


def order(number, day, *lines):
    return {
        "id": number,
        "name": f"#{number}",
        "created_at": f"{day}T10:00:00+01:00",
        "customer": {"name": "Ann"},
        "tags": ["web"],
        "line_items": list(lines),
    }


ORDERS = [
    order(1, "2026-03-01", {"id": 7, "title": "Tea", "quantity": 2, "price": "1.00"}, {"id": 8, "title": "Milk", "quantity": 3, "price": "2.00"}),
    order(2, "2026-03-01", {"id": 9, "title": "Tea", "quantity": 3, "price": "1.00"}),
    order(3, "2026-03-02", {"id": 10, "title": "Tea", "quantity": 4, "price": "1.00"}),
]
EDGES = [{"node": {"createdAt": one["created_at"], "lineItems": {"edges": [{"node": line} for line in one["line_items"]]}}} for one in ORDERS]
JSON = {
    "records": RECORDS,
    "columns": {name: [row[name] for row in RECORDS] for name in NAMES},
    "columns by row": {name: {str(place): row[name] for place, row in enumerate(RECORDS)} for name in NAMES},
    "names and rows": {"columns": NAMES, "index": [0, 1, 2], "data": [list(row.values()) for row in RECORDS]},
    "rows below their names": [NAMES, *(list(row.values()) for row in RECORDS)],
    "wrapped records": {"count": 3, "result": {"items": RECORDS, "next": None}},
    "orders with lines": {"orders": ORDERS},
    "orders of GraphQL": {"data": {"orders": {"edges": EDGES}}},
}


@pytest.mark.parametrize("case", JSON)
def test_json_is_read_in_the_shapes_that_programs_write(case):
    assert sold(json.dumps(JSON[case]).encode()) == SOLD


def test_lines_of_json_are_read():
    assert sold("\n".join(map(json.dumps, RECORDS)).encode()) == SOLD


PAGES = {
    "saved as .xls": "<html><head><style>td {color: red}</style></head><body><table><tr><th>Date</th><th>Product</th><th>Qty</th></tr>"
    "<tr><td>01.03.2026</td><td>Tea</td><td>5</td></tr><tr><td>01.03.2026</td><td>Milk</td><td>3</td></tr>"
    "<tr><td>02.03.2026</td><td>Tea</td><td>4</td></tr></table></body></html>",
    "without end tags, one cell over two rows": "<table><tr><td>Report</table><TABLE><tr><th>Date<th>Product<th>Qty"
    "<tr><td rowspan=2>01.03.2026<td>Tea<td>5<tr><td>Milk<td>3<tr><td>02.03.2026<td>Tea<td>4</TABLE>",
    "in a table for the layout": "<table><tr><td>Menu</td><td><table><tr><th>Date</th><th>Product</th><th>Qty</th></tr>"
    "<tr><td>01.03.2026</td><td>Tea</td><td>5</td></tr><tr><td>01.03.2026</td><td>Milk</td><td>3</td></tr>"
    "<tr><td>02.03.2026</td><td>Tea</td><td>4</td></tr></table></td></tr></table>",
}


@pytest.mark.parametrize("case", PAGES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_the_table_in_a_web_page_is_read(case, encoding):
    assert sold(PAGES[case].encode(encoding)) == SOLD


FIELDS = b"".join(b'"c%d": 1, ' % place for place in range(1_500))
BOMBS = {
    "cells that reach down": b"<html><table><tr>" + b"<td rowspan=2000>5</td>" * 1_500 + b"<tr>" * 20_000,
    "cells that reach right": b"<html><table><tr>" + b"<td colspan=900>5</td>" * 20_000,
    "lines with all fields of their order": b'[{"date": "2026-07-01", ' + FIELDS + b'"lines": [' + b", ".join([b'{"qty": 1}'] * 20_000) + b"]}]",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_small_file_of_a_billion_cells_is_refused_before_they_are_made(bomb):
    tracemalloc.start()
    with pytest.raises(UnreadableFile, match=r"the limit is 2,000|nearly all of which are empty"):
        read_table(BOMBS[bomb], "sales.xls")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 150 * 2**20


def test_half_a_character_in_json_is_replaced():
    content = rb'[{"date": "2026-03-01", "product": "\ud83dTea \ud83c\udf75 \\ud800", "qty": 5, "\udc00": 1}]'
    assert read_table(content, "sales.json").rows["product"].tolist() == ["\ufffdTea \U0001f375 \\ud800"]


def test_records_without_anything_are_no_sales():
    with pytest.raises(UnreadableFile, match="without a list of sales"):
        read_table(b"[{}, {}]", "sales.json")


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 200_000,
        b'[{"date": "2026-07-01", "sales": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001 + b"]",
        b'[{"date": "2026-07-01", "sales": ' + b"9" * 100_000 + b"}]",
        b"<html>" + b"<table><tr><td>" * 100_000,
    ],
)
def test_lists_without_an_end_and_numbers_without_one_are_refused(content):
    with pytest.raises(UnreadableFile):
        read_table(content, "sales.json")
