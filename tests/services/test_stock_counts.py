"""A saved shop a week after its count: the orders believe what is on the shelves now, and a second count is graded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from api_client import client, problem, sales_file
from order_shops import DAY, MONDAY, Clock, count, shop_on_monday
from shop_workspaces import merge

from forecasting.core.errors import InputError
from forecasting.entrypoints.api.stock_schemas import CountsAnswer, StockAnswer
from forecasting.entrypoints.cli.verbs import main
from forecasting.inventory.policy import Policy
from forecasting.inventory.stock.count_day import CountDay
from forecasting.services import cache, order_book, order_proposals, ordering, orders, shop_clock, stock_counts, suppliers
from forecasting.services.orders import Wish
from forecasting.storage.stock_states import COUNTED_AT, StockStore
from forecasting.storage.workspace import VARIABLE, Workspace

USUAL = {"product_id": "Bread"}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    yield shop_on_monday(tmp_path, monkeypatch)
    cache.forget()


def sell(ws: Workspace, *units: float, product: str = "Bread", first: int = 0) -> None:
    days = pd.Timestamp(MONDAY.date()) + pd.to_timedelta(np.arange(len(units)) + first, unit="D")
    merge(ws, pd.DataFrame({"date": days, "product_id": product, "sales": list(units)}), f"{first}-{len(units)}.csv")


def bread(ws: Workspace) -> pd.Series:
    version, ensemble = cache.live(ws)
    saved = cache.stock(ws)
    policy = Policy(start=ordering.start(ensemble, saved, stock_counts.sales_to(ws)))
    return cache.orders(ws, version, saved, policy, USUAL).table.iloc[0]


def test_an_order_a_week_after_the_count_believes_what_is_there_now(shop: Workspace) -> None:
    before = bread(shop)
    sell(shop, 4, 4, 4)
    after = bread(shop)
    assert (before["on_hand"], after["on_hand"]) == (20, 8)
    assert after["on_hand_note"] == "Counted 3 days ago: 20, 12 sold since, 0 came since: 8 in stock"
    assert before["on_hand_note"] == "Counted 3 Aug 2026: 20, 0 sold since, 0 came since: 20 in stock"


def test_a_correction_of_sales_moves_the_stock_again(shop: Workspace) -> None:
    sell(shop, 4, 4, 4)
    sell(shop, 1, first=1)
    assert bread(shop)["on_hand"] == 11


def test_received_orders_count_once_and_not_after_a_newer_count(shop: Workspace) -> None:
    (order,) = order_proposals.propose(shop, "Anna", supplier="Hansen")
    orders.place(shop, order.id, Wish(by="Anna"))
    Clock.moment = MONDAY + DAY
    orders.receive(shop, order.id, Wish(by="Anna", quantities={"Bread": 24}, day=Clock.moment.date()))
    sell(shop, 4, 8)
    row = bread(shop)
    assert (row["sold_since"], row["came_since"], row["on_hand"]) == (12, 24, 32)
    assert order_book.moves(shop) == 2
    Clock.moment = MONDAY + 2 * DAY
    count(shop, 30)
    row = bread(shop)
    assert (row["sold_since"], row["came_since"], row["on_hand"]) == (0, 0, 30)


def test_a_count_says_on_which_day_it_was_made_and_whether_before_its_sales_and_deliveries(shop: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop_clock, "datetime", Clock)
    tuesday = (MONDAY + DAY).date()
    (order,) = order_proposals.propose(shop, "Anna", supplier="Hansen")
    orders.place(shop, order.id, Wish(by="Anna"))
    sell(shop, 4, 8, 5)
    Clock.moment = MONDAY + 3 * DAY
    orders.receive(shop, order.id, Wish(by="Anna", quantities={"Bread": 24}, day=tuesday))
    _, ensemble = cache.live(shop)
    checked = ordering.check_typed_stock(pd.DataFrame([{"product_id": "Bread", "on_hand": 30.0}]), ensemble)
    for day, sold, came, morning in ((CountDay(tuesday, is_opening=True), 13, 24, 1), (CountDay(tuesday), 5, 0, 2), (None, 0, 0, 3)):
        ordering.save_stock(shop, replace(checked, counted=day), ensemble, "typed")
        hinge = ordering.check_typed_stock(pd.DataFrame([{"product_id": "Hinge", "pack_size": 2.0}]), ensemble)
        ordering.save_stock(shop, hinge, ensemble, "terms of another product")
        row, saved = bread(shop), cache.stock(shop)
        assert (row["sold_since"], row["came_since"], row["on_hand"]) == (sold, came, 30 - sold + came)
        assert row["counted_on"] == pd.Timestamp(tuesday if day else Clock.moment.date())
        assert saved is not None
        assert ordering.counted_on(saved) == pd.Timestamp(MONDAY.date()) + morning * DAY
    with pytest.raises(InputError, match="2026-08-07, which is still ahead"):
        ordering.save_stock(shop, replace(checked, counted=CountDay(date(2026, 8, 7))), ensemble, "typed")


def test_a_count_of_one_shelf_leaves_the_count_of_the_others(shop: Workspace) -> None:
    _, ensemble = cache.live(shop)
    names = ensemble.panel.series["product_id"].tolist()
    other = next(name for name in names if name != "Bread")
    ordering.save_stock(shop, ordering.check_typed_stock(pd.DataFrame([{"product_id": other, "on_hand": 50}]), ensemble), ensemble, "typed")
    sell(shop, 4, 4, 4)
    Clock.moment = MONDAY + 3 * DAY
    count(shop, 9)
    sell(shop, 7, first=0, product=other)
    given = ordering.given_stock(shop, ensemble)
    assert given.table["on_hand"].tolist()[names.index(other)] == 43
    assert given.table["on_hand"].tolist()[names.index("Bread")] == 9
    assert given.shelves is not None
    assert given.shelves.counts.day[names.index(other)] == np.datetime64("2026-08-03")


def test_only_what_was_typed_over_is_a_count(shop: Workspace) -> None:
    _, ensemble = cache.live(shop)
    sell(shop, 4, 4, 4)
    seen = ordering.stock_table(ordering.given_stock(shop, ensemble), ensemble)
    Clock.moment = MONDAY + 3 * DAY
    ordering.save_stock(shop, ordering.check_typed_stock(seen.assign(pack_size=6.0), ensemble, seen), ensemble, "typed", whole=True)
    row = bread(shop)
    assert (row["counted_units"], row["counted_on"], row["on_hand"], row["pack_size"]) == (20, pd.Timestamp("2026-08-03"), 8, 6)
    ordering.undo_stock(shop)
    assert bread(shop)["on_hand"] == 8


def test_a_second_count_is_graded_and_widens_the_risk(shop: Workspace) -> None:
    sell(shop, 4, 4, 4)
    Clock.moment = MONDAY + 3 * DAY
    count(shop, 5, unit_cost=2.0)
    _, ensemble = cache.live(shop)
    counted = stock_counts.counted(shop, ensemble.panel)
    assert counted is not None
    assert counted.graded[["sold", "expected", "counted", "difference", "value"]].to_numpy().tolist() == [[12, 8, 5, -3, -6]]
    sell(shop, 1, first=3)
    row = bread(shop)
    assert row["on_hand_low"] < row["on_hand"] == 4 < row["on_hand_high"]
    assert row["on_hand_note"].endswith("4 in stock, 3 to 5 by earlier counts")


def test_a_state_of_an_earlier_release_moves_on_from_when_it_was_saved(shop: Workspace) -> None:
    store = StockStore(shop)
    saved = store.load()
    assert saved is not None
    assert COUNTED_AT in saved.frame
    store.save(saved.frame.drop(columns=[COUNTED_AT, "sales_to"]), "older")
    sell(shop, 4, 4)
    assert bread(shop)["on_hand_note"] == "Saved 2 days ago: 20, 8 sold since, 0 came since: 12 in stock"
    _, ensemble = cache.live(shop)
    counted = stock_counts.counted(shop, ensemble.panel)
    assert counted is not None
    assert counted.graded.empty


def test_sales_that_cannot_be_read_are_not_taken_off_and_that_is_said(shop: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from forecasting.core.errors import SalesDamaged
    from forecasting.services import saved_sales

    def damaged(ws: Workspace) -> None:
        raise SalesDamaged("damaged", file="part.parquet")

    sell(shop, 4)
    with monkeypatch.context() as now:
        now.setattr(saved_sales, "saved", damaged)
        assert bread(shop)["on_hand_note"].endswith(f"20 in stock. {stock_counts.UNREADABLE.removesuffix('.')}")
    assert bread(shop)["on_hand"] == 16  # once they can be read again


def test_a_damaged_state_of_long_ago_hides_what_was_before_and_nothing_else(shop: Workspace) -> None:
    store = StockStore(shop)
    for _ in range(2):
        count(shop, 7)
    assert [each.number for each in store.line(16)] == [1, 2, 3]
    store.path(2).write_bytes(b"nothing")
    assert [each.number for each in store.line(16)] == [3]
    assert bread(shop)["on_hand"] == 7


def test_command_line_and_http_say_the_same(shop: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv(VARIABLE, str(shop.home))
    api = client(shop)
    assert (api.get("/api/stock/counts").json()["graded"], api.get("/api/stock").json()["shelves"][0]["on_hand"]) == ([], 20)
    sell(shop, 4, 4, 4)
    Clock.moment = MONDAY + 3 * DAY
    count(shop, 5)  # what a unit costs is known from its supplier
    now, counts = api.get("/api/stock").json(), api.get("/api/stock/counts").json()
    assert (now["stock"], now["sales_to"], now["shelves"][0]["product_id"], now["shelves"][0]["on_hand"]) == (2, "2026-08-05", "Bread", 5)
    assert (counts["counts"], counts["waiting"], counts["unbooked"], counts["difference"], counts["value"]) == (1, 0, 0, -3, -6)
    StockAnswer.model_validate(now)
    CountsAnswer.model_validate(counts)
    assert main(["stock", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == now
    assert main(["stock", "--counts", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == counts
    assert main(["stock", "--counts"]) == 0
    assert "1 count graded: \N{MINUS SIGN}3.0 units against what was expected, -6.00 at cost. By 1 earlier count" in capsys.readouterr().err


def test_a_stock_file_is_saved_without_the_page(shop: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(shop_clock, "datetime", Clock)
    monkeypatch.setenv(VARIABLE, str(shop.home))
    sell(shop, 4, 8, 5)
    Clock.moment = MONDAY + 3 * DAY
    tuesday, content = str((MONDAY + DAY).date()), b"product_id,Stock,Vendor,Shade\nBread,30,Mills,dark\n"
    api, file = client(shop), shop.home / "counted.csv"
    file.write_bytes(content)

    def send(content: bytes = content, **form: str) -> Any:
        return api.post("/api/stock", files=sales_file(content, file.name), data=form)

    shown, saved = (send(counted=tuesday, opening="true", dry_run=dry).json() for dry in ("true", "false"))
    assert (shown["saved"], shown["stock"], saved["saved"], saved["stock"]) == (False, 1, True, 2)
    assert (saved["rows"], saved["matched"], saved["counted"], saved["kept_out"]) == (1, 1, 1, ["Shade"])
    assert saved["mapping"] == {"product_id": "product_id", "on_hand": "Stock", "supplier": "Vendor"}
    assert saved["text"] == "Saved the stock of 1 series: 1 shelf counted."
    assert bread(shop)["on_hand"] == 30 - 8 - 5
    assert {each.name for each in suppliers.sourcing(shop).suppliers} == {"Hansen"}  # what a person said of bread stays
    assert api.post("/api/stock/undo").json()["name"] == "counted.csv"
    assert bread(shop)["on_hand"] == 20 - 4 - 8 - 5
    assert main(["stock", "--save", str(file), "--counted", tuesday]) == 0
    assert "Columns of counted.csv left out: Shade" in capsys.readouterr().err
    assert bread(shop)["on_hand"] == 30 - 5
    assert main(["stock", "--undo"]) == 0
    assert "Took back the stock saved from counted.csv" in capsys.readouterr().err
    assert (bread(shop)["on_hand"], main(["stock", "--opening"])) == (3, 2)
    assert "which is still ahead" in problem(send(counted="2026-08-07", dry_run="true"), 422, "input-error")["detail"]
    problem(send(counted="1786000000"), 422, "fields-wrong")  # not seconds since 1970
    assert "Brot" in str(problem(send(content.replace(b"Bread", b"Brot")), 422, "problems-found")["problems"])
    problem(send(mapping='{"sales": "Stock"}'), 422, "input-error")
