"""A client that sends again, with the same key, what was not answered: an order is as if nothing had ever been cut off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from api_client import client
from order_shops import DAY, MONDAY, Clock, shop_on_monday

from forecasting.services import cache
from forecasting.storage import line_file
from forecasting.storage.order_book import OrderBook
from forecasting.storage.workspace import Workspace

PART = {"lines": [{"product_id": "Bread", "quantity": 20}]}
STEPS: tuple[tuple[str, dict[str, object] | None], ...] = (
    ("", {"supplier": "Hansen"}),
    ("/0001/change", {"lines": [{"product_id": "Bread", "quantity": 60}], "reason": "Freezer full"}),
    ("/0001/approve", None),
    ("/0001/place", None),
    ("/0001/receive", PART),
    ("/0001/receive", PART),
    ("/0001/cancel", {"lines": [{"product_id": "Bread", "quantity": 5}], "reason": "Never came"}),
)
"""Where a step is sent, and what with."""


class Killed(Exception):
    """The server is gone."""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    ws = shop_on_monday(tmp_path, monkeypatch)
    Clock.moment = MONDAY + DAY / 24  # after the count
    yield ws
    cache.forget()


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_what_is_sent_again_after_a_crash_happens_once(shop: Workspace, monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    api, append = client(shop, raises=False), line_file.append

    def killed(path: Path, line: bytes) -> None:
        with path.open("ab") as file:
            file.write(line[: int(len(line) * share)])
        raise Killed

    for number, (where, body) in enumerate(STEPS):
        key = {"Idempotency-Key": f"step {number}"}
        monkeypatch.setattr(line_file, "append", killed)
        assert api.post(f"/api/orders{where}", json=body, headers=key).status_code == 500
        monkeypatch.setattr(line_file, "append", append)
        for _ in range(2):
            assert api.post(f"/api/orders{where}", json=body, headers=key).status_code == 200
    (order,) = api.get("/api/orders").json()["orders"]
    (line,) = order["lines"]
    assert (order["id"], order["state"], line["quantity"], line["received"], line["cancelled"]) == ("0001", "partly_received", 60, 40, 5)
    assert len(OrderBook(shop).every()) == len(STEPS)
    bread = next(each for each in api.post("/api/recommend", json={"lead_time": 2, "review_period": 2}).json()["orders"] if each["on_order"])
    assert (bread["on_hand"], bread["on_order"]) == (60, 15)
