"""What to order from whom, by when: the cards of suppliers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

import pytest
from order_shops import ANNA, BREAD, HANSEN, MONDAY, Clock, count, shop_on_monday

from forecasting.core.errors import NotWritable
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.inventory.suppliers.supplier import Currency, Freight, Minimum
from forecasting.services import cache, order_book, order_cards, order_fill, order_proposals, orders, suppliers
from forecasting.storage.order_book import OrderBook
from forecasting.storage.workspace import Workspace


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    yield shop_on_monday(tmp_path, monkeypatch)
    cache.forget()


def test_a_card_says_until_when_and_for_how_much_and_what_is_missing(shop: Workspace) -> None:
    francs = Currency(code="CHF", rate=1.5)
    dear = replace(
        HANSEN, cut_off=time(14), minimum=Minimum(value=50_000, units=9_000, weight=800), freight=Freight(cost=18, free_from=60_000), currency=francs
    )
    suppliers.save(shop, Sourcing((dear,), (replace(BREAD, weight=0.5),)), "Anna")
    count(shop, 0)
    (hansen,) = order_cards.to_order(shop, "Anna", MONDAY).cards
    assert hansen.order is not None
    assert (hansen.turn.name, hansen.deadline, hansen.order.due) == ("Hansen", datetime(2026, 8, 3, 14), date(2026, 8, 4))
    assert hansen.value == hansen.order.value * 1.5
    assert hansen.lacks == (50_000 - hansen.order.value, 9_000 - hansen.order.units, 800 - hansen.order.units / 2)
    assert (hansen.freight, hansen.below_free, hansen.is_priced) == (18, 60_000 - hansen.order.value, True)
    assert hansen.runs_out == {hansen.order.lines[0].unique_id}


def test_looking_ten_times_writes_once_and_a_placed_order_is_on_the_way(shop: Workspace) -> None:
    for _ in range(10):
        hansen = order_cards.to_order(shop, "Anna", MONDAY).cards[0]
    proposed = len(OrderBook(shop).every())
    assert hansen.order is not None
    placed = orders.place(shop, hansen.order.id, ANNA)
    after = next(each for each in order_cards.to_order(shop, "Anna", MONDAY).cards if each.supplier is not None)
    assert after.coming == (placed,)
    assert after.turn.round.order_day == date(2026, 8, 5)
    assert proposed == len(order_book.book(shop).orders) - (after.order is not None)


def test_where_nothing_can_be_written_the_cards_say_why(shop: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise NotWritable("The folder cannot be written.")

    monkeypatch.setattr(order_proposals, "propose", refuse)
    Clock.moment = MONDAY
    shown = order_cards.to_order(shop, "Anna", MONDAY)
    assert shown.refusal == "The folder cannot be written."
    (order,) = [each.order for each in shown.cards]
    assert order is not None
    assert (order.id, order.units > 0) == ("", True)


def test_what_free_delivery_lacks_is_added_exactly_and_said_with_its_day(shop: Workspace) -> None:
    (plain,) = order_cards.to_order(shop, "Anna", MONDAY).cards
    assert plain.order is not None
    assert plain.fill is None
    orders.change(shop, plain.order.id, replace(ANNA, quantities={plain.order.lines[0].unique_id: 6}, reason="Freezer full"))
    suppliers.save(shop, Sourcing((replace(HANSEN, freight=Freight(cost=5, free_from=25)),), (BREAD,)), "Anna")
    (card,) = order_cards.to_order(shop, "Anna", MONDAY).cards
    assert card.fill is not None
    assert (card.freight, card.below_free, card.fill.reason, list(card.fill.added.values())) == (5, 13, order_fill.FOR_FREE, [12])
    assert list(card.fill.quantities.values()) == [18]
    assert date(2026, 8, 3) <= card.fill.sold_by <= date(2026, 8, 6)
    orders.change(shop, plain.order.id, replace(ANNA, quantities=card.fill.quantities, reason=card.fill.reason))
    (after,) = order_cards.to_order(shop, "Anna", MONDAY).cards
    assert (after.below_free, after.fill, after.freight) == (0, None, 0)


def test_a_missed_deadline_is_said_only_where_nothing_was_placed_for_it(shop: Workspace) -> None:
    suppliers.save(shop, Sourcing((replace(HANSEN, cut_off=time(10)),), (BREAD,)), "Anna")
    (morning,) = order_cards.to_order(shop, "Anna", MONDAY).cards
    assert morning.order is not None
    late = MONDAY.replace(hour=11)
    (missed,) = order_cards.to_order(shop, "Anna", late).cards
    assert (missed.missed, missed.turn.round.order_day) == (date(2026, 8, 3), date(2026, 8, 5))
    order_cards.to_order(shop, "Anna", MONDAY.replace(minute=1))
    orders.place(shop, morning.order.id, ANNA)
    assert [each.missed for each in order_cards.to_order(shop, "Anna", late).cards] == [None]
