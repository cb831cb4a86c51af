"""Doubts about a file whose every cell can be read: each is asked about, with the units of each answer."""

from __future__ import annotations

import shlex
from datetime import date, timedelta

import pytest

from forecasting.core.errors import InputError, QuestionsOpen
from forecasting.intake.answers import Answers, leave_out_pair
from forecasting.intake.reader import read_table
from forecasting.intake.sales_file import check, guess_mapping

TODAY = date(2026, 11, 22)
DAYS = [f"2026-03-{day:02d}" for day in range(1, 29)]


def intake(header, lines, mapping=None, **answers):
    read = read_table("\n".join([header, *lines]).encode(), "sales.csv")
    return check(read, guess_mapping(read) | (mapping or {}), Answers(**answers), today=TODAY)


def asked(checked):
    """The one question."""
    (question,) = checked.understood.questions
    return question


def answered(header, lines, choice):
    """The sales with a choice's answer."""
    mapping = choice.answer.get("mapping", {})
    return intake(header, lines, mapping, **{name: value for name, value in choice.answer.items() if name != "mapping"}).accept()


def test_cancelled_orders_are_asked_about():
    lines = [f"{day},Bread,{'Batal' if place % 7 == 0 else 'Selesai'},3" for place, day in enumerate(DAYS)]
    question = asked(intake("Waktu,Produk,Status Pesanan,Jumlah", lines, {"date": "Waktu"}))
    assert (question.kind, [choice.units for choice in question.choices]) == ("states", [72.0, 84.0])
    assert shlex.split(question.choices[0].to_dict()["flag"]) == ["--leave-out", "Status Pesanan=Batal"]
    assert answered("Waktu,Produk,Status Pesanan,Jumlah", lines, question.choices[0])["sales"].sum() == 72
    kept = intake("Waktu,Produk,Status Pesanan,Jumlah", lines, {"date": "Waktu"}, accept=frozenset({"states"}))
    assert kept.accept()["sales"].sum() == 84


@pytest.mark.parametrize("word", ["Voided", "annulé", "キャンセル", "отменён", "Storniert", "Yes"])
def test_states_of_many_languages(word):
    column = "Refunded" if word == "Yes" else "Status"
    lines = [f"{day},Bread,{word if place % 7 == 0 else ('No' if word == 'Yes' else 'ok')},3" for place, day in enumerate(DAYS)]
    assert asked(intake(f"Date,Product,{column},Qty", lines)).kind == "states"


def test_refunds_with_a_minus_are_returns_and_no_question():
    lines = [f"{day},Bread,{'Refund' if place == 5 else 'Sale'},{-2 if place == 5 else 3}" for place, day in enumerate(DAYS)]
    checked = intake("Date,Product,Receipt type,Qty", lines)
    assert checked.accept()["sales"].sum() == 27 * 3 - 2
    assert checked.accept()["sales"].min() >= 0
    assert "1 row below zero, 2 units in all, counts as a return" in checked.understood.notes[0]


def test_rows_that_are_the_sum_of_all_others_are_asked_about():
    lines = [f"{day},Bread,{store},{units}" for day in DAYS for store, units in (("North", 2), ("South", 3), ("Everything", 5))]
    question = asked(intake("Date,Product,Store,Units", lines))
    assert (question.kind, [choice.units for choice in question.choices]) == ("totals", [140.0, 280.0])
    assert answered("Date,Product,Store,Units", lines, question.choices[0])["sales"].sum() == 140


def test_two_stores_that_sell_alike_are_no_total():
    lines = [f"{day},Bread,{store},5" for day in DAYS for store in ("North", "South")]
    assert intake("Date,Product,Store,Units", lines).accept()["sales"].sum() == 280


def test_a_column_that_tells_apart_rows_that_meet_is_named():
    lines = [f"{day},Bread,{place},{units}" for day in DAYS for place, units in (("Kiez", 2), ("Ufer", 3))]
    question = asked(intake("Date,Product,Wo,Units", lines))
    assert (question.kind, [choice.value for choice in question.choices]) == ("key", ["store", "region", "sum"])
    assert len(answered("Date,Product,Wo,Units", lines, question.choices[0])) == 56
    assert answered("Date,Product,Wo,Units", lines, question.choices[2])["sales"].tolist() == [5.0] * 28


def test_spellings_of_one_name_are_asked_about():
    lines = [f"{day},{name},{units}" for place, day in enumerate(DAYS) for name, units in ((("Oat Milk", "oat milk", "OAT  MILK")[place % 3], 2),)]
    question = asked(intake("Date,Product,Units", lines))
    assert question.kind == "spellings"
    assert answered("Date,Product,Units", lines, question.choices[0])["product_id"].nunique() == 1
    assert answered("Date,Product,Units", lines, question.choices[1])["product_id"].nunique() == 3


def test_sales_that_never_fall_are_asked_about():
    lines = [f"{day},{product},{units}" for product in ("Bread", "Tea") for place, day in enumerate(DAYS) for units in (3 * (place + 1),)]
    question = asked(intake("Date,Product,Sales", lines))
    assert (question.kind, [choice.units for choice in question.choices]) == ("running-total", [168.0, 2 * 3 * 406.0])
    assert answered("Date,Product,Sales", lines, question.choices[0])["sales"].tolist() == [3.0] * 56


