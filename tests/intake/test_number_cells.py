"""Numbers as shops' systems write them into single cells."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from forecasting.intake.answers import Answers
from forecasting.intake.cell_units import without_units
from forecasting.intake.number_formats import decimal_of, parse_numbers
from forecasting.intake.reader import read_table
from forecasting.intake.sales_file import check, guess_mapping

TODAY = date(2026, 11, 22)


def intake(text, answers=None):
    read = read_table(text.encode(), "sales.csv")
    return check(read, guess_mapping(read), answers or Answers(), today=TODAY)


def of_sales(*cells, header="date,sales", sep=","):
    days = [f"2024-01-{day:02}{sep}{cell}" for day, cell in enumerate(cells, 1)]
    return "\n".join([header.replace(",", sep), *days]) + "\n"


def sold(text, answers=None):
    return intake(text, answers).sales["sales"].tolist()


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1,20,000", "12,34,567.50", "950"], [120_000, 1_234_567.5, 950]),
        (["1,20,00", "12,34,56"], [math.nan] * 2),
        (["٢٠", "１２", "٢٬٥٠٠٫٥"], [20, 12, 2500.5]),
        (["Rp 25.000,50", "1.200,5 Kč", "12,5 ₽", "₺ 3,25"], [25_000.5, 1200.5, 12.5, 3.25]),
        (["($27.50)", "( 3 )", "-$5.25", "\u20135"], [-27.5, -3, -5.25, -5]),
    ],
)
def test_numbers_of_many_countries(texts, expected):
    column = pa.array(texts)
    assert np.array_equal(parse_numbers(column, decimal_of(column) or "."), expected, equal_nan=True)


@pytest.mark.parametrize(
    ("texts", "bare"),
    [
        (["20 pcs", "3 pc", "7"], ["20", "3", "7"]),
        (["3,5 kg", "12 KG"], ["3,5", "12"]),
        (["12 Stk.", "1 Stück"], ["12", "1"]),
        (["x3", "2x"], ["3", "2"]),
        (["12個", "-3個"], ["12", "-3"]),
        (["4 bouquets", "1 bouquets"], ["4", "1"]),
        (["500 g", "2 kg", "1 kg"], ["500 g", "2", "1"]),
        (["5 %", "1e3", "x", ""], ["5 %", "1e3", "x", ""]),
        (["5 EUR", "7.50 kr"], ["5 EUR", "7.50 kr"]),
        (["5 sold", "3 returned"], ["5 sold", "3 returned"]),
    ],
)
def test_the_unit_of_a_column_is_no_part_of_its_numbers(texts, bare):
    assert without_units(pa.array(texts))[0].to_pylist() == bare


def test_units_in_the_cells_are_said():
    checked = intake(of_sales("20 pcs", "5 pcs"))
    assert checked.sales["sales"].tolist() == [20, 5]
    assert checked.understood.notes == ('"20 pcs" in sales was read as a number of that unit.',)


def test_cells_of_another_unit_are_problems():
    checked = intake(of_sales("2 kg", "3 kg", "500 g"))
    assert checked.problems["value"].tolist() == ["500 g"]


def test_a_dash_is_nothing_sold():
    checked = intake(of_sales("5", "-", "–", "7"))
    assert checked.sales["sales"].tolist() == [5, 0, 0, 7]
    assert checked.understood.notes == ('2 rows with "-" in sales count as 0: nothing sold.',)


@pytest.mark.parametrize("word", ["closed", "GESCHLOSSEN", "Cerrado", "(closed)", "定休日"])
def test_a_day_on_which_the_shop_was_closed_is_a_gap(word):
    checked = intake(of_sales("5", word, "7"))
    assert [f"{day:%d}" for day in checked.sales["date"]] == ["01", "03"]
    assert checked.understood.rows == {"read": 3, "used": 2, "left_out": 1}
    assert checked.understood.notes == (f'1 row with "{word}" in sales was left out: the sales of that day are not known.',)
    assert checked.understood.problems == 0


def test_a_till_that_writes_three_decimals_sells_pieces():
    assert sold(of_sales("2.000", "1.000", "-1.000", "12.000")) == [2, 0, 0, 12]
    assert sold(of_sales("2,000", "1,000", sep=";")) == [2, 1]


def test_numbers_that_prove_nothing_are_asked_about():
    text = of_sales("12.500", "3.250", sep=";")
    question = intake(text).understood.questions[0]
    assert question.kind == "decimal"
    assert [(choice.value, choice.units) for choice in question.choices] == [("decimals", 15.75), ("thousands", 15_750)]
    assert "".join(str(question).split("\n")[1]) == '  --accept decimals    "12.500" is 12.5, 15.75 units in all'
    for reading, values in (("decimals", [12.5, 3.25]), ("thousands", [12_500, 3250])):
        answered = intake(text, Answers(accept=frozenset({reading})))
        assert (answered.sales["sales"].tolist(), answered.understood.questions) == (values, ())


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (of_sales('"1,200"', "950"), [1200, 950]),
        (of_sales("1.200", "950", sep=";"), [1200, 950]),
        (of_sales("1.200", "0.950", sep=";"), [1.2, 0.95]),
        (of_sales("1.200", "4500", sep=";"), [1.2, 4500]),
        ("date;sales;total\n2024-01-01;1.200;2.40\n", [1.2]),
        ("date;sales;total\n2024-01-01;1.200;2,40\n", [1200]),
    ],
)
def test_the_rest_of_the_file_decides(text, values):
    checked = intake(text)
    assert (checked.sales["sales"].tolist(), checked.understood.questions) == (values, ())


def test_prices_are_decided_by_their_currency():
    assert intake("date,price,sales\n2024-01-01,Rp25.000,3\n").sales["price"].tolist() == [25_000]
    assert intake("date,price,sales\n2024-01-01,KWD 2.500,3\n").sales["price"].tolist() == [2.5]


def test_a_price_that_nothing_decides_is_asked_about():
    question = intake("date,price,sales\n2024-01-01,25.000,3\n").understood.questions[0]
    assert [choice.text for choice in question.choices] == ['"25.000" is 25,000', '"25.000" is 25']
    answered = intake("date,price,sales\n2024-01-01,25.000,3\n", Answers(accept=frozenset({"price-decimals"})))
    assert (answered.sales["price"].tolist(), answered.understood.questions) == ([25], ())


def test_sales_and_prices_are_asked_about_one_by_one():
    questions = intake(of_sales("12.500;25.000", "3.250;2.500", header="date;sales;price", sep=";")).understood.questions
    assert [choice.answer for question in questions for choice in question.choices] == [
        {"accept": ["decimals"]},
        {"accept": ["thousands"]},
        {"accept": ["price-thousands"]},
        {"accept": ["price-decimals"]},
    ]
