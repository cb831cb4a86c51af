"""Terms of suppliers: order days, deliveries, what an order has to reach, and prices by quantity."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.core.errors import InputError, SettingsError
from forecasting.inventory.suppliers.ordering_days import delivery_day, next_order_day, round_at, takes_orders
from forecasting.inventory.suppliers.supplier import Capacity, Closure, Currency, Freight, Minimum, Supplier

MONDAY = datetime(2026, 11, 23, 9)
WEEKDAYS = st.frozensets(st.integers(0, 6), min_size=1)


@st.composite
def suppliers(draw: st.DrawFn) -> Supplier:
    first = draw(st.dates(date(2026, 1, 1), date(2026, 12, 31)))
    closure = Closure(first=first, last=first + timedelta(days=draw(st.integers(0, 30))))
    cut_off = draw(st.none() | st.times().map(lambda each: each.replace(second=0, microsecond=0)))
    return Supplier(
        name=draw(st.sampled_from(["Hansen", "Lindner & Söhne"])),
        order_days=draw(WEEKDAYS),
        delivery_days=draw(WEEKDAYS),
        cut_off=cut_off,
        lead_time=draw(st.none() | st.integers(0, 20)),
        closures=draw(st.sampled_from([(), (closure,)])),
        minimum=Minimum(value=draw(st.sampled_from([0.0, 250.0]))),
        freight=Freight(cost=12.5, free_from=draw(st.sampled_from([None, 400.0]))),
        capacity=draw(st.sampled_from([None, Capacity(name="pallet", units=480)])),
        currency=draw(st.sampled_from([None, Currency(code="CHF", rate=1.06, of_day=date(2026, 11, 20))])),
    )


@given(supplier=suppliers())
def test_terms_are_read_back_as_they_were_written(supplier: Supplier) -> None:
    assert Supplier.from_dict(supplier.to_dict()) == supplier


@given(supplier=suppliers(), moment=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)), lead_time=st.integers(0, 30))
def test_an_order_comes_on_a_day_of_delivery_and_protects_until_the_one_after(supplier: Supplier, moment: datetime, lead_time: int) -> None:
    round_ = round_at(supplier, moment, lead_time)
    days = lead_time if supplier.lead_time is None else supplier.lead_time
    assert takes_orders(supplier, round_.order_day)
    assert takes_orders(supplier, round_.next_order_day)
    assert round_.order_day >= moment.date()
    assert round_.due >= round_.order_day + timedelta(days=days)
    assert round_.due.weekday() in supplier.delivery_days
    assert supplier.is_open(round_.due)
    assert round_.due < round_.next_due
    assert round_.order_day < round_.next_order_day
    assert round_.protection_period == (round_.next_due - round_.order_day).days
    if round_.order_day == moment.date() and supplier.cut_off is not None:
        assert moment.time() <= supplier.cut_off


def test_after_the_cut_off_the_next_order_day_counts_and_the_missed_one_is_said() -> None:
    supplier = Supplier(name="Hansen", order_days=frozenset({0, 3}), delivery_days=frozenset({2, 5}), cut_off=time(14), lead_time=1)
    before, after = round_at(supplier, MONDAY.replace(hour=14), 7), round_at(supplier, MONDAY.replace(hour=14, minute=1), 7)
    assert (before.order_day, before.due, before.missed) == (date(2026, 11, 23), date(2026, 11, 25), None)
    assert (after.order_day, after.due, after.missed) == (date(2026, 11, 26), date(2026, 11, 28), date(2026, 11, 23))


def test_a_closed_week_moves_the_order_and_lengthens_what_it_must_last() -> None:
    closure = Closure(first=date(2026, 11, 30), last=date(2026, 12, 6))
    usual = Supplier(name="Hansen", order_days=frozenset({0}), delivery_days=frozenset({2}), lead_time=2)
    closed = Supplier(name="Hansen", order_days=frozenset({0}), delivery_days=frozenset({2}), lead_time=2, closures=(closure,))
    assert round_at(usual, MONDAY, 7).protection_period == 9
    assert round_at(closed, MONDAY, 7).protection_period == 16


def test_two_orders_that_come_together_protect_as_one() -> None:
    supplier = Supplier(name="Hansen", delivery_days=frozenset({4}), lead_time=0)
    round_ = round_at(supplier, MONDAY, 7)
    assert (round_.order_day, round_.due, round_.next_due) == (date(2026, 11, 23), date(2026, 11, 27), date(2026, 12, 4))


def test_a_supplier_that_never_opens_again_is_named() -> None:
    closed = Supplier(name="Hansen", closures=(Closure(first=date(2026, 1, 1), last=date(2036, 1, 1)),))
    with pytest.raises(InputError, match="Hansen takes no orders"):
        next_order_day(closed, date(2026, 11, 23))
    with pytest.raises(InputError, match="Hansen delivers nothing"):
        delivery_day(closed, date(2026, 11, 23), 2)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"name": " "}, "needs a name"),
        ({"name": "A", "order_days": ["Someday"]}, "terms of A"),
        ({"name": "A", "delivery_days": [7]}, "delivers on weekdays"),
        ({"name": "A", "lead_time": 400}, "lead time of A"),
        ({"name": "A", "minimum": {"value": -1}}, "minimum value"),
        ({"name": "A", "minimum": {"values": 1}}, "terms of A"),
        ({"name": "A", "currency": {"code": "Euro"}}, "three letters"),
        ({"name": "A", "currency": {"code": "CHF", "rate": 0}}, "rate of exchange"),
        ({"name": "A", "capacity": {"name": "pallet"}}, "what fits on a pallet"),
        ({"name": "A", "closures": [{"first": "2026-02-01", "last": "2026-01-01"}]}, "closure ends"),
        ({"name": "A", "cut_off": "25:00"}, "terms of A"),
        ({"name": "A", "colour": "red"}, "terms of A"),
    ],
)
def test_terms_that_cannot_be_are_refused_with_what_is_wrong(values: dict[str, object], text: str) -> None:
    with pytest.raises(SettingsError, match=text):
        Supplier.from_dict(values)


def test_freight_is_paid_below_its_limit_and_never_for_nothing() -> None:
    freight = Freight(cost=12.5, free_from=400)
    assert [freight.of(value) for value in (0, 399.99, 400)] == [0, 12.5, 0]
    assert Freight(cost=12.5).of(10_000) == 12.5
