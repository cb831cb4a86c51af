"""Dates of whole files: what a person is asked about them, and what the answers do."""

from __future__ import annotations

import io
from datetime import date

import pandas as pd
import pytest
import xlsxwriter

from forecasting.core.errors import InputError, QuestionsOpen
from forecasting.intake.answers import Answers
from forecasting.intake.reader import read_table
from forecasting.intake.sales_file import check, guess_mapping

TODAY = date(2026, 11, 22)
SPRING = pd.date_range("2026-03-01", "2026-05-31").date


def sold_on(table, **answers):
    checked = check(table, guess_mapping(table), Answers(**answers), today=TODAY)
    return checked.sales["date"].dt.date.tolist(), checked


def of_texts(*texts):
    return read_table("\n".join(["date;sales", *(f"{text};{number}" for number, text in enumerate(texts, 1))]).encode(), "sales.csv")


def workbook(cells):
    """A workbook with real dates and texts in one column."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet, style = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["date", "sales"])
        for row, cell in enumerate(cells, 1):
            sheet.write_datetime(row, 0, cell, style) if isinstance(cell, date) else sheet.write_string(row, 0, cell)
            sheet.write_number(row, 1, row)
    return read_table(content.getvalue(), "sales.xlsx")


def question(table, **answers):
    with pytest.raises(QuestionsOpen) as asked:
        sold_on(table, **answers)
    return asked.value.understood["questions"][0]


def test_days_that_a_spreadsheet_swapped_are_asked_about_and_swapped_back():
    swapped = workbook([day.replace(month=day.day, day=day.month) if day.day <= 12 else f"{day:%d/%m/%Y}" for day in SPRING])
    asked = question(swapped)
    assert asked["kind"] == "dates"
    assert [choice["flag"] for choice in asked["choices"]] == ["--day-first", "--accept dates"]
    assert "2026-01-03 is 1 March 2026" in asked["choices"][0]["text"]
    days, checked = sold_on(swapped, date_order="day")
    assert days == list(SPRING)
    assert checked.understood.notes == ("Day and month of 33 dates in date were swapped back: 2026-01-03 is 1 March 2026.",)
    assert sold_on(swapped, accept=frozenset({"dates"}))[0][0] == date(2026, 1, 3)


def test_real_dates_and_texts_that_were_not_swapped_are_read_as_they_are():
    mixed = workbook([day if day.day <= 12 else f"{day:%d-%m-%Y}" for day in SPRING])
    for order in (None, "day"):
        assert sold_on(mixed, date_order=order)[0] == list(SPRING)


def test_dates_without_a_year_ask_for_the_first_day():
    asked = question(of_texts("30-Dec", "31-Dec", "1-Jan"))
    assert (asked["kind"], [choice["flag"] for choice in asked["choices"]]) == ("year", ["--start-date 2025-12-30", "--start-date 2024-12-30"])
    assert asked["choices"][0]["text"] == "The sales run from 30 December 2025 to 1 January 2026"
    assert sold_on(of_texts("30-Dec", "31-Dec", "1-Jan"), start_date=date(2025, 12, 1))[0] == [
        date(2025, 12, 30),
        date(2025, 12, 31),
        date(2026, 1, 1),
    ]


def test_rows_that_run_through_the_calendar_twice_need_their_years():
    with pytest.raises(InputError, match="run through the calendar more than once"):
        sold_on(of_texts("1-Jan", "30-Jun", "30-Dec", "2-Jan"), start_date=date(2025, 1, 1))


SHORT_YEARS = {
    "Thai": ([f"{day:%d/%m}/69" for day in SPRING], [("--accept thai-years", "01/03/69 is in 2569, which is 2026")], "thai-years", SPRING[0]),
    "Thai, year first": ([f"69-{day:%m-%d}" for day in SPRING], [("--accept thai-years", "69-03-01 is in 2569")], "thai-years", SPRING[0]),
    "Thai, by name, with times": (
        [f"{day} มี.ค. 69 14:05" for day in range(1, 29)],
        [("--accept thai-years", "is in 2569")],
        "thai-years",
        date(2026, 3, 1),
    ),
    "Persian": (
        [f"04/{month:02d}/{day:02d}" for month in (2, 3) for day in range(1, 32)],
        [("--accept persian-years", "04/02/01 is in 1404, which began in March 2025"), ("--accept western-years", "04/02/01 is in 2004")],
        "persian-years",
        date(2025, 4, 21),
    ),
    "Persian, once more": ([f"04/03/{day:02d}" for day in range(1, 32)], [("", ""), ("", "")], "western-years", date(2004, 3, 1)),
}


@pytest.mark.parametrize("case", SHORT_YEARS)
def test_years_of_two_digits_that_are_those_of_now_in_another_calendar_are_asked_about(case):
    texts, choices, said, first = SHORT_YEARS[case]
    asked = question(of_texts(*texts))
    assert (asked["kind"], len(asked["choices"])) == ("years", len(choices))
    for shown, (flag, meaning) in zip(asked["choices"], choices, strict=True):
        assert flag in shown["flag"]
        assert meaning in shown["text"]
    days, checked = sold_on(of_texts(*texts), accept=frozenset({said}))
    assert (days[0], len(days), len(checked.problems)) == (first, len(texts), 0)


@pytest.mark.parametrize("texts", [[f"{day:%d/%m/%y}" for day in SPRING], [f"{day:%d.%m}.04" for day in SPRING], ["01/03/80", "31/03/80"]])
def test_other_years_of_two_digits_are_not_asked_about(texts):
    assert sold_on(of_texts(*texts), accept=frozenset({"running-total"}))[1].understood.questions == ()


def test_a_day_that_the_persian_calendar_does_not_have_is_named_as_such():
    _, checked = sold_on(of_texts("1404/12/01", "1404/12/30"))
    assert checked.problems["problem"].tolist() == ["No such date in the Persian calendar"]
