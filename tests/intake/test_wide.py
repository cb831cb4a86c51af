"""Files whose days, weeks, months or products run across in columns, and files whose dates stand in several columns."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.core import schema
from forecasting.core.errors import InputError, QuestionsOpen, UnreadableFile
from forecasting.intake import sales_file, wide
from forecasting.intake.answers import Answers
from forecasting.intake.reader import read_table
from forecasting.intake.sales_file import Intake

TODAY = date(2026, 11, 29)
START = {"start_date": date(2026, 3, 1)}


def intake(text: str, **said: object) -> Intake:
    answers = Answers(**said)  # type: ignore[arg-type]
    table = read_table(text.encode(), "sales.csv", answers)
    return sales_file.check(table, sales_file.guess_mapping(table), answers, today=TODAY)


def sold(read: Intake) -> dict[tuple[str, str], float]:
    """Units by product and day."""
    rows = read.sales
    return {(str(row[schema.PRODUCT]), f"{row[schema.DATE]:%Y-%m-%d}"): float(row[schema.SALES]) for row in rows.to_dict("records")}


UNFOLDED = {
    "days": ("Product,2026-03-01,2026-03-02,2026-03-03\nTea,1,2,3\nMilk,4,,6\n", {}, "2026-03-01 2026-03-02 2026-03-03"),
    "days by number": ("item_id,d_1,d_2,d_3\nTea,1,2,3\nMilk,4,,6\n", START, "2026-03-01 2026-03-02 2026-03-03"),
    "days by number with a gap": ("item_id,d_1,d_2,d_4\nTea,1,2,3\nMilk,4,,6\n", START, "2026-03-01 2026-03-02 2026-03-04"),
    "months and their sum": ("Product,Jan-24,Feb-24,Mar-24,Total\nTea,1,2,3,6\nMilk,4,,6,10\n", {}, "2024-01-01 2024-02-01 2024-03-01"),
    "months over new year": ("Artikel;Nov;Dez;Jan\nTea;1;2;3\nMilk;4;;6\n", {"start_date": date(2025, 11, 1)}, "2025-11-01 2025-12-01 2026-01-01"),
    "weeks below a title": ("Sales 2026\n\nProduct,W9,W10,W11\nTea,1,2,3\nMilk,4,,6\n", START, "2026-03-01 2026-03-08 2026-03-15"),
    "ISO weeks": ("Product,2026-W01,2026-W02,2026-W03\nTea,1,2,3\nMilk,4,,6\n", {}, "2025-12-29 2026-01-05 2026-01-12"),
}


@pytest.mark.parametrize("case", UNFOLDED)
def test_each_cell_of_a_wide_file_becomes_a_row_of_its_period(case):
    text, said, days = UNFOLDED[case]
    read = intake(text, **said)
    first, second, third = days.split()
    assert sold(read) == {("Tea", first): 1, ("Tea", second): 2, ("Tea", third): 3, ("Milk", first): 4, ("Milk", third): 6}
    assert read.understood.read.layout == "wide"
    assert not read.understood.questions
    assert "1 empty cell left out" in " ".join(read.understood.notes)


MONDAY = "2026-03-02 2026-03-03 2026-03-04 2026-03-05 2026-03-07"
WEEKDAYS = {
    "with its Monday": ("Week,Product,Mon,Tue,Wed,Thu,Fri,Sat,Sun,Total\n2026-03-02,Tea,1,2,3,4,,5,,15\n", MONDAY),
    "with its last day": ("Woche bis;Artikel;So;Mo;Di;Mi;Do;Fr;Sa\n07.03.2026;Tea;;1;2;3;4;;5\n", MONDAY),
    "by its number": ("Semaine,Produit,lun.,mar.,mer.,jeu.,ven.,sam.\n2026-W10,Tea,1,2,3,4,,5\n", MONDAY),
    "in two columns": ("Year,Week,Product,Mon,Tue,Wed,Thu,Sat\n2026,10,Tea,1,2,3,4,5\n", MONDAY),
}


@pytest.mark.parametrize("case", WEEKDAYS)
def test_the_days_of_a_week_across_become_rows_of_their_days(case):
    text, days = WEEKDAYS[case]
    read = intake(text)
    assert sold(read) == {("Tea", day): float(place + 1) for place, day in enumerate(days.split())}
    assert any(note.startswith("The days of the week run across (") for note in read.understood.notes)


@pytest.mark.parametrize("week", ["Nº 5", "01/04/2024"])
def test_days_of_a_week_that_is_not_known_for_sure_are_refused_by_name(week):
    with pytest.raises(UnreadableFile, match=r'has the days of the week across \("Mon" to "Fri"\), and no column says for sure which week'):
        intake(f"Week,Product,Mon,Tue,Wed,Thu,Fri\n{week},Tea,1,2,3,4,5\n")


def test_problems_name_the_line_of_the_file():
    read = intake("Product,2026-03-01,2026-03-02,2026-03-03\nTea,1,2,3\nMilk,4,many,6\n")
    assert read.problems[["line", "value"]].to_numpy().tolist() == [[3, "many"]]


def test_columns_that_count_ask_for_their_first_day_so_that_the_last_is_over():
    with pytest.raises(QuestionsOpen, match=r"On which day does d_1 begin\? --start-date YYYY-MM-DD") as asked:
        intake("Product,d_1,d_2,d_3\nTea,1,2,3\n")
    assert asked.value.questions[0].choices[0].answer == {"start_date": date(2026, 11, 26)}


REFUSED = {
    "years": ("Product,2022,2023,2024\nTea,1,2,3\n", UnreadableFile, "The years run across in columns 2 to 4"),
    "quarters": ("Product,Q1 2024,Q2 2024,Q3 2024\nTea,1,2,3\n", InputError, "quarters are not supported"),
    "periods": ("Product,P1,P2,P3\nTea,1,2,3\n", UnreadableFile, "The periods run across"),
    "units and money": (
        "Product,Jan-26,Feb-26,Mar-26,Jan-26,Feb-26,Mar-26\nTea,1,2,3,10,20,30\n",
        UnreadableFile,
        r"some of them twice \(Jan-26 \(2\), Feb-26 \(2\), Mar-26 \(2\)\)",
    ),
    "dates in the rows too": ("Date,Product,d_1,d_2,d_3\n2026-03-01,Tea,1,2,3\n", UnreadableFile, "and Date has dates as well"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_wide_files_of_which_the_days_are_not_known_are_refused_by_name(case):
    text, kind, said = REFUSED[case]
    with pytest.raises(kind, match=said):
        intake(text)


def test_a_wide_file_of_too_many_cells_is_refused_before_it_is_unfolded(monkeypatch):
    monkeypatch.setattr(wide, "MAX_ROWS", 5)
    with pytest.raises(UnreadableFile, match="6 cells, and 5 is the limit"):
        intake("Product,d_1,d_2,d_3\nTea,1,2,3\nMilk,1,2,3\n")


def test_rows_of_units_beside_rows_of_money_are_asked_about():
    read = intake("Product,Measure,Jan-26,Feb-26,Mar-26\nTea,Units,1,2,3\nTea,Revenue,10,20,30\n")
    assert "differ in Measure" in read.understood.questions[0].text


def test_stock_with_periods_across_is_refused():
    with pytest.raises(UnreadableFile, match="is a wide table"):
        read_table(b"Product,d_1,d_2,d_3\nTea,1,2,3\n", "stock.csv", contents="stock")


@settings(max_examples=25)
@given(
    st.lists(st.lists(st.one_of(st.none(), st.integers(0, 999)), min_size=3, max_size=6), min_size=1, max_size=5).filter(
        lambda rows: any(cell is not None for row in rows for cell in row)
    )
)
def test_unfolding_is_the_same_as_pandas_melt(rows):
    width = min(map(len, rows))
    names = [f"2026-03-{day:02d}" for day in range(1, width + 1)]
    frame = pd.DataFrame([[f"P{place}", *row[:width]] for place, row in enumerate(rows)], columns=["Product", *names])
    if frame[names].isna().all().all():
        return
    melted = frame.melt("Product").dropna()
    wanted = {(row["Product"], row["variable"]): float(row["value"]) for row in melted.to_dict("records")}
    assert sold(intake(frame.to_csv(index=False))) == wanted


def test_products_side_by_side_are_unfolded_where_a_person_says_so():
    text = "Date,Tea,Milk,Hour\n2026-03-01,1,2,9\n2026-03-02,3,,9\n"
    with pytest.raises(QuestionsOpen, match="Tea, Milk are 2 products side by side") as asked:
        intake(text)
    assert asked.value.questions[0].choices[0].answer == {"accept": ["products-across"]}
    read = intake(text, accept=frozenset({"products-across"}))
    assert sold(read) == {("Tea", "2026-03-01"): 1, ("Tea", "2026-03-02"): 3, ("Milk", "2026-03-01"): 2}
    again = sales_file.check(read_table(text.encode(), "sales.csv"), read.mapping, read.answers, today=TODAY)
    assert sold(again) == sold(read)


def test_a_sum_of_columns_is_asked_about():
    text = "Date,Tea,Milk,Units\n2026-03-01,1,2,3\n2026-03-02,3,4,7\n"
    [question] = intake(text).understood.questions
    assert question.text == "Units adds up Tea, Milk. Are these 2 products, each with sales of its own?"
    assert len(sold(intake(text, accept=frozenset({"products-across"})))) == 4
    assert intake(text, accept=frozenset({"one-product"})).understood.questions == ()
    assert intake(text.replace("2,3\n", "2,4\n")).understood.questions == ()


PARTS = {
    "year and month": ("Year,Month,Product,Units\n2026,1,Tea,5\n2026,2,Tea,7\n2026,3,Tea,8\n", "2026-01-01 2026-02-01 2026-03-01"),
    "year and a month's name": (
        "Jahr;Monat;Artikel;Menge\n2026;Januar;Tea;5\n2026;Februar;Tea;7\n2026;März;Tea;8\n",
        "2026-01-01 2026-02-01 2026-03-01",
    ),
    "year and week": ("Year,Week,Product,Units\n2026,1,Tea,5\n2026,2,Tea,7\n2026,3,Tea,8\n", "2025-12-29 2026-01-05 2026-01-12"),
    "year, month and day": ("Year,Month,Day,Product,Units\n2026,1,5,Tea,5\n2026,1,6,Tea,7\n2026,2,7,Tea,8\n", "2026-01-05 2026-01-06 2026-02-07"),
    "weekdays beside them": (
        "Year,Month,Day,Product,Units\n2026,1,Mon,Tea,5\n2026,2,Tue,Tea,7\n2026,3,Wed,Tea,8\n",
        "2026-01-01 2026-02-01 2026-03-01",
    ),
}


@pytest.mark.parametrize("case", PARTS)
def test_dates_in_parts_are_joined(case):
    text, days = PARTS[case]
    read = intake(text)
    assert list(sold(read)) == [("Tea", day) for day in days.split()]
    assert any(note.endswith("together are the date.") for note in read.understood.notes)


def test_a_part_that_is_none_is_named_with_its_line():
    read = intake("Year,Month,Product,Units\n2026,13,Tea,5\n2026,2,Tea,7\n2026,3,Tea,8\n")
    assert read.problems[["line", "value", "problem"]].to_numpy().tolist() == [[2, "13 2026", "No such date"]]


def test_parts_beside_a_date_are_left_alone():
    read = intake("Date,Year,Month,Product,Units\n2026-03-01,2026,3,Tea,5\n2026-03-02,2026,3,Tea,7\n")
    assert read.mapping[schema.DATE] == "Date"
    assert not read.understood.notes


def test_weeks_without_a_year_are_counted_from_a_first_day():
    text = "Week,Product,Units\nWeek 1,Tea,5\nWeek 2,Tea,7\nWeek 3,Tea,8\n"
    with pytest.raises(QuestionsOpen, match="On which day does Week 1 begin"):
        intake(text)
    assert list(sold(intake(text, start_date=date(2026, 1, 5)))) == [("Tea", day) for day in ("2026-01-05", "2026-01-12", "2026-01-19")]


def test_a_file_that_was_merged_is_not_asked_about_again():
    read = intake("Date,Tea,Milk,Units\n2026-03-01,1,2,3\n2026-03-02,3,4,7\n")
    assert read.understood.questions
    assert read.accept(again=True)[schema.SALES].tolist() == [3, 7]
