"""A browser keeps to the process that has its sessions."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from forecasting.entrypoints.server.connection_routes import chosen
from forecasting.entrypoints.server.process_role import ProcessRole
from pages.server.affinity import Affinity

PAGE = {"Accept": "text/html,*/*;q=0.8"}


def answer(number, **headers):
    """The answer of the process with a number."""
    app = Affinity(Starlette(routes=[Route("/", lambda _: PlainTextResponse("", 304))]), ProcessRole(number))
    return TestClient(app).get("/", headers=PAGE | headers)


def test_a_page_names_its_process_once():
    said = answer(2).headers["set-cookie"]
    assert said == "shelfcast-process=2; Path=/; HttpOnly; SameSite=Lax"
    cookie = said.partition(";")[0]
    assert chosen(f"GET / HTTP/1.1\r\nCookie: {cookie}\r\n\r\n".encode()) == 2
    assert "set-cookie" not in answer(2, Cookie=cookie).headers
    assert "set-cookie" in answer(1, Cookie=cookie).headers


@pytest.mark.parametrize(("number", "headers"), [(None, {}), (0, {}), (1, {"Accept": "application/json"})])
def test_nothing_else_does(number, headers):
    assert "set-cookie" not in answer(number, **headers).headers


@pytest.mark.parametrize(("number", "close"), [(None, None), (0, "close"), (1, "close")])
def test_a_proxys_connection_carries_nobody_elses_requests(number, close):
    assert answer(number, **{"X-Forwarded-For": "203.0.113.7"}).headers.get("connection") == close
    assert "connection" not in answer(number).headers
