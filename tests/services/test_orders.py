"""The order book of a shop, from the proposal to the last delivery: nothing doubled, nothing lost, edits kept."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from order_shops import ANNA, BREAD, DAY, HANSEN, MONDAY, Clock, Shelf, count, shop_on_monday
from version_copies import copied

from forecasting.core.errors import InputError, NotFound
from forecasting.entrypoints.cli.verbs import main
from forecasting.inventory.book.order import Order
from forecasting.inventory.suppliers.source import Source
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.inventory.suppliers.supplier import Currency, Freight, Minimum, Supplier
from forecasting.services import (
    added_lines,
    cache,
    order_book,
    order_history,
    order_proposals,
    order_value,
    ordering,
    orders,
    suppliers,
    turn_proposals,
)
from forecasting.services.orders import Wish
from forecasting.storage import order_book as book_file
from forecasting.storage.order_book import OrderBook
from forecasting.storage.workspace import Workspace


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    yield shop_on_monday(tmp_path, monkeypatch)
    cache.forget()


def propose(ws: Workspace, moment: datetime = MONDAY, supplier: str = "Hansen") -> Order | None:
    Clock.moment = moment
    return next(iter(order_proposals.propose(ws, "Anna", supplier=supplier)), None)


def stock(ws: Workspace) -> tuple[float, float]:
    _, ensemble = cache.live(ws)
    row = ordering.given_stock(ws, ensemble).table.iloc[0]
    return float(row["on_hand"]), float(row["on_order"])


def test_a_proposal_is_in_packs_for_the_days_until_the_delivery_after_the_next(shop: Workspace) -> None:
    order = propose(shop)
    assert order is not None
    assert (order.supplier, order.state, order.order_date, order.due) == ("Hansen", "proposed", date(2026, 8, 3), date(2026, 8, 4))
    (line,) = order.lines
    assert line.quantity % 6 == 0
    assert 70 <= line.quantity <= 150  # three days of about 36 and a reserve, less twenty on the shelf
    assert (line.unit_cost, line.recommended, dict(line.key)) == (2.0, line.quantity, {"product_id": "Bread"})
    assert orders.facts(order, suppliers.sourcing(shop), date(2026, 8, 3))["value"] == line.quantity * 2
    (hansen, *_) = turn_proposals.proposed(shop, MONDAY).listed
    assert hansen.order.lines == order.lines


def test_every_recommendation_is_on_the_terms_of_the_supplier(
    shop: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORECASTING_HOME", str(shop.home))
    order = propose(shop)
    assert order is not None
    (line,) = order.lines
    version, ensemble = cache.live(shop)
    saved, policy = cache.stock(shop), turn_proposals.proposed(shop, MONDAY).policy
    listed = cache.orders(shop, version, saved, policy, {}).table.set_index("unique_id").loc[line.unique_id]
    assert (listed["order_quantity"], listed["pack_size"], listed["unit_cost"], listed["review_period"]) == (line.quantity, 6, 2, 2)
    (row,) = [each for each in map(json.loads, cache.order_lines(shop, version, saved)) if each["product_id"] == "Bread"]
    assert (row["order_quantity"], row["order_value"]) == (line.quantity, line.quantity * 2)
    assert order_value.value(shop)[1].orders == line.quantity * 2
    expected = float(ensemble.expected[0, :7].sum())
    assert order_value.sales(shop, version, ensemble, np.array([0]), 7).margin == pytest.approx(expected * (3 - 2))
    assert main(["recommend", "--product-id", "Bread"]) == 0
    (told,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert float(told["order_quantity"]) == line.quantity
    suppliers.save(shop, Sourcing((replace(HANSEN, order_days=frozenset({0, 4})),), (replace(BREAD, unit_cost=1.0),)), "Anna")
    dearer = cache.orders(shop, version, saved, policy, {}).table.set_index("unique_id").loc[line.unique_id]
    assert (dearer["unit_cost"], dearer["review_period"], dearer["order_quantity"] > line.quantity) == (1, 4, True)


def test_what_is_kept_of_book_and_suppliers_is_what_the_files_say(shop: Workspace) -> None:
    order = propose(shop)
    assert order is not None
    orders.change(shop, order.id, Wish(by="Zoé", quantities={order.lines[0].unique_id: 6}, reason="Freezer full"))
    orders.place(shop, order.id, ANNA)
    kept, (stated, sourcing) = order_book.book(shop), suppliers.state(shop)
    facts = OrderBook(shop).every()
    order_book.forget()
    book_file._events.cache_clear()
    suppliers._of_file.cache_clear()
    assert (order_book.book(shop), suppliers.state(shop)) == (kept, (stated, sourcing))
    assert OrderBook(shop).every() == facts


def test_a_proposal_is_brought_up_to_date_and_written_once(shop: Workspace) -> None:
    first = propose(shop)
    assert propose(shop) == first
    assert len(OrderBook(shop).every()) == 1
    count(shop, 0)
    again = propose(shop)
    assert first is not None
    assert again is not None
    assert (again.id, again.units > first.units) == (first.id, True)


def test_a_changed_quantity_stays_whatever_is_recommended_later(shop: Workspace) -> None:
    order = propose(shop)
    assert order is not None
    bread = order.lines[0].unique_id
    with pytest.raises(InputError, match="Say why"):
        orders.change(shop, order.id, Wish(by="Anna", quantities={bread: 6}))
    orders.change(shop, order.id, Wish(by="Anna", quantities={bread: 6}, reason="Freezer full"))
    count(shop, 0)
    cache.forget()
    line = (propose(shop) or order).lines[0]
    assert (line.quantity, line.reason, line.recommended > order.lines[0].recommended) == (6, "Freezer full", True)


def test_an_order_is_placed_once_and_then_on_order(shop: Workspace) -> None:
    order = propose(shop)
    assert order is not None
    assert orders.approve(shop, order.id, ANNA).state == "approved"
    assert propose(shop) == orders.order(shop, order.id)
    placed = orders.place(shop, order.id, ANNA)
    assert orders.place(shop, order.id, Wish(by="Ben")) == placed
    with pytest.raises(InputError, match="not placed a second time"):
        orders.place(shop, order.id, Wish(by="Ben", key="another"))
    assert (placed.placed_by, placed.placed_at) == ("Anna", MONDAY)
    assert stock(shop) == (20, order.units)
    later = propose(shop)
    assert later is None or later.order_date == date(2026, 8, 5)


def test_what_came_is_on_the_shelf_and_measures_the_lead_time(shop: Workspace) -> None:
    order = propose(shop)
    assert order is not None
    orders.place(shop, order.id, ANNA)
    bread = order.lines[0].unique_id
    Clock.moment = MONDAY + 2 * DAY
    assert orders.facts(orders.order(shop, order.id), suppliers.sourcing(shop), orders.today(shop))["late"]
    note = Wish(by="Jonas", key="note 81", quantities=orders.units_of(order, [({"product_id": "Bread"}, 5)]))
    orders.receive(shop, order.id, note)
    part = orders.receive(shop, order.id, note)
    assert (part.state, part.lines[0].received, stock(shop)) == ("partly_received", 5, (25, order.units - 5))
    done = orders.receive(shop, order.id, ANNA)
    assert (done.state, done.lead_time(), stock(shop)) == ("received", 2, (20 + order.units, 0))
    assert [dict(each.quantities) for each in done.movements] == [{bread: 5}, {bread: order.units - 5}]
    count(shop, 12)
    assert stock(shop) == (12, 0)


def test_what_cannot_be_is_refused(shop: Workspace) -> None:
    order = propose(shop)
    assert order is not None
    with pytest.raises(InputError, match="no line of Beer"):
        orders.units_of(order, [({"product_id": "Beer"}, 1)])
    with pytest.raises(InputError, match="nothing can be received"):
        orders.receive(shop, order.id, ANNA)
    orders.place(shop, order.id, ANNA)
    for day, text in ((date(2026, 8, 4), "still ahead"), (date(2026, 8, 2), "before that")):
        with pytest.raises(InputError, match=text):
            orders.receive(shop, order.id, Wish(by="Anna", day=day))
    with pytest.raises(NotFound):
        orders.place(shop, "0099", ANNA)
    with pytest.raises(InputError, match="An order is one of"):
        orders.listed(shop, "sent")
    with pytest.raises(NotFound, match="Suppliers: Hansen"):
        propose(shop, supplier="Mills")


def test_a_cancelled_order_is_not_proposed_again_on_its_day(shop: Workspace) -> None:
    order = propose(shop)
    assert order is not None
    orders.cancel(shop, order.id, Wish(by="Anna", reason="Not today"))
    later = propose(shop)
    assert later is not None
    assert (later.id, later.order_date) == ("0002", date(2026, 8, 5))
    assert [each.id for each in orders.listed(shop, "cancelled")] == [order.id]


def test_a_minimum_is_reached_or_the_order_says_why_not(shop: Workspace) -> None:
    plain = propose(shop)
    assert plain is not None
    more = plain.value + 12
    for minimum, added, said in ((more, 6, "added to reach the minimum"), (1e6, 0, "below the minimum value of 1,000,000.00")):
        supplier = Supplier(**{**_terms(), "minimum": Minimum(value=minimum)})
        suppliers.save(shop, Sourcing((supplier,), (BREAD,)), "Anna")
        order = propose(shop)
        assert order is not None
        assert (order.lines[0].added, order.units) == (added, plain.units + added)
        assert said in order.note


def test_free_delivery_is_worth_what_it_saves(shop: Workspace) -> None:
    plain = propose(shop)
    assert plain is not None
    for more, added, said in ((12, 6, "which saves 50.00"), (1e6, 0, "Delivery is free from 1,000,000.00 more: so much more is not expected")):
        supplier = Supplier(**{**_terms(), "freight": Freight(cost=50.0, free_from=plain.value + more)})
        suppliers.save(shop, Sourcing((supplier,), (BREAD,)), "Anna")
        order = propose(shop)
        assert order is not None
        assert (order.units, said in order.note) == (plain.units + added, True)


def test_foreign_money_is_shown_in_both(shop: Workspace) -> None:
    supplier = Supplier(**{**_terms(), "currency": Currency(code="CHF", rate=1.5)})
    suppliers.save(shop, Sourcing((supplier,), (BREAD,)), "Anna")
    order = propose(shop)
    assert order is not None
    facts = orders.facts(order, suppliers.sourcing(shop), date(2026, 8, 3))
    assert (facts["supplier_value"], facts["value"], facts["currency"]) == (order.units * 2, order.units * 3, "CHF")


def test_series_of_nobody_are_proposed_too(shop: Workspace) -> None:
    suppliers.save(shop, Sourcing(), "Anna")
    count(shop, 20, lead_time=1, review_period=2)
    (order,) = order_proposals.propose(shop, "Anna", moment=MONDAY)
    assert order.supplier == ""


def test_ten_proposals_a_day_for_thirty_nights_order_once_a_round_through_edits_and_a_new_version(
    shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Shelf(monkeypatch)
    shelf, placed, edited = [20.0], [], {}
    for night in range(30):
        if night == 12:
            assert copied(shop, factor=1.1) == 2
        for hour in range(10):
            order = propose(shop, MONDAY + night * DAY + hour * timedelta(hours=1))
            today = Clock.moment.astimezone().date()
            if order is not None and night % 5 == 3 and hour < 8:
                edited[order.id] = order.lines[0].quantity + (6 if order.id not in edited else 0)
                orders.change(shop, order.id, Wish(by="Anna", quantities={order.lines[0].unique_id: edited[order.id]}, reason="Fair"))
            elif order is not None and order.order_date == today:
                placed.append((today, orders.place(shop, order.id, ANNA)))
        for each in order_book.book(shop).on_the_way():
            if each.due == today:
                orders.receive(shop, each.id, ANNA)
        shelf.append(max(stock(shop)[0] - 31, 0.0))
        Clock.moment += timedelta(hours=2)
        counted.count(shelf[-1])
    days = [day for day, _ in placed]
    assert days == sorted(set(days))
    assert {day.weekday() for day in days} <= {0, 2, 4}
    assert len(days) >= 11
    assert {each.version for _, each in placed} == {1, 2}
    sent = {each.id: each.units for _, each in placed}
    assert {name: sent[name] for name in edited} == edited
    assert len(edited) >= 4
    book = order_book.book(shop)
    came = sum(line.received for each in book.orders.values() for line in each.lines)
    assert sum(each.units for each in book.orders.values() if each.placed_at) == came + sum(each.outstanding for each in book.on_the_way())
    assert min(shelf[3:]) > 0
    assert max(shelf) <= 280


def _terms() -> dict[str, object]:
    return {name: getattr(HANSEN, name) for name in HANSEN.__dataclass_fields__}


def test_a_changed_quantity_is_taken_back_and_follows_the_recommendation_again(shop: Workspace) -> None:
    order = propose(shop)
    assert order is not None
    bread = order.lines[0].unique_id
    orders.change(shop, order.id, Wish(by="Anna", quantities={bread: 6}, reason="Freezer full"))
    assert {name: (event.by, event.reason) for name, event in order_history.changes(shop, order.id).items()} == {bread: ("Anna", "Freezer full")}
    orders.restore(shop, order.id, [bread], "Ben")
    assert order_history.changes(shop, order.id) == {}
    assert [each.kind for each in order_history.history(shop, order.id)] == ["proposed", "changed", "restored"]
    count(shop, 0)
    cache.forget()
    line = (propose(shop) or order).lines[0]
    assert (line.quantity, line.reason) == (line.recommended, "")


def test_a_product_that_was_not_recommended_is_added_and_stays(shop: Workspace) -> None:
    order = propose(shop)
    assert order is not None
    assert {line.key["product_id"] for line in added_lines.may_be_added(shop, order)} == {"Hinge", "Rope 10 m"}
    wanted = orders.wanted_of(shop, order, [({"product_id": "Hinge"}, 4.0)])
    wish = Wish(by="Anna", key="hinge", quantities=wanted, reason="Party")
    twice = [orders.change(shop, order.id, wish) for _ in range(2)]
    assert twice[0] == twice[1]
    [hinge] = [line for line in twice[0].lines if line.unique_id in wanted]
    assert (hinge.quantity, hinge.recommended, hinge.reason, hinge.key["product_id"]) == (4, 0, "Party", "Hinge")
    count(shop, 0)
    cache.forget()
    order_proposals.propose(shop, "night", moment=MONDAY)
    assert hinge in orders.order(shop, order.id).lines
    assert not any(line.unique_id in wanted for each in orders.listed(shop) if each.id != order.id for line in each.lines)
    after = orders.change(shop, order.id, Wish(by="Anna", quantities=dict.fromkeys(wanted, 0.0), reason="No party"))
    assert [line.key["product_id"] for line in after.lines] == ["Bread"]
    with pytest.raises(InputError, match="above 0"):
        orders.change(shop, order.id, Wish(by="Anna", quantities=dict.fromkeys(wanted, 0.0), reason="No party"))
    with pytest.raises(InputError, match="the forecast knows no such product"):
        orders.change(shop, order.id, Wish(by="Anna", quantities={"Beer": 1.0}, reason="Party"))
    mills = Sourcing((*suppliers.sourcing(shop).suppliers, Supplier(name="Mills")), (BREAD, Source(supplier="Mills", product_id="Hinge")))
    suppliers.save(shop, mills, "Anna")
    with pytest.raises(InputError, match="Hinge comes from Mills, not from Hansen"):
        orders.change(shop, order.id, replace(wish, key=""))
