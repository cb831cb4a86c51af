"""Quantities that a person chose of any shelf, kept by the order book where nobody named a supplier, and where somebody did."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from order_shops import MONDAY, Clock, count, shop_on_monday

from forecasting.core.errors import InputError
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.services import cache, changed_quantities, order_book, order_cards, order_proposals, orders, suppliers, turn_proposals
from forecasting.services.orders import Wish
from forecasting.storage import order_book as book_file
from forecasting.storage.workspace import Workspace

TERMS = {"lead_time": 1, "review_period": 2}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    for module in (changed_quantities, order_cards):
        monkeypatch.setattr(module, "datetime", Clock)
    yield shop_on_monday(tmp_path, monkeypatch)
    cache.forget()


def series(ws: Workspace) -> dict[str, str]:
    """Product -> its series."""
    _, ensemble = cache.live(ws)
    return dict(zip(ensemble.panel.series["product_id"].astype(str), map(str, ensemble.panel.unique_ids), strict=True))


def wish(quantities: dict[str, float], reason: str = "Freezer full") -> Wish:
    return Wish(by="Anna", quantities=quantities, reason=reason)


def forget() -> None:
    """As a new process."""
    cache.forget()
    book_file._events.cache_clear()


def test_without_suppliers_quantities_are_kept_with_their_reason_in_the_order_of_nobody(shop: Workspace) -> None:
    suppliers.save(shop, Sourcing((), ()), "Anna")
    count(shop, 20, **TERMS)
    bread, hinge, rope = (series(shop)[name] for name in ("Bread", "Hinge", "Rope 10 m"))
    changed_quantities.refresh(shop, "Anna")
    assert not order_book.book(shop).orders
    changed_quantities.change(shop, wish({bread: 7.0, hinge: 0.0, rope: 5.0}))
    changed_quantities.change(shop, wish({rope: 0.0}, "No room"))
    forget()
    count(shop, 0, **TERMS)
    changed_quantities.refresh(shop, "night")
    kept = {name: (line.quantity, line.reason) for name, line in changed_quantities.lines(shop).items()}
    assert kept == {bread: (7, "Freezer full"), hinge: (0, "Freezer full"), rope: (0, "No room")}
    [order] = orders.listed(shop)
    [line] = [each for each in order.lines if each.unique_id == bread]
    advised = [line.quantity for each in turn_proposals.proposed(shop, MONDAY).listed for line in each.order.lines if line.unique_id == bread]
    assert order.supplier == ""
    assert [line.recommended] == advised != [7]
    changed_quantities.restore(shop, [bread, rope], "Ben")
    assert changed_quantities.quantities(shop) == {hinge: 0}
    orders.place(shop, order.id, Wish(by="Anna"))
    assert changed_quantities.quantities(shop) == {}


def test_with_suppliers_each_quantity_goes_into_the_order_to_whoever_delivers_it(shop: Workspace) -> None:
    bread, rope = (series(shop)[name] for name in ("Bread", "Rope 10 m"))
    changed_quantities.change(shop, wish({bread: 6.0, rope: 4.0}))
    order_proposals.propose(shop, "night", moment=MONDAY)
    at = {line.unique_id: (order.supplier, line.quantity) for order in orders.listed(shop) for line in order.lines if line.reason}
    assert at == {bread: ("Hansen", 6), rope: ("", 4)}
    before = order_book.stamp(shop)
    for bad, why, says in (
        ({bread: 5.0}, " ", "Say why"),
        ({"Beer": 1.0}, "Party", "Nothing can be ordered of 'Beer'"),
        ({bread: -1.0}, "Party", "at least 0"),
    ):
        with pytest.raises(InputError, match=says):
            changed_quantities.change(shop, wish(bad, why))
    assert order_book.stamp(shop) == before
