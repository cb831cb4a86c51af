"""The client of the month that is lived through: what is not answered is sent again as it was, once the server is there again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import httpx2
import pytest

from benchmarks import order_month
from benchmarks.order_month import World, sales_file
from benchmarks.support.clocked_server import Client, Clock, ClockedServer


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
    monkeypatch.setattr("benchmarks.support.clocked_server.CACHE_SECONDS", -0.2)
    clock = Clock(tmp_path / "clock")
    clock.set(date(2099, 1, 1), 7)
    assert float((tmp_path / "clock").read_text()) > 0
    assert ClockedServer(tmp_path, clock, tmp_path / "log").address.startswith("http://127.0.0.1:")


def test_a_world_notes_what_does_not_fit_and_draws_the_same_again() -> None:
    world = World(order_month.np.random.default_rng(1))
    demand = world.demand(date(2026, 8, 3))
    assert demand == World(order_month.np.random.default_rng(1)).demand(date(2026, 8, 3))
    world.check(True, "fits")
    world.check(False, "doubled")
    assert world.faults == ["doubled"]
    assert sales_file({date(2026, 8, 3): demand}).count(b"\n") == len(demand) + 1