def test_a_running_total_that_begins_anew_each_month_is_one_too():
    days = [f"2026-{month:02d}-{day:02d}" for month in (3, 4) for day in range(1, 29)]
    lines = [f"{day},{3 * int(day[-2:])}" for day in days]
    question = asked(intake("Date,Sales", lines))
    assert answered("Date,Sales", lines, question.choices[0])["sales"].tolist() == [3.0] * 56


def test_months_of_a_growing_shop_are_no_running_total():
    lines = [f"20{year}-{month:02d}-01,{100 * year + month * 3 - (month == 6) * 50}" for year in (24, 25) for month in range(1, 13)]
    assert intake("Date,Sales", lines).understood.questions == ()


def test_weeks_that_end_on_different_days_are_asked_about():
    weeks = [(date(2026, 3, first) + timedelta(weeks=week), store) for store, first in (("A", 2), ("B", 4)) for week in range(7)]
    lines = [f"{day},{store},{100 + place}" for place, (day, store) in enumerate(weeks)]
    question = asked(intake("Week ending,Store,Units", lines))
    assert (question.kind, [choice.value for choice in question.choices]) == ("period", ["week", "day"])
    checked = intake("Week ending,Store,Units", lines, period="week")
    assert (checked.understood.period, checked.accept()["sales"].sum()) == ("week", sum(100 + place for place in range(14)))


def test_goods_that_left_the_stock_are_sales_with_a_minus():
    lines = [f"{day},Bread,-3" for day in DAYS]
    question = asked(intake("Date,Product,Quantity", lines))
    assert (question.kind, [choice.units for choice in question.choices]) == ("signs", [84.0, 0.0])
    assert answered("Date,Product,Quantity", lines, question.choices[0])["sales"].sum() == 84


def test_without_a_column_of_units_each_row_may_be_a_sale():
    lines = [f"{day},10:0{place % 5},Bread" for place, day in enumerate(DAYS) for _ in range(3)]
    with pytest.raises(QuestionsOpen) as caught:
        intake("Date,Time,Item", lines)
    choice = caught.value.understood["questions"][0]["choices"][0]
    assert (choice["text"], choice["units"], choice["flag"]) == ("Each row is one unit sold: 84 units", 84.0, "--count-rows")
    checked = intake("Date,Time,Item", lines, count_rows=True)
    assert checked.accept()["sales"].tolist() == [3.0] * 28
    assert "Each row counts as one unit sold." in checked.understood.notes


def test_lines_of_another_kind_are_left_out_and_told():
    lines = [line for day in DAYS for line in (f"{day},Sale,,5", f"{day},Sale Line,Bread,2", f"{day},Sale Line,Tea,3")]
    checked = intake("Date,Line Type,Item,Quantity", lines)
    assert checked.accept()["sales"].sum() == 140
    assert checked.understood.rows == {"read": 84, "used": 56, "left_out": 28}
    assert checked.understood.notes[0] == "28 rows left out: Line Type is Sale, and they name no product."


def test_money_is_named_where_there_is_nothing_else():
    checked = intake("Date,Item,Revenue", [f"{day},Bread,12.50" for day in DAYS])
    assert "Revenue is money, not units: forecasts and orders are in money too." in checked.understood.notes


def test_a_day_without_refunds_is_read_with_the_answer_that_leaves_them_out():
    checked = intake("Date,Status,Units", [f"{day},ok,3" for day in DAYS], leave_out=(("Status", "Refunded"),))
    assert (checked.understood.units["kept"], checked.understood.notes[0]) == (84.0, "No row has Refunded in Status.")


def test_what_tells_returns_from_sales_is_no_key():
    lines = [f"{day},Bread,Payment,5" for day in DAYS] + [f"{day},Bread,Refund,-1" for day in DAYS[:3]]
    assert [question.kind for question in intake("Date,Item,Event Type,Qty", lines).understood.questions] == ["duplicates"]
    apart = [line.replace("-1", "1") for line in lines]
    assert [question.kind for question in intake("Date,Item,Event Type,Qty", apart).understood.questions] == ["states", "key"]


def test_a_short_list_of_goods_that_left_the_stock_is_asked_about():
    lines = [f"{day},Bread,-{place + 1}" for place, day in enumerate(DAYS[:4])]
    assert [choice.units for choice in asked(intake("Date,Item,Quantity", lines)).choices] == [10.0, 0.0]
    assert intake("Date,Item,Quantity", [*lines, f"{DAYS[5]},Bread,9"]).understood.questions == ()
    assert intake("Date,Item,Quantity", lines[:2]).understood.questions == ()


def test_what_is_left_out_must_be_there():
    assert leave_out_pair(" Status = Batal ") == ("Status", "Batal")
    with pytest.raises(Exception, match="No row has 'x' in Status"):
        intake("Date,Status,Units", [f"{day},ok,3" for day in DAYS], leave_out=(("Status", "x"),))
    with pytest.raises(Exception, match="no column State"):
        intake("Date,Status,Units", [f"{day},ok,3" for day in DAYS], leave_out=(("State", "x"),))


def test_article_numbers_that_a_spreadsheet_spoiled_are_refused_by_name():
    with pytest.raises(InputError, match=r"EAN has numbers such as .4\.00638E\+12.: a spreadsheet kept only their first digits"):
        intake("Date,EAN,Units", [f"{day},{ean},3" for day in DAYS for ean in ("4.00638E+12", "4.00638E+12")])
