"""Which process gets a connection."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.entrypoints.server.connection_routes import LONGEST_HEAD, ConnectionRoutes, asks_as_program, chosen, is_whole

RUNNING = (0, 1, 2)


def head(path="/", *headers, method="GET"):
    """The head of a request."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: shop", *headers, "", ""]).encode()


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/forecast", "/shop/api/orders", "/api?x", "http://shop:8501/api/jobs"])
def test_programs_have_a_process_of_their_own(path):
    for method in ("GET", "POST", "OPTIONS"):
        assert ConnectionRoutes().process_for(head(path, "Cookie: shelfcast-process=2", method=method), RUNNING) == 0


@pytest.mark.parametrize("path", ["/", "/apis", "/orders?next=/api/", "/static/api.js", "//api/", "*", "/%61pi/", "/forecast#/api/"])
def test_whatever_else_is_asked_is_for_pages(path):
    assert not asks_as_program(head(path))
    assert ConnectionRoutes().process_for(head(path), RUNNING) in (1, 2)


@pytest.mark.parametrize(
    ("line", "process"),
    [
        ("Cookie: shelfcast-process=2", 2),
        ("cookie:a=b;shelfcast-process=1 ; c=d", 1),
        ("Cookie: shelfcast-process=7", 7),
        ("Cookie: shelfcast-process=", None),
        ("Cookie: shelfcast-process=2x", None),
        ("Cookie: not-shelfcast-process=2", None),
        ("Cookie: shelfcast-process=99999999999999999999", None),
        ("Cookies: shelfcast-process=2", None),
        ("X-Cookie: shelfcast-process=2", None),
    ],
)
def test_a_cookie_names_a_process(line, process):
    assert chosen(head("/", "Accept: */*", line)) == process
    assert chosen(head() + line.encode() + b"\r\n\r\n") is None, "in the body"


def test_newcomers_are_spread_and_those_who_come_again_go_where_they_were():
    routes = ConnectionRoutes()
    assert sorted(routes.process_for(head(), (2, 0, 1)) for _ in range(10)) == [1] * 5 + [2] * 5
    assert {routes.process_for(head("/", "Cookie: shelfcast-process=2"), RUNNING) for _ in range(5)} == {2}


def test_a_process_that_does_not_run_gets_nothing():
    routes, back = ConnectionRoutes(), head("/", "Cookie: shelfcast-process=2")
    assert {routes.process_for(back, (0, 1)) for _ in range(3)} == {1}
    assert routes.process_for(back, (0,)) == 0, "rather than nobody"
    assert routes.process_for(head("/api/"), (1, 2)) is None
    assert routes.process_for(back, ()) is None
    assert routes.process_for(head("/", "Cookie: shelfcast-process=0"), RUNNING) in (1, 2), "pages have their own"


@given(st.binary(max_size=300), st.sets(st.integers(0, 3)))
def test_bytes_of_all_kinds_go_to_a_process_that_runs(head, running):
    for sent in (head, b"GET " + head):
        assert ConnectionRoutes().process_for(sent, running) in ({None} if asks_as_program(sent) and 0 not in running else running or {None})


def test_a_head_is_whole_at_its_end_or_when_it_is_too_long():
    assert [is_whole(part) for part in (b"GET / HTTP/1.1\r\n", head(), b"x" * LONGEST_HEAD)] == [False, True, True]
