"""The month that is lived through: what is not answered is sent again as it was, and what is doubled or lost is found."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest

from benchmarks.support import book_audit
from benchmarks.support.clocked_server import Client, Clock, ClockedServer
from benchmarks.support.shop_world import World, sales_file

MONDAY = date(2026, 8, 3)


class Server:
    """A server that is started and killed in name only."""

    address = "http://shop"

    def __init__(self) -> None:
        self.starts = self.kills = 0

    def ensure(self) -> None:
        self.starts += 1

    def kill(self) -> None:
        self.kills += 1


def client(server: Server, answers: list[int | None]) -> tuple[Client, list[httpx2.Request]]:
    """A client whose requests get these statuses in turn, None for no answer; and what it sent."""
    sent: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        status = answers.pop(0)
        if status is None:
            raise httpx2.ReadError("gone")
        return httpx2.Response(status, json={})

    of = Client(server, seed=1)  # type: ignore[arg-type]
    of._http = httpx2.Client(base_url=server.address, transport=httpx2.MockTransport(answer))
    return of, sent


def test_a_request_is_sent_until_it_is_answered_with_the_same_key() -> None:
    server = Server()
    asked, sent = client(server, [None, 503, None, 200])
    assert asked.send("place", "POST", "/api/orders/0001/place", headers={"Idempotency-Key": "k"}).status_code == 200
    assert [request.headers["Idempotency-Key"] for request in sent] == ["k"] * 4
    assert (asked.repeated, server.starts) == (2, 4)


def test_the_server_is_killed_during_the_next_request_of_a_doomed_kind_and_no_other() -> None:
    server = Server()
    asked, _ = client(server, [200, 200, 200])
    asked.doomed = ["place"]
    for kind in ("upload", "place", "place"):
        asked.send(kind, "POST", "/api/x")
    assert (server.kills, asked.doomed) == (1, [])


def test_a_clock_says_how_far_it_is_ahead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.support.clocked_server.CACHE_SECONDS", -1.2)
    clock = Clock(tmp_path / "clock")
    clock.set(date(2099, 1, 1), 7)
    assert float((tmp_path / "clock").read_text()) > 0
    assert ClockedServer(tmp_path, clock, tmp_path / "log").address.startswith("http://127.0.0.1:")


def test_a_world_notes_what_does_not_fit_and_draws_the_same_again() -> None:
    world = World(np.random.default_rng(1))
    demand = world.demand(MONDAY)
    assert demand == World(np.random.default_rng(1)).demand(MONDAY)
    world.check(True, "fits")
    world.check(False, "doubled")
    assert world.faults == ["doubled"]
    assert sales_file({MONDAY: demand}).count(b"\n") == len(demand) + 1


@pytest.mark.parametrize(
    ("wrong", "faults"),
    [
        ({}, []),
        ({"on_order": 24.0}, ["on order"]),
        ({"received": 8.0}, ["received", "on the way"]),
        ({"on_hand": 11.0}, ["on hand"]),
        ({"sold": 41.0}, ["sold"]),
        ({"quantity": 18.0}, ["order 0001 is not as it was placed", "on the way"]),
        ({"also": "0002"}, ["placed in the book ['0001', '0002'], really ['0001']", "received", "on the way"]),
        ({"id": "0002"}, ["placed in the book ['0002'], really ['0001']"]),
    ],
)
def test_an_audit_finds_what_is_doubled_or_lost(wrong: dict[str, Any], faults: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bread = ("Bread", "Basel")
    world = World(np.random.default_rng(1))
    world.past[bread], world.sold[bread], world.received[bread], world.on_hand[bread] = 30, 10, 4, 7.0
    world.placed["0001"], world.on_the_way[bread] = ("Hansen", MONDAY, {bread: 16.0}), 12
    keys = {"product_id": "Bread", "store": "Basel"}
    line = {**keys, "quantity": wrong.get("quantity", 16.0), "received": wrong.get("received", 4.0), "cancelled": 0.0}
    order = {"id": wrong.get("id", "0001"), "supplier": "Hansen", "placed_at": f"{MONDAY}T07:00:01+00:00", "lines": [line]}
    book = [order, *({**order, "id": name} for name in [wrong.get("also")] if name)]
    row = {**keys, "on_hand": wrong.get("on_hand", 7.0), "on_order": wrong.get("on_order", 12.0)}

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json={"orders": [row] if request.url.path == "/api/recommend" else book})

    asked, _ = client(Server(), [])
    asked._http = httpx2.Client(base_url=Server.address, transport=httpx2.MockTransport(answer))
    monkeypatch.setattr(book_audit, "run_python", lambda *_: json.dumps([[*bread, wrong.get("sold", 40.0)]]))
    book_audit.audit(world, asked, tmp_path, Clock(tmp_path / "clock"))
    assert [found.startswith(expected) for found, expected in zip(world.faults, faults, strict=True)] == [True] * len(faults)
