"""The table is found, whatever stands above, inside and below it."""

from __future__ import annotations

import pytest

from forecasting.core.errors import InputError, UnreadableFile
from forecasting.intake.answers import Answers
from forecasting.intake.reader import read_table

DAYS = [f"2026-03-{day:02d}" for day in range(1, 15)]
ROWS = "".join(f"{day},Tea,{place + 3}\n{day},Milk,{place + 5}\n" for place, day in enumerate(DAYS))
PLAIN = f"date,product,units\n{ROWS}"


def cells(table):
    return [[str(cell).strip() for cell in row] for row in table.rows.to_numpy(dtype=object).tolist()]


EXPECTED = [line.split(",") for line in ROWS.splitlines()]


@pytest.mark.parametrize(
    ("above", "line"),
    [
        ("Harbour Coffee Ltd\nSales by item\nPeriod: 01/03/2026 - 19/04/2026\n\n", 5),
        ("# exported by a till\n# version 1.2\n", 3),
        ("Report,Sales\nFrom,2026-03-01\nTo,2026-03-14\n\n", 5),
        ("Sales report, all stores, 2026\nGenerated 2026-04-01,by Bob\n", 3),
        ("----------\n", 2),
        ("", 1),
    ],
)
def test_the_header_is_found_below_titles_comments_and_filters(above, line):
    table = read_table((above + PLAIN).encode(), "a.csv")
    assert (table.columns, table.reading.header_line) == (("date", "product", "units"), line)
    assert cells(table) == EXPECTED
    assert table.lines[0] == line + 1
    assert table.notes == ((f"The header is in line {line}.",) if line > 1 else ())


def test_a_header_in_two_rows_is_joined_where_names_are_not_enough():
    table = read_table(b",,Harbour,,Market,\nDate,Product,Units,Value,Units,Value\n2026-03-01,Tea,1,2.5,3,4.5\n", "a.csv")
    assert table.columns == ("Date", "Product", "Harbour Units", "Harbour Value", "Market Units", "Market Value")


def test_a_row_of_units_below_the_header_is_no_row():
    table = read_table(b"date,product,units\n,,pcs\n" + ROWS.encode(), "a.csv")
    assert (table.columns, cells(table), table.lines[0]) == (("date", "product", "units"), EXPECTED, 3)


@pytest.mark.parametrize("first", ["bread,6;8", "bread,several", "bread,NA", "bread,"])
def test_a_first_row_that_is_unlike_the_others_is_a_row(first):
    table = read_table(f"product,stock\n{first}\nbread,9\ncake,3\n".encode(), "a.csv")
    assert (table.columns, cells(table)) == (("product", "stock"), [first.split(","), ["bread", "9"], ["cake", "3"]])


def test_a_file_without_a_header_has_numbered_columns():
    table = read_table(ROWS.encode(), "a.csv")
    assert (table.columns, table.reading.header_line, cells(table)) == (("Column 1", "Column 2", "Column 3"), 0, EXPECTED)
    assert "no header" in table.notes[0]


def test_a_header_above_texts_alone_is_one():
    table = read_table(b"Week,Store,Qty\nwk1,S1,2 pcs\nwk2,S1,3 pcs\nwk3,S2,4 pcs\n", "a.csv")
    assert (table.columns, len(table)) == (("Week", "Store", "Qty"), 3)


def test_a_person_says_where_the_header_is():
    table = read_table(b"day,what,n\ndate,product,units\n" + ROWS.encode(), "a.csv", Answers(header_line=2))
    assert (table.columns, cells(table)) == (("date", "product", "units"), EXPECTED)
    assert read_table(ROWS.encode(), "a.csv", Answers(header_line=0)).columns == ("Column 1", "Column 2", "Column 3")
    with pytest.raises(InputError, match="Line 999"):
        read_table(PLAIN.encode(), "a.csv", Answers(header_line=999))


@pytest.mark.parametrize(
    ("below", "left_out"),
    [
        ("Total,,280\n", 1),
        (",Grand total,280\n", 1),
        ("2026-03-14,Zwischensumme,280\n", 1),
        (",,294\n", 1),
        ("\nGenerated on 2026-04-01 by Bob\n", 1),
        ("Total,,280\nSource: the till,,\n", 2),
        ("合計,,280\n", 1),
    ],
)
def test_totals_and_captions_below_are_left_out_and_counted(below, left_out):
    table = read_table((PLAIN + below).encode(), "a.csv")
    assert (cells(table), table.left_out, len(table.problems)) == (EXPECTED, left_out, 0)
    assert "left out" in table.notes[-1]


def test_subtotals_and_repeated_headers_inside_are_left_out():
    lines = PLAIN.splitlines()
    table = read_table("\n".join([*lines[:9], ",Tea Total,50", lines[0], *lines[9:]]).encode(), "a.csv")
    assert (cells(table), table.left_out) == (EXPECTED, 2)
    assert table.lines[8] == 12


def test_pages_of_a_report_are_joined_in_time_linear_in_their_rows():
    text = PLAIN + f"Sales of March\nShop 1\n{PLAIN}" * 2 + "Tea\n" * 9 + "date,product,units\n" * 5000
    table = read_table(text.encode(), "a.csv")
    assert (cells(table), table.left_out) == (EXPECTED * 3, 2 * 3 + 9 + 5000)
    with pytest.raises(UnreadableFile, match="no rows"):
        read_table(b"a\n" * 20_000, "a.csv")


