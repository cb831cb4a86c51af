"""Suppliers from a file: terms, who delivers what, and every problem of a row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time

import pytest

from forecasting.core.errors import ColumnsMissing, NotFound, ProblemsFound, SettingsError
from forecasting.intake.answers import Answers
from forecasting.intake.reader import read_table
from forecasting.inventory.suppliers import file, texts
from forecasting.inventory.suppliers.source import Source, sources_of
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.inventory.suppliers.supplier import Capacity, Closure, Minimum, Supplier

HEADER = (
    "supplier,order_days,cut_off,delivery_days,lead_time,closed,minimum_value,freight,free_from,currency,rate,rate_date,"
    "product_id,store,source,unit_cost,multiple,price_breaks\n"
)
ROWS = """Hansen,Mon Thu,14:00,Wed Sat,1,2026-12-24/2026-12-31,150,9,200,CHF,1.06,2026-11-23,,,,,,
Hansen,,,,,,,,,,,,Bread,,,1.2,12,0:1.2; 100:1.1
hansen,,,,,,,,,,,,Tea,North,,,,
Mills,,,,,,,,,,,,Bread,,2,1.5,,
"""


def read(text: str = HEADER + ROWS) -> file.SupplierFile:
    table = read_table(text.encode(), "suppliers.csv", Answers(), contents="suppliers")
    return file.check(table, file.guess_mapping(table))


def test_a_file_has_terms_and_sources() -> None:
    sourcing = read().over(Sourcing())
    hansen = sourcing.supplier("HANSEN")
    assert (hansen.order_days, hansen.cut_off, hansen.delivery_days, hansen.lead_time) == ({0, 3}, time(14), {2, 5}, 1)
    assert hansen.closures == (Closure(first=date(2026, 12, 24), last=date(2026, 12, 31)),)
    assert hansen.minimum == Minimum(value=150)
    assert hansen.currency is not None
    assert (hansen.currency.code, hansen.currency.rate, hansen.currency.of_day) == ("CHF", 1.06, date(2026, 11, 23))
    assert sourcing.supplier("Mills") == Supplier(name="Mills")
    bread = next(each for each in sourcing.sources if each.product_id == "Bread" and each.rank == 1)
    assert (bread.unit_cost, bread.multiple, bread.price_breaks and bread.price_breaks.prices) == (1.2, 12, (1.2, 1.1))
    assert Sourcing.from_dict(sourcing.to_dict()) == sourcing


def test_a_second_file_changes_only_what_it_names() -> None:
    before = read().over(Sourcing())
    after = read("supplier,minimum_value,product\nHansen,90,\nMills,,Tea\n").over(before)
    assert after.supplier("Hansen") == before.with_supplier(after.supplier("Hansen")).supplier("Hansen")
    assert after.supplier("Hansen").minimum == Minimum(value=90)
    assert after.supplier("Hansen").cut_off == time(14)
    assert len(after.sources) == len(before.sources) + 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("supplier,order_days\nHansen,Someday\n", "Cannot be read"),
        ("supplier,lead_time\nHansen,-1\n", "Below zero"),
        ("supplier,lead_time\nHansen,soon\n", "Not a number"),
        ("supplier,minimum_value\nHansen,5\nhansen,6\n", "Several values for one supplier"),
        ("product,supplier,rank\nBread,Hansen,1\n,Mills,2\nTea,Hansen,1\n,Mills,2\n", "No product"),
        ("supplier,product\n,Bread\nHansen,Tea\n", "No supplier"),
        ("supplier,product\nHansen,Bread\nMills,Bread\n", "Another first source in an earlier row"),
        ("supplier,product,rank\nHansen,Bread,3\n", "Terms out of range"),
        ("supplier,product,price_breaks\nHansen,Bread,0:1; 10:2\n", "Cannot be read"),
    ],
)
def test_each_problem_is_named_with_its_row(text: str, problem: str) -> None:
    checked = read(text)
    assert problem in set(checked.problems["problem"])
    with pytest.raises(ProblemsFound):
        checked.over(Sourcing())


def test_a_file_without_suppliers_says_so() -> None:
    with pytest.raises(ColumnsMissing, match="names the supplier"):
        read("product,cost\nBread,2\n")


def test_the_source_that_names_most_keys_counts() -> None:
    sources = [
        Source(supplier="All"),
        Source(supplier="Product", product_id="Bread"),
        Source(supplier="Place", product_id="Bread", store="North"),
        Source(supplier="Store", store="North"),
    ]
    keys = [{"product_id": p, "store": s} for p, s in (("Bread", "North"), ("Bread", "South"), ("Tea", "North"), ("Tea", "South"))]
    assert [each and each.supplier for each in sources_of(sources, keys)] == ["Place", "Product", "Store", "All"]
    assert sources_of(sources[1:2], [{"product_id": "Tea"}]) == [None]
    assert sources_of(sources, keys[:1], rank=2) == [None]


def test_suppliers_hold_together() -> None:
    with pytest.raises(SettingsError, match="not among the suppliers"):
        Sourcing((), (Source(supplier="Hansen"),))
    with pytest.raises(SettingsError, match="listed once"):
        Sourcing((Supplier(name="A"), Supplier(name="a")))
    with pytest.raises(SettingsError, match="one first and one second"):
        Sourcing((Supplier(name="A"), Supplier(name="B")), (Source(supplier="A"), Source(supplier="B")))
    with pytest.raises(NotFound, match="Suppliers: none yet"):
        Sourcing().supplier("A")


@pytest.mark.parametrize(
    ("text", "days"),
    [("Mon-Fri", [0, 1, 2, 3, 4]), ("Sat - Mon", [0, 5, 6]), ("Mo - Mi, Fr", [0, 1, 2, 4]), ("daily", list(range(7))), ("Tuesdays Thurs", [1, 3])],
)
def test_spans_of_weekdays_are_read(text: str, days: list[int]) -> None:
    assert sorted(texts.weekdays(text)) == days


@pytest.mark.parametrize(
    ("read", "text"), [(texts.weekdays, "Monster"), (texts.weekdays, "T"), (texts.time_of_day, "14:305"), (texts.time_of_day, "2 pm")]
)
def test_what_is_no_weekday_and_no_time_is_not_guessed(read: Callable[[str], object], text: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        read(text)


def test_price_breaks_may_have_a_decimal_comma() -> None:
    assert texts.price_breaks("0:2,00; 100:1,50").prices == (2.0, 1.5)


def test_what_fits_on_a_pallet_and_the_rate_of_a_currency_are_read() -> None:
    sourcing = read("supplier,capacity,capacity_units,currency,rate\nHansen,container,480,CHF,1.06\n").over(Sourcing())
    assert sourcing.suppliers[0].capacity == Capacity(name="container", units=480)
    with pytest.raises(SettingsError, match="needs its rate"):
        read("supplier,currency\nHansen,USD\n").over(sourcing)


def test_terms_on_any_one_row_hold_for_their_supplier_alone() -> None:
    rows = "Hansen,Mon,CHF,1.06,Bread\nHansen,,,,Tea\nMills,,,,Rolls\nMills,,,,Buns\nCoop,,,,Jam\nCoop,Tue,SEK,0.09,Oil\n"
    sourcing = read(f"supplier,order_days,currency,rate,product_id\n{rows}").over(Sourcing())
    assert sourcing.supplier("Mills") == Supplier(name="Mills")
    assert {name: sourcing.supplier(name).order_days for name in ("Hansen", "Coop")} == {"Hansen": {0}, "Coop": {1}}
    assert len(sourcing.sources) == 6


def test_two_different_terms_of_one_supplier_are_named_by_line() -> None:
    checked = read("supplier,contact,product_id\nHansen,a@x.com,Bread\nHansen,,Tea\nhansen,b@x.com,Jam\n")
    assert checked.problems["line"].tolist() == [2, 4]
    assert set(checked.problems["problem"]) == {"Several values for one supplier"}
