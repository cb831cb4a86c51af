"""The order book and the suppliers in a backup, a check, a start over, and after a crash."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from order_shops import ANNA, MONDAY, Clock, shop_on_monday

from forecasting.core.errors import OrdersDamaged
from forecasting.services import backup, cache, order_book, order_proposals, orders, start_over, suppliers
from forecasting.services.verification.verify import verify
from forecasting.storage import line_file
from forecasting.storage.order_book import OrderBook
from forecasting.storage.suppliers import supplier_store
from forecasting.storage.workspace import Workspace


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A shop with one order that was placed."""
    ws = shop_on_monday(tmp_path, monkeypatch)
    (order,) = order_proposals.propose(ws, "Anna", supplier="Hansen", moment=MONDAY)
    orders.place(ws, order.id, ANNA)
    yield ws
    cache.forget()


def test_a_backup_brings_orders_and_suppliers_back(shop: Workspace, tmp_path: Path) -> None:
    backup.backup(shop, tmp_path / "shop.zip")
    backup.restore(tmp_path / "shop.zip", tmp_path / "again")
    again = Workspace(tmp_path / "again")
    assert order_book.book(again) == order_book.book(shop)
    assert suppliers.sourcing(again) == suppliers.sourcing(shop)


@pytest.mark.parametrize("of", ["orders", "suppliers"])
def test_what_is_damaged_is_named_by_the_check(shop: Workspace, of: str) -> None:
    assert verify(shop).checked["the order book"] == verify(shop).checked["the suppliers"] == 1
    path = OrderBook(shop).path if of == "orders" else supplier_store(shop).path(1)
    path.write_bytes(path.read_bytes().replace(b"Hansen", b"Hanson"))
    assert {finding.path for finding in verify(shop).findings} == {path.relative_to(shop.home).as_posix()}


def test_a_start_over_empties_both_and_numbers_go_on(shop: Workspace) -> None:
    before = OrderBook(shop).path.read_bytes()
    start_over.start_over(shop)
    assert (orders.listed(shop), suppliers.sourcing(shop).suppliers) == ([], ())
    assert (order_book.book(shop).last, supplier_store(shop).numbers()) == (1, [1, 2])
    assert OrderBook(shop).path.read_bytes().startswith(before)
    assert verify(shop).findings == ()


def test_a_damaged_book_goes_aside_when_the_shop_is_started_over(shop: Workspace) -> None:
    path = OrderBook(shop).path
    path.write_bytes(path.read_bytes().replace(b"Hansen", b"Hanson"))
    with pytest.raises(OrdersDamaged):
        orders.listed(shop)
    start_over.start_over(shop)
    assert orders.listed(shop) == []
    assert list(shop.damaged.rglob("book.jsonl*"))


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_an_order_that_a_crash_cut_off_was_not_placed_and_can_be_placed_again(shop: Workspace, share: float) -> None:
    path = OrderBook(shop).path
    first, second = line_file.lines(path.read_bytes())
    path.write_bytes(first + b"\n" + second[: int(len(second) * share)])
    assert orders.order(shop, "0001").state == "proposed"
    assert orders.place(shop, "0001", ANNA).placed_at == Clock.moment
    assert len(OrderBook(shop).every()) == 2
