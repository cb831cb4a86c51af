"""Tables become sales; everything wrong with a row is named."""

from __future__ import annotations

import gzip
import io
import math
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.core.errors import ColumnsMissing, InputError, ProblemsFound, QuestionsOpen
from forecasting.intake.answers import Answers
from forecasting.intake.date_formats import parse_days
from forecasting.intake.number_formats import decimal_of, parse_numbers
from forecasting.intake.reader import read_table
from forecasting.intake.sales_file import check, guess_mapping

TODAY = date(2026, 11, 22)


def table(text, encoding="utf-8"):
    return read_table(text.encode(encoding), "sales.csv")


def intake(text, mapping=None, **choices):
    read = table(text)
    return check(read, guess_mapping(read) if mapping is None else mapping, Answers(**choices), today=TODAY)


def questions(checked):
    """Kind -> value and units of each choice."""
    return {question.kind: [(choice.value, choice.units) for choice in question.choices] for question in checked.understood.questions}


def rows(frame):
    return [[f"{cell:%Y-%m-%d}" if isinstance(cell, pd.Timestamp) else cell for cell in row] for row in frame.to_numpy(dtype=object).tolist()]


def found(checked):
    return checked.problems[["line", "column", "value", "problem"]].to_numpy().tolist()


# Mapping


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("date,product_id,region,store,category,price,promo,open,sales", None),
        ("Date,Store ID,Product ID,Category,Region,Inventory Level,Units Sold,Price", "date,store,product_id,category,region,,sales,price"),
        ("ds,unique_id,y", "date,product_id,sales"),
        ("Datum;Filiale;Artikel-Nr.;Warengruppe;Menge;Preis", "date;store;product_id;category;sales;price"),
        ("Jour;Magasin;Article;Quantité;Prix", "date;store;product_id;sales;price"),
        ("Day,SKU,Qty", "date,product_id,sales"),
        ("Units Sold,Order Date,Sub-Category", "sales,date,category"),
        ("Verkäufe,Tag", "sales,date"),
    ],
)
def test_names_in_several_spellings_and_languages_are_guessed(header, expected):
    delimiter = ";" if ";" in header else ","
    names, roles = header.split(delimiter), (expected or header).split(delimiter)
    line = {"date": "2024-01-01", "promo": "1", "open": "1", "price": "2", "sales": "5"}
    text = f"{header}\n{delimiter.join(line.get(role, 'x') for role in roles)}\n"
    assert guess_mapping(table(text)) == {role: name for role, name in zip(roles, names, strict=True) if role}


def test_a_sole_candidate_is_guessed_from_its_cells():
    assert guess_mapping(table("when,what,how many\n2024-01-01,bread,5\n2024-01-02,bread,7\n")) == {"date": "when", "sales": "how many"}


def test_two_candidates_are_left_to_the_person():
    read = table("ordered,shipped,a,b\n2024-01-01,2024-01-02,5,6\n")
    assert guess_mapping(read) == {}


def test_a_file_without_a_header_is_read_as_one_without():
    read = table("2024-01-01,5\n2024-01-02,7\n")
    assert (guess_mapping(read), read.reading.header_line, len(read)) == ({"date": "Column 1", "sales": "Column 2"}, 0, 2)


def test_a_count_of_promotions_is_not_guessed_to_be_yes_or_no():
    assert "promo" not in guess_mapping(table("date,sales,promo\n2024-01-01,5,12\n2024-01-02,5,37\n2024-01-03,5,0\n"))


@pytest.mark.parametrize(
    ("header", "missing", "text"),
    [
        ("SKU,Qty", ("date",), "This file has no column with dates. Columns found: SKU, Qty."),
        ("SKU,who", ("date", "sales"), "no column with dates and none with sales"),
    ],
)
def test_a_missing_column_is_named_with_those_found(header, missing, text):
    with pytest.raises(ColumnsMissing, match=text) as caught:
        intake(f"{header}\n" + ",".join(["x"] * (header.count(",") + 1)) + "\n", None)
    assert (caught.value.missing, caught.value.found) == (missing, tuple(header.split(",")))


