"""The record of the order book: whole lines only, none lost, none believed that is not as it was written."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from forecasting.core.errors import OrdersDamaged
from forecasting.inventory.book import records
from forecasting.inventory.book.events import Event, book_of
from forecasting.inventory.book.order import Line, Order
from forecasting.storage.order_book import OrderBook
from forecasting.storage.workspace import Workspace

NOW = datetime(2026, 11, 23, 8, 41, 7, 250_000, UTC)
LINE = Line(unique_id="bread", key={"product_id": "Bröd", "store": "Nord"}, recommended=10, quantity=12, unit_cost=2.5, reason="large order")
ORDER = Order(id="0001", supplier="Hansen", version=7, order_date=date(2026, 11, 23), due=date(2026, 11, 25), state="proposed", lines=(LINE,))
EVENTS = (
    Event(kind="proposed", order="0001", when=NOW, by="local", proposal=ORDER),
    Event(kind="placed", order="0001", when=NOW, by="Anna", key="7/hansen/2026-11-23", day=date(2026, 11, 26)),
    Event(kind="received", order="0001", when=NOW, by="Jonas", key="note 81", quantities={"bread": 5.0}, day=date(2026, 11, 26)),
    Event(kind="cancelled", order="0001", when=NOW, by="Jonas", reason="sold out at Hansen"),
)


@pytest.fixture
def book(tmp_path: Path) -> OrderBook:
    return OrderBook(Workspace(tmp_path))


def add(book: OrderBook, *events: Event) -> None:
    for event in events:
        with book.adding() as (_, append):
            append(records.facts_of(event))


def test_events_are_read_back_as_they_were_written(book: OrderBook) -> None:
    add(book, *EVENTS)
    assert tuple(map(records.event_of, book.every())) == EVENTS
    order = book_of(map(records.event_of, book.every())).order("0001")
    assert (order.state, order.lead_time()) == ("received", 3)
    assert records.order_of(records.order_facts(ORDER)) == ORDER
    json.dumps(records.order_facts(order))


def test_there_is_no_book_before_the_first_order(book: OrderBook) -> None:
    assert book.every() == ()
    assert not book.path.exists()


def test_a_line_that_was_torn_was_never_said(book: OrderBook) -> None:
    add(book, *EVENTS[:2])
    whole = book.path.read_bytes()
    book.path.write_bytes(whole + b'{"kind": "rece')
    assert len(book.every()) == 2
    add(book, EVENTS[2])
    assert tuple(map(records.event_of, book.every())) == EVENTS[:3]


def test_nothing_is_believed_of_a_damaged_book_and_nothing_is_added_to_it(book: OrderBook) -> None:
    add(book, *EVENTS)
    damaged = book.path.read_bytes().replace(b"Anna", b"Adam")
    book.path.write_bytes(damaged)
    with pytest.raises(OrdersDamaged, match="Line 2 of the order book"):
        book.every()
    with pytest.raises(OrdersDamaged):
        add(book, EVENTS[0])
    assert book.path.read_bytes() == damaged