def test_a_total_below_each_day_is_left_out():
    text = "date,product,units\n" + "".join(f"{day},Tea,3\n{day},Milk,4\n{day} Total,,7\n" for day in DAYS)
    table = read_table(text.encode(), "a.csv")
    assert (len(table), table.left_out) == (28, 14)


def test_a_product_that_begins_with_a_word_for_totals_is_kept():
    assert len(read_table(PLAIN.replace("Tea", "Total 0% yoghurt").encode(), "a.csv")) == len(EXPECTED)
    assert len(read_table(b"date,segment,units\n2026-03-01,Total,4\n2026-03-02,Total,5\n", "a.csv")) == 2


@pytest.mark.parametrize("delimiter", ["^", "~", ":", " ", "   "])
def test_odd_delimiters_are_read(delimiter):
    table = read_table(PLAIN.replace(",", delimiter).encode(), "a.txt")
    assert (table.columns, cells(table)) == (("date", "product", "units"), EXPECTED)


def test_spaces_that_names_have_too_are_named():
    with pytest.raises(UnreadableFile, match="parted by spaces"):
        read_table(PLAIN.replace("Milk", "Oat milk").replace(",", " ").encode(), "a.txt")


def test_lists_with_bars_and_dashes_are_read():
    body = "".join(f"| {' | '.join(row)} |\n" for row in EXPECTED)
    table = read_table(f"Sales list\n\n-----\n| date | product | units |\n-----\n{body}-----\n".encode(), "a.txt")
    assert (table.columns, cells(table), table.left_out) == (("date", "product", "units"), EXPECTED, 0)


def test_lines_in_one_pair_of_quotation_marks_are_unpacked():
    lines = "".join(f'"{day},""Milk, fresh"",{place}"\n' for place, day in enumerate(DAYS))
    table = read_table(f"date,product,units\n{lines}".encode(), "a.csv")
    assert cells(table)[0] == ["2026-03-01", "Milk, fresh", "0"]
    assert "quotation marks" in table.notes[0]


def test_delimiters_at_line_ends_add_no_columns():
    for head, tail in ((",,", ",,"), ("", ","), ("", ",,")):
        text = f"date,product,units{head}\n" + "".join(f"{line}{tail}\n" for line in ROWS.splitlines())
        table = read_table(text.encode(), "a.csv")
        assert (table.columns, cells(table), len(table.problems)) == (("date", "product", "units"), EXPECTED, 0)


def test_names_above_their_rows_become_a_column():
    text = (
        "Shop\n\n,Date,Qty\nTea\n,2026-03-01,5\n,2026-03-02,6\nTotal for Tea,,11\nMilk\n,2026-03-01,7\n,2026-03-02,8\nTotal for Milk,,15\nTOTAL,,26\n"
    )
    table = read_table(text.encode(), "a.csv")
    assert table.columns == ("Group", "Date", "Qty")
    assert [row[0] for row in cells(table)] == ["Tea", "Tea", "Milk", "Milk"]
    assert (table.left_out, table.lines.tolist()) == (5, [5, 6, 9, 10])


def test_groups_within_groups_are_refused():
    text = ",Date,Qty\nNorth\nTea\n,2026-03-01,5\n,2026-03-02,5\nMilk\n,2026-03-01,5\nSouth\nTea\n,2026-03-01,5\n"
    with pytest.raises(UnreadableFile, match="groups within groups"):
        read_table(text.encode(), "a.csv")


def test_two_columns_of_one_name_do_no_harm_if_nobody_needs_them():
    table = read_table(b"date,tax,sales,tax\n2026-03-01,1,5,2\n", "a.csv")
    assert table.columns == ("date", "tax", "sales", "tax (2)")
    assert "tax names more than one column" in table.notes[0]


def test_irregular_lines_keep_their_numbers():
    lines = [line + (",," if place % 3 == 0 else "") for place, line in enumerate(ROWS.splitlines())]
    lines[4:4] = ["", "2026-03-02", '2026-03-02,"Oat\nmilk",7', "2026-03-02,Tea,1,9"]
    table = read_table("\n".join(["date,product,units", *lines]).encode(), "a.csv")
    assert table.problems["line"].tolist() == [7, 10]
    assert table.lines.tolist() == [2, 3, 4, 5, 8, *range(11, 11 + len(EXPECTED) - 4)]


def test_a_product_that_is_called_total_is_no_total_row():
    lines = [f"2026-03-{day:02d},{product},North,{day % 5}" for day in range(1, 21) for product in ("Total", "Tea", "Bread")]
    read = read_table("\n".join(["Date,Product,Store,Units", *lines]).encode(), "sales.csv")
    assert (len(read), read.left_out) == (60, 0)
    lines = [f"2026-03-{day:02d},Tea,North,{day % 5}" for day in range(1, 21)] + ["2026-03-09,Total Care Shampoo,North,1"]
    assert len(read_table("\n".join(["Date,Product,Store,Units", *lines]).encode(), "sales.csv")) == 21