@pytest.mark.parametrize(
    ("mapping", "text"),
    [
        ({"date": "date", "sales": "date"}, "cannot be date and sales at once"),
        ({"date": "date", "sales": "units"}, "no column units"),
        ({"date": "date", "sales": "sales", "colour": "sku"}, "colour is not a role"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(mapping, text):
    with pytest.raises(InputError, match=text):
        intake("date,sku,sales\n2024-01-01,a,5\n", mapping)


def test_columns_without_a_role_are_kept_out_and_named():
    checked = intake("date,weather,sales,region\n2024-01-01,sun,5,\n2024-01-02,rain,6,\n")
    assert (checked.kept_out, list(checked.sales)) == (("weather", "region"), ["date", "sales"])


# Problems


def test_all_problems_are_collected_with_line_column_value_and_remedy():
    checked = intake(
        "date,store,price,promo,sales\n"
        "2024-01-01,a,1.5,1,5\n"
        "2024-02-30,a,1.5,1,5\n"
        "2024-01-03,,cheap,maybe,x\n"
        "2024-01-04,a,-1,0,3\n"
        "2924-01-05,a,1,0,3\n"
        "1924-01-05,a,1,0,3\n"
        "2024-01-06,a,1,0,inf\n"
        "2024-01-07,a,1,0,NaN\n"
        ",a,1,0,3\n"
        "2024-01-08,a,1,0\n"
        "2024-01-09,a,,,7\n"
    )
    assert found(checked) == [
        [3, "date", "2024-02-30", "No such date"],
        [4, "store", "", "No store"],
        [4, "price", "cheap", "Not a number"],
        [4, "promo", "maybe", "Not 0 or 1"],
        [4, "sales", "x", "Not a number"],
        [5, "price", "-1", "Price below zero"],
        [6, "date", "2924-01-05", "More than two years ahead"],
        [7, "date", "1924-01-05", "Before 1970"],
        [8, "sales", "inf", "Not a finite number"],
        [9, "sales", "NaN", "Not a number"],
        [10, "date", "", "No date"],
        [11, "", "2024-01-08,a,1,0", "Too few cells"],
    ]
    assert checked.problems["what_to_do"][0] == "Skipped. Correct the date and upload again."
    assert checked.problems["what_to_do"].str.startswith("Skipped.").all()
    assert (checked.rows, checked.dropped, checked.sales["sales"].tolist()) == (11, 9, [5.0, 7.0])


def test_problems_are_offered_only_after_an_explicit_choice():
    checked = intake("date,sales\n2024-01-01,5\n2024-01-02,five\n")
    with pytest.raises(ProblemsFound, match=r'1 of 2 rows cannot be used. line 3, sales: Not a number \("five"\).*--drop-problems') as caught:
        checked.accept(drop_problems=False)
    assert caught.value.problems is checked.problems
    assert checked.accept(drop_problems=True)["sales"].tolist() == [5.0]


def test_without_problems_there_is_nothing_to_choose():
    assert intake("date,sales\n2024-01-01,5\n").accept(drop_problems=False)["sales"].tolist() == [5.0]


@pytest.mark.parametrize("drop", [True, False])
def test_a_file_of_nothing_but_problems_cannot_be_merged(drop):
    checked = intake("date,sales\n2024-01-32,1\n2024-01-02,x\n2024-01-03\n")
    with pytest.raises(ProblemsFound, match=r"^None of the 3 rows can be read, so there is nothing to merge\."):
        checked.accept(drop_problems=drop)


def test_a_file_of_one_row_is_fine():
    assert rows(intake("date,sales\n2024-01-01,5\n").sales) == [["2024-01-01", 5.0]]


def test_plans_reach_two_years_ahead():
    checked = intake("date,price,sales\n2026-11-22,2,5\n2028-11-22,2,\n2028-11-23,2,\n1970-01-01,2,5\n1969-12-31,2,5\n")
    assert found(checked) == [[4, "date", "2028-11-23", "More than two years ahead"], [6, "date", "1969-12-31", "Before 1970"]]


def test_sales_of_a_day_to_come_are_problems_and_plans_are_none():
    checked = intake(
        "date,product,promo,sales\n2026-11-22,Tea,0,5\n2026-11-23,Tea,0,6\n2026-11-24,Tea,0,7\n2028-03-01,Tea,0,0\n2026-11-24,Oil,1,\n2029-01-01,Oil,1,8\n"
    )
    assert found(checked) == [
        [4, "date", "2026-11-24", "Sales of a day to come"],
        [5, "date", "2028-03-01", "Sales of a day to come"],
        [7, "date", "2029-01-01", "More than two years ahead"],
    ]
    assert rows(checked.sales[["date", "sales"]].fillna(-1)) == [["2026-11-24", -1.0], ["2026-11-22", 5.0], ["2026-11-23", 6.0]]


def test_a_mistyped_year_makes_no_day_a_day_without_sales():
    checked = intake("date,promo,sales\n2026-11-20,0,5\n2026-11-21,1,\n2028-11-21,0,6\n")
    assert [row[0] for row in found(checked)] == [4]


def test_rows_that_count_as_a_unit_each_are_sales_of_a_day_to_come_too():
    checked = intake("date,product\n2026-11-22,Tea\n2026-12-24,Tea\n", count_rows=True)
    assert found(checked) == [[3, "date", "2026-12-24", "Sales of a day to come"]]


def test_numbers_that_would_overflow_in_a_sum_are_problems():
    lines = ["1e308", "1.1e308", "1e15", "-1e16", "1e999", "3"]
    checked = intake("date,price,sales\n" + "".join(f"2026-01-0{day},2,{cell}\n" for day, cell in enumerate(lines, 1)) + "2026-01-08,1e16,1\n")
    over = "Over 1,000,000,000,000,000"
    assert [row[0::2] for row in found(checked)] == [[2, "1e308"], [3, "1.1e308"], [5, "-1e16"], [6, "1e999"], [8, "1e16"]]
    assert [row[3] for row in found(checked)] == [over, over, over, "Not a finite number", over]
    assert checked.understood.units == {"read": 1e15 + 3, "kept": 1e15 + 3}


def test_rows_of_one_day_add_up_to_a_number():
    checked = intake("date,product,sales\n2026-01-01,Tea,1e308\n2026-01-01,Tea,1.1e308\n2026-01-02,Tea,1e15\n2026-01-02,Tea,1e15\n", duplicates="sum")
    assert len(checked.problems) == 2
    assert checked.sales["sales"].tolist() == [2e15]


def test_sales_a_thousand_times_the_usual_are_noted():
    [note] = intake("date,product,sales\n" + "".join(f"2026-01-0{day},Tea,{5 if day != 4 else 5000}\n" for day in range(1, 8))).understood.notes
    assert note.endswith("of its series, or more: Tea on 4 Jan 2026, 5,000 units instead of about 5. Correct what is a mistake.")


def test_names_that_differ_in_zeros_are_noted():
    text = "date,product,sales\n2026-01-01,007,1\n2026-01-01,7,1\n2026-01-01,7.0,1\n2026-01-01,70,1\n2026-01-01,A-01,1\n2026-01-01,a-1,1\n"
    checked = intake(text, accept=frozenset({"different-spellings"}))
    assert 'product has names that differ only in zeros: "007", "7", "7.0"; "A-01", "a-1". Each has forecasts of its own.' in checked.understood.notes
    assert not intake("date,product,sales\n2026-01-01,0.5 l,1\n2026-01-01,0.05 l,1\n2026-01-01,10,1\n2026-01-01,1,1\n").understood.notes


YEARS = "Years from all other dates"
JANUARY = "".join(f"2026-01-{day:02},Tea,5\n" for day in range(1, 31))


def test_days_years_from_all_others_are_problems():
    checked = intake(f"date,product,sales\n1970-01-01,Tea,5\n1970-01-01,Oil,6\n{JANUARY}2016-01-31,Tea,5\n2001-01-01,Tea,x\n")
    assert found(checked) == [
        [2, "date", "1970-01-01", YEARS],
        [3, "date", "1970-01-01", YEARS],
        [34, "date", "2016-01-31", YEARS],
        [35, "date", "2001-01-01", YEARS],
        [35, "sales", "x", "Not a number"],
    ]
    assert checked.understood.first == pd.Timestamp("2026-01-01")


def test_an_old_history_and_a_shop_that_was_closed_are_no_problems():
    old = "".join(f"2001-02-{day:02},Tea,5\n" for day in range(1, 8))
    assert not found(intake(f"date,product,sales\n{old}{JANUARY}"))
    assert not found(intake(f"date,product,sales\n2023-12-31,Tea,5\n{JANUARY}"))


def test_days_are_held_against_the_saved_ones_too():
    read, saved = table("date,sales\n1970-01-01,5\n2026-06-30,5\n"), np.arange("2025-01-01", "2026-06-30", dtype="datetime64[D]")
    assert found(check(read, guess_mapping(read), today=TODAY, saved=saved)) == [[2, "date", "1970-01-01", YEARS]]
    assert not found(check(read, guess_mapping(read), today=TODAY))


def test_a_shop_may_open_again_after_years():
    read, saved = table("date,sales\n2026-11-20,5\n"), np.arange("2015-01-01", "2016-06-30", dtype="datetime64[D]")
    assert not found(check(read, guess_mapping(read), today=TODAY, saved=saved))


def test_empty_sales_are_plans_after_the_last_sales_and_problems_before():
    checked = intake("date,promo,sales\n2024-01-01,0,5\n2024-01-02,1,\n2024-01-03,0,6\n2024-01-04,1,\n2024-01-05,,\n")
    assert found(checked) == [[3, "sales", "", "No sales"], [6, "sales", "", "No sales"]]
    assert checked.sales["promo"].tolist() == [0.0, 0.0, 1.0]
    assert np.array_equal(checked.sales["sales"], [5, 6, np.nan], equal_nan=True)


def test_empty_sales_without_any_driver_are_problems():
    assert found(intake("date,sales\n2024-01-01,5\n2024-01-02,\n")) == [[3, "sales", "", "No sales"]]


@pytest.mark.parametrize(("yes", "no"), [("1", "0"), ("true", "False"), ("Yes", "no"), ("ja", "nein"), ("1.0", "0.0")])
def test_promotions_and_opening_are_yes_or_no_or_empty(yes, no):
    sales = intake(f"date,promo,open,sales\n2024-01-01,{yes},{no},0\n2024-01-02,{no},{yes},6\n2024-01-03,,NA,6\n").sales
    assert np.array_equal(sales[["promo", "open"]], [[1, 0], [0, 1], [np.nan, np.nan]], equal_nan=True)


# Rows of one key and day


DAILY = "date,sku,sales\n" + "".join(f"2024-01-{day:02d},{sku},{day % 6}\n" for day in range(1, 11) for sku in "ab")


def test_a_few_rows_that_meet_are_asked_about_with_the_units_of_each_answer():
    text = f"{DAILY}2024-01-05,a,7\n"
    assert questions(intake(text)) == {"duplicates": [("sum", 57.0), ("last", 52.0)]}
    with pytest.raises(QuestionsOpen, match=r"2 rows have the day and the product of another row.*\n  --duplicates sum ") as caught:
        intake(text).accept()
    assert caught.value.understood["questions"][0]["choices"][1]["flag"] == "--duplicates last"
    assert intake(text, duplicates="sum").accept()["sales"].sum() == 57
    assert intake(text, duplicates="last").accept()["sales"].sum() == 52


def test_of_copies_one_is_the_likelier_answer():
    assert questions(intake(f"{DAILY}2024-01-05,a,5\n2024-01-06,b,0\n")) == {"duplicates": [("last", 50.0), ("sum", 55.0)]}


@pytest.mark.parametrize("header", ["InvoiceNo,date,sku,sales", "Kassenbon-Nr.,date,sku,sales", "time,date,sku,sales", "伝票番号,date,sku,sales"])
def test_rows_of_receipts_are_added_up_equal_ones_too(header):
    lines = ["1,2024-01-01,a,5", "1,2024-01-01,a,5", "2,2024-01-01,b,5", "3,2024-01-02,a,1"]
    checked = intake("\n".join([header, *lines]))
    assert rows(checked.accept()) == [["2024-01-01", "a", 10.0], ["2024-01-02", "a", 1.0], ["2024-01-01", "b", 5.0]]
    assert checked.understood.units == {"read": 16.0, "kept": 16.0}
    assert "4 rows became 3, one a day for each series: rows of one day were added up" in checked.understood.notes[0]


def test_a_file_in_which_most_rows_meet_is_one_of_receipts():
    checked = intake("date,sku,sales\n" + "2024-01-01,a,1\n" * 5 + "2024-01-02,a,3\n")
    assert (rows(checked.accept()), checked.understood.duplicates) == ([["2024-01-01", "a", 5.0], ["2024-01-02", "a", 3.0]], "sum")


def test_what_a_person_says_of_rows_that_meet_holds_for_receipts_too():
    text = "date,sku,sales\n2024-01-01,a,5\n2024-01-01,a,3\n2024-01-01,b,1\n2024-01-01,a,2\n"
    assert rows(intake(text, duplicates="last").accept()) == [["2024-01-01", "a", 2.0], ["2024-01-01", "b", 1.0]]
    assert rows(intake(text, duplicates="sum").accept()) == [["2024-01-01", "a", 10.0], ["2024-01-01", "b", 1.0]]


def test_receipts_of_several_times_of_a_day_are_summed():
    text = "date,sales\n2024-01-01 09:00,1\n2024-01-01 10:00,1\n2024-01-02 09:00,4\n"
    assert rows(intake(text).accept()) == [["2024-01-01", 2.0], ["2024-01-02", 4.0]]


def test_a_correction_keeps_the_cells_that_it_leaves_empty():
    assert rows(intake("date,price,sales\n2024-01-01,2.5,5\n2024-01-01,,6\n", duplicates="last").sales) == [["2024-01-01", 2.5, 6.0]]


def test_sales_are_sorted_by_keys_then_day():
    sales = intake("date,store,product_id,sales\n2024-01-02,b,x,1\n2024-01-01,b,x,2\n2024-01-01,a,y,3\n2024-01-01,a,x,4\n").sales
    assert sales["sales"].tolist() == [4, 2, 1, 3]
    assert list(sales) == ["date", "product_id", "store", "sales"]


def test_columns_have_the_types_of_the_sales_table():
    sales = intake("date,store,category,price,sales\n2024-01-01,a,,1,2\n2024-01-02,a,k,1,2\n").sales
    assert [str(kind) for kind in sales.dtypes] == ["datetime64[us]", "str", "str", "float64", "float64"]
    assert sales["category"].isna().tolist() == [True, False]


# Texts


def test_key_texts_keep_zeros_and_markup_and_lose_outer_spaces():
    texts = ["00123", "=1+1", "<b>x</b>", "NaN", "NA", "7.0", "é"]
    sales = intake("date,sku,sales\n" + "".join(f"2024-01-01,  {text} ,1\n" for text in texts)).sales
    assert sales["product_id"].tolist() == sorted(texts)


def test_an_apostrophe_that_keeps_a_text_from_running_is_not_part_of_a_key():
    text = "date,product_id,store,category,sales\n2026-01-01,'=A1,' -1,'+x,1\n2026-01-02,=A1,-1,+x,2\n2026-01-02,Baker's,'tis,'x,2\n"
    sales = intake(text).sales
    assert sales[["product_id", "store", "category"]].drop_duplicates().values.tolist() == [["=A1", "-1", "+x"], ["Baker's", "'tis", "'x"]]


def test_numbers_of_a_workbook_are_keys_without_a_decimal_point():
    file = io.BytesIO()
    pd.DataFrame({"date": pd.to_datetime(["2024-01-01"] * 2), "sku": [7, 8.5], "sales": [1, 2]}).to_excel(file, index=False)
    read = read_table(file.getvalue(), "a.xlsx")
    assert rows(check(read, guess_mapping(read), today=TODAY).sales) == [["2024-01-01", "7", 1.0], ["2024-01-01", "8.5", 2.0]]


def test_day_numbers_of_a_workbook_are_days():
    file = io.BytesIO()
    pd.DataFrame({"date": [45292, 45293], "sales": [1, 2]}).to_excel(file, index=False)
    read = read_table(file.getvalue(), "a.xlsx")
    assert rows(check(read, guess_mapping(read), today=TODAY).sales) == [["2024-01-01", 1.0], ["2024-01-02", 2.0]]


def test_csv_gzip_workbook_and_parquet_of_the_same_sales_are_the_same():
    frame = pd.DataFrame(
        {"date": pd.date_range("2024-01-01", periods=3), "store": ["b", "a", "a"], "price": [1.234, np.nan, 3], "sales": [1.234, 2, 3.5]}
    )
    book, columns = io.BytesIO(), io.BytesIO()
    frame.to_excel(book, index=False)
    frame.to_parquet(columns, index=False)
    text = frame.to_csv(index=False).encode()
    made = []
    for content in (text, gzip.compress(text), book.getvalue(), columns.getvalue()):
        read = read_table(content, "sales")
        made.append(check(read, guess_mapping(read), today=TODAY))
    for checked in made:
        pd.testing.assert_frame_equal(checked.sales, made[0].sales)
        assert found(checked) == []


# Dates

SAME = np.datetime64("2024-12-31")


@pytest.mark.parametrize(
    "text",
    [
        "2024-12-31",
        "2024/12/31",
        "2024-12-31 23:59:59",
        "2024-12-31T23:30:00.123456+01:00",
        "2024-12-31T00:30:00Z",
        "20241231",
        "31.12.2024",
        "31. 12. 2024",
        "31/12/2024",
        "12/31/2024",
        "12/31/2024 11:59 PM",
        "31-12-2024",
        "31 Dec 2024",
        "31-Dec-24",
        "Dec 31, 2024",
        "December 31st, 2024",
        "31. Dezember 2024",
        "31 déc. 2024",
        "31 dicembre 2024",
        "Tue 31 Dec 2024",
        " 2024-12-31 ",
    ],
)
def test_a_day_is_read_in_many_formats(text):
    assert parse_days(pa.array([text]), column="date").tolist() == [SAME.item()]


@pytest.mark.parametrize(
    "text", ["", "2024-02-30", "31.02.2024", "2024-13-01", "0000-00-00", "x", "12", "1234", "45000", "31 Foo 2024", "2024-12-31 x", "99999999"]
)
def test_what_is_no_day_is_not_a_time(text):
    assert np.isnat(parse_days(pa.array([text]), column="date")).all()


@pytest.mark.parametrize(
    ("texts", "days"),
    [
        (["2023-01", "2023/12"], [date(2023, 1, 1), date(2023, 12, 1)]),
        (["01/2023", "12/2023"], [date(2023, 1, 1), date(2023, 12, 1)]),
        (["Jan 2023", "Dez. 2023", "May-23", "2023 Feb"], [date(2023, 1, 1), date(2023, 12, 1), date(2023, 5, 1), date(2023, 2, 1)]),
        (["2026-W01", "2020W53", "2021-w1"], [date(2025, 12, 29), date(2020, 12, 28), date(2021, 1, 4)]),
        (["2024-W53", "2024-W00", "2023-13", "1.2023"], [None] * 4),
    ],
)
def test_whole_months_and_weeks_stand_for_their_first_days(texts, days):
    assert parse_days(pa.array(texts), column="date").tolist() == days


def test_a_month_among_days_is_no_day():
    assert parse_days(pa.array(["2023-01-05", "2023-02"]), column="date").tolist() == [date(2023, 1, 5), None]


def test_dates_that_can_be_read_two_ways_are_asked_about():
    text = "date,sales\n03/04/2024,5\n05/06/2024,5\n07/07/2024,5\n"
    with pytest.raises(QuestionsOpen, match="is 03/04/2024 3 April 2024 or 4 March 2024") as caught:
        intake(text)
    (question,) = caught.value.understood["questions"]
    assert [choice["flag"] for choice in question["choices"]] == ["--day-first", "--month-first"]
    assert [row[0] for row in rows(intake(text, date_order="day").sales)] == ["2024-04-03", "2024-06-05", "2024-07-07"]
    assert [row[0] for row in rows(intake(text, date_order="month").sales)] == ["2024-03-04", "2024-05-06", "2024-07-07"]


def test_one_row_settles_the_order_for_all():
    assert [row[0] for row in rows(intake("date,sales\n03/04/2024,5\n31/12/2024,5\n").sales)] == ["2024-04-03", "2024-12-31"]
    assert [row[0] for row in rows(intake("date,sales\n03/04/2024,5\n12/31/2024,5\n").sales)] == ["2024-03-04", "2024-12-31"]


def test_as_much_for_one_order_as_for_the_other_is_asked_about():
    with pytest.raises(QuestionsOpen):
        intake("date,sales\n03/04/2024,5\n31/12/2024,5\n12/31/2024,5\n")


def test_dates_that_are_the_same_both_ways_need_no_answer():
    assert [row[0] for row in rows(intake("date,sales\n05/05/2024,5\n07/07/2024,5\n").sales)] == ["2024-05-05", "2024-07-07"]


def test_dots_mean_day_first():
    assert [row[0] for row in rows(intake("date;sales\n03.04.2024;5\n").sales)] == ["2024-04-03"]


@given(
    st.lists(st.dates(date(1970, 1, 1), date(2028, 1, 1)), min_size=1, unique=True),
    st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%Y%m%d", "%d %B %Y", "%d-%m-%y"]),
)
def test_days_come_back_from_how_they_were_written(days, form):
    days = [day for day in days if day.year >= 2000] if form.endswith("%y") else days
    if days:
        day_first = form.startswith("%d")
        texts = pa.array(sorted({day.strftime(form) for day in days}))
        assert set(parse_days(texts, column="date", day_first=day_first).tolist()) == set(days)


# Names


def test_a_line_break_or_too_many_characters_make_no_name():
    names = ['"Rye\nbread",Food', 'Tea,"a\rb"', "Tea\u2028x,Food", f"{'x' * 256},Food", f"{'x' * 255},Food", '"Tea\n",Food']
    checked = intake("date,product,category,sales\n" + "".join(f"2026-01-0{day},{cells},1\n" for day, cells in enumerate(names, 1)))
    assert [(row[1], row[3]) for row in found(checked)] == [
        ("product", "A line break in the product"),
        ("category", "A line break in the category"),
        ("product", "A line break in the product"),
        ("product", "Longer than 255 characters"),
    ]
    assert checked.sales["product_id"].tolist() == ["Tea", "x" * 255]


UNCLOSED = "Unclosed quotation mark"


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ('date,product,sales\n2026-01-01,"Bread,1\n2026-01-02,Milk",2\n2026-01-03,Tea,4\n', "product"),
        ('date,product,sales\r\n2026-01-01,"Bread,1\r\n2026-01-02,Milk,3\r\n2026-01-02,"Oil",2\r\n2026-01-03,Tea,4\r\n', "product"),
        ('product;date;sales\n"Bread;2.1.2026;1\nMilk";12.1.2026;2\nTea;13.1.2026;4\n', "product"),
        ('date,product,sales,note\n2026-01-01,Bread,1,"5"" pan\n2026-01-02,Milk,3,\n2026-01-02,Oil,2,"ok\n2026-01-03,Tea,4,ok\n', "note"),
        ('date,sales,product\n2026-01-01,"1,Bread\n2026-01-02,2",Milk\n2026-01-03,4,Tea\n', "sales"),
    ],
)
def test_lines_that_an_unclosed_quotation_mark_swallowed_are_named(text, column):
    checked = intake(text)
    assert [row[1::2] for row in found(checked)] == [[column, UNCLOSED]]
    assert checked.sales["product_id"].tolist() == ["Tea"]


def test_a_note_of_several_lines_is_no_unclosed_quotation_mark():
    note = '"2026-01-02, called: Bread, Milk\n2026-01-03, nobody there"'
    assert not found(intake(f"date,product,sales,note\n2026-01-01,Bread,1,{note}\n2026-01-02,Milk,3,ok\n"))


def test_problems_show_signs_that_nobody_sees():
    with pytest.raises(ProblemsFound, match=r'line 2, product: A line break in the product \("Rye\\u000a\\u202ebread"\)'):
        intake('date,product,sales\n2026-01-01,"Rye\n\u202ebread",1\n2026-01-02,Tea,1\n').accept()


def test_names_in_either_form_of_unicode_are_one():
    for name in ("Cafe\u0301", "Caf\u00e9"):
        assert intake(f"date,product,sales\n2026-01-01,{name},1\n").sales["product_id"].tolist() == ["Caf\u00e9"]


def test_columns_in_either_form_of_unicode_are_found():
    composed, parted = "St\u00fcck", "Stu\u0308ck"
    for header, asked in ((composed, parted), (parted, composed)):
        checked = intake(
            f"date,{header},Status\n2026-01-01,1,nul\n2026-01-02,2,{header}\n", {"date": "date", "sales": asked}, leave_out=(("Status", asked),)
        )
        assert checked.sales["sales"].tolist() == [1]


# Numbers


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1", "20", "-3"], [1, 20, -3]),
        (["1.5", "0.25", "1e3", "1E-2", ".5", "5."], [1.5, 0.25, 1000, 0.01, 0.5, 5]),
        (["1,5", "2"], [1.5, 2]),
        (["1.234,5", "1.234", "950"], [1234.5, 1234, 950]),
        (["1,234.5", "1,234", "950"], [1234.5, 1234, 950]),
        (["1.234.567"], [1234567]),
        (["1,234,567"], [1234567]),
        (["1 234,50", "1\u00a0234\u202f567,8", "5,1"], [1234.5, 1234567.8, 5.1]),
        (["1'234.50", "1\u2019234.50"], [1234.5, 1234.5]),
        (["€ 5.00", "5.00 €", "$1,234.50", "-$5.25", "5.10 EUR"], [5, 5, 1234.5, -5.25, 5.1]),
        (["(5)", "5-", "\u22125"], [-5, -5, -5]),
        (["inf", "-Infinity"], [math.inf, -math.inf]),
        (["0.350", "1.234"], [0.35, 1.234]),
        (["x", "", "nan", ".", "1.2.3", "1 2", "12,34,56", "=1+1", "5 %", "1e", "--5"], [math.nan] * 11),
    ],
)
def test_numbers_are_read_by_what_their_column_proves(texts, expected):
    column = pa.array(texts)
    assert np.array_equal(parse_numbers(column, decimal_of(column) or "."), expected, equal_nan=True)


@given(st.lists(st.floats(0, 1e9).map(lambda value: round(value, 2)), min_size=1), st.booleans())
def test_numbers_come_back_from_how_they_were_written(values, comma):
    texts = [f"{value:,.2f}" for value in values]
    if comma:
        texts = [text.translate(str.maketrans(",.", ".,")) for text in texts]
    column = pa.array(texts)
    mark = decimal_of(column)
    assert mark == ("," if comma else ".")
    assert parse_numbers(column, mark).tolist() == values


# Anything


@pytest.mark.slow
@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8), min_size=3, max_size=3), min_size=1, max_size=8))
def test_any_text_gives_clean_sales_or_problems(cells):
    text = pd.DataFrame(cells, columns=["date", "store", "sales"]).to_csv(index=False)
    try:
        checked = intake(text, {"date": "date", "store": "store", "sales": "sales"}, date_order="day", duplicates="last")
    except InputError:
        return
    sold = checked.sales["sales"]
    assert ((sold >= 0) & np.isfinite(sold)).all()
    assert checked.understood.rows["used"] + checked.dropped == checked.rows
    assert len(checked.sales) <= checked.understood.rows["used"]
