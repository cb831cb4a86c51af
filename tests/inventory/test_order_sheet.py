"""What an order says to its supplier."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from forecasting.inventory.book.order import Line, Order
from forecasting.inventory.sheets.message import message
from forecasting.inventory.sheets.order_sheet import OrderSheet, order_sheet
from forecasting.inventory.suppliers.source import Source
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.inventory.suppliers.supplier import Currency, Supplier

BAKER = Supplier(name="Hansen", contact="orders@hansen.example")
SOURCES = (Source(supplier="Hansen", product_id="Bread", multiple=6), Source(supplier="Hansen", product_id="Tea", rank=2, multiple=1))
SHOP = Sourcing((BAKER,), SOURCES)


def line(product: str, quantity: float, unit_cost: float | None = 2.0, **more: object) -> Line:
    key = {"product_id": product, "store": str(more.pop("store", "Zurich"))}
    return Line(unique_id=f"{product}/{key['store']}", key=key, recommended=quantity, quantity=quantity, unit_cost=unit_cost, **more)  # type: ignore[arg-type]


def order(*lines: Line, state: str = "placed") -> Order:
    days = {"order_date": date(2026, 8, 3), "due": date(2026, 8, 4)}
    return Order(id="0012", supplier="hansen", version=1, state=state, lines=lines, **days)  # type: ignore[arg-type]


def sheet(*lines: Line, state: str = "placed", currency: str | None = None) -> OrderSheet:
    return order_sheet(order(*lines, state=state), SHOP, currency=currency)


def test_lines_say_packs_where_the_supplier_sells_in_packs() -> None:
    bread, tea, salt = sheet(line("Bread", 60), line("Tea", 5), line("Salt", 3)).lines
    assert [(each.pack_size, each.packs) for each in (bread, tea, salt)] == [(6, 10), (None, None), (None, None)]


@pytest.mark.parametrize(("currency", "value"), [(None, 2.68), ("EUR", 2.68), ("JPY", 3.0), ("KWD", 2.675)])
def test_values_of_lines_are_whole_cents_of_their_currency_and_add_up(currency: str | None, value: float) -> None:
    twice = sheet(line("Bread", 5, 0.535), line("Tea", 5, 0.535), line("Salt", 1, None), currency=currency)
    assert [each.value for each in twice.lines] == [value, value, None]
    assert (twice.value, twice.without_cost) == (round(2 * value, 3), 1)


def test_the_suppliers_own_money_comes_before_the_shops() -> None:
    swiss = replace(SHOP, suppliers=(replace(BAKER, currency=Currency(code="CHF", rate=1.05)),))
    assert order_sheet(order(line("Tea", 1)), swiss, currency="EUR").currency == "CHF"
    assert order_sheet(order(line("Tea", 1)), SHOP, currency="EUR").currency == "EUR"


def test_what_was_cancelled_is_not_to_be_delivered() -> None:
    partly = sheet(line("Bread", 60, cancelled=12.0), line("Tea", 5, cancelled=5.0), state="partly_received")
    assert [(each.key["product_id"], each.quantity, each.value) for each in partly.lines] == [("Bread", 48, 96)]
    wholly = sheet(line("Bread", 60, cancelled=60.0), state="cancelled")
    assert (wholly.title, wholly.units) == ("Cancelled: order 0012", 60)


@pytest.mark.parametrize(("state", "title"), [("proposed", "Draft of order 0012"), ("approved", "Order 0012"), ("received", "Order 0012")])
def test_a_proposal_says_that_it_is_a_draft(state: str, title: str) -> None:
    assert sheet(line("Tea", 1), state=state).title == title


def test_one_store_of_all_lines_is_said_once() -> None:
    assert sheet(line("Tea", 1), line("Salt", 1)).shared == {"store": "Zurich"}
    assert sheet(line("Tea", 1), line("Salt", 1, store="Basel")).shared == {}


def test_the_message_has_every_line_and_the_totals() -> None:
    assert message(sheet(line("Bread", 60), line("Salt", 3, None))) == {
        "type": "order",
        "format": 1,
        "number": "0012",
        "state": "placed",
        "order_date": "2026-08-03",
        "due": "2026-08-04",
        "buyer": {"name": None, "delivery_address": None},
        "supplier": {"name": "hansen", "contact": "orders@hansen.example"},
        "currency": None,
        "lines": [
            {"line": 1, "product_id": "Bread", "store": "Zurich", "quantity": 60, "pack_size": 6, "packs": 10, "unit_cost": 2.0, "value": 120.0},
            {"line": 2, "product_id": "Salt", "store": "Zurich", "quantity": 3, "pack_size": None, "packs": None, "unit_cost": None, "value": None},
        ],
        "totals": {"lines": 2, "units": 63, "value": 120.0, "lines_without_cost": 1},
    }
