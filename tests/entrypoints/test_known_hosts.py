"""Under which names the server answers, which pages may connect to it, and what it says to headers that mean nothing."""

from __future__ import annotations

import pytest
from api_client import problem
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse

from forecasting.entrypoints.server.authorities import Authority, authority, is_origin, is_same_origin
from forecasting.entrypoints.server.known_hosts import KnownHosts

HERE = "http://127.0.0.1:8501"
NO_HOST = [
    "",
    "[::1",
    "[::1]x",
    "a b",
    "localhost:",
    "localhost:0",
    "localhost:65536",
    "localhost:-1",
    "x@localhost",
    "a:1:2",
    "[127.0.0.1]",
    "::1",
    "a" * 254,
    "a/b",
    "\u0663",
    "a\0b",
    "9" * 5000,
    "localhost:" + "9" * 5000,
]


def asked(is_allowed=None, origins=(), base_url=HERE):
    async def connected(socket):
        await socket.accept()
        await socket.send_text("connected")
        await socket.close()

    routes = [Route("/{path:path}", lambda _: PlainTextResponse("in")), WebSocketRoute("/stream", connected)]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(KnownHosts, is_allowed, origins)]), base_url=base_url)


def connect(client, **headers):
    """What a page hears that opens a connection: what the server sends, or the status with which it refuses."""
    try:
        with client.websocket_connect("ws://127.0.0.1:8501/stream", headers=headers) as socket:
            return socket.receive_text()
    except WebSocketDenialResponse as refusal:
        return refusal.status_code


@pytest.mark.parametrize("text", NO_HOST)
def test_what_is_no_host_is_none_and_no_error(text):
    assert (authority(text), is_origin(f"http://{text}"), is_same_origin(f"http://{text}", text)) == (None, False, False)


def test_hosts_and_ports_are_read():
    read = [authority(text) for text in ("LOCALHOST", "shop.example:8501", "[2001:DB8::1]:443", "10.0.0.5:65535", "my_shop")]
    assert read == [
        Authority("localhost"),
        Authority("shop.example", 8501),
        Authority("2001:db8::1", 443),
        Authority("10.0.0.5", 65535),
        Authority("my_shop"),
    ]


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("http://localhost:8501", "localhost:8501", True),
        ("http://LOCALHOST:8501", "localhost:8501", True),
        ("https://shop.example", "shop.example", True),
        ("https://shop.example", "shop.example:443", True),
        ("http://shop.example:80", "shop.example", True),
        ("https://shop.example", "shop.example:80", False),
        ("http://localhost:9999", "localhost:8501", False),
        ("http://127.0.0.1:8501", "localhost:8501", False),
        ("http://localhost", "localhost:8501", False),
        ("http://evil.example", "shop.example", False),
        ("http://[::1", "[::1]:8501", False),
        ("ftp://shop.example", "shop.example", False),
        ("null", "shop.example", False),
        ("http://shop.example/", "shop.example", False),
        ("9" * 5000, "9" * 5000, False),
    ],
)
def test_an_origin_is_the_same_by_host_and_port(origin, host, same):
    assert is_same_origin(origin, host) is same


@pytest.mark.parametrize("host", NO_HOST)
def test_a_host_that_is_none_is_refused_in_one_sentence(host):
    said = problem(asked().get("/api/health", headers={"Host": host.encode("latin-1", "replace")}), 400, "host-wrong")
    assert "Host" in said["detail"]
    assert len(said["detail"]) < 250


def test_no_site_reaches_this_machine_under_a_name_of_its_own():
    client = asked()
    for path in ("/", "/forecast", "/_stcore/health", "/api/health", "/app/static/icon.svg"):
        assert "evil.example" in problem(client.get(path, headers={"Host": "evil.example"}), 403, "other-host")["detail"]
        for host in ("localhost:8501", "127.0.0.1", "[::1]:8501"):
            assert client.get(path, headers={"Host": host}).text == "in"
    assert connect(client, host="evil.example", origin="http://evil.example") == 403


def test_names_can_be_allowed_and_this_machine_keeps_its_own():
    client = asked(lambda host: host.startswith("forecast.shop.example"))
    statuses = [client.get("/", headers={"Host": host}).status_code for host in ("forecast.shop.example", "localhost:8501", "shop.example")]
    assert statuses == [200, 200, 403]


def test_beyond_this_machine_any_name_will_do_unless_some_are_named():
    assert asked(base_url="http://10.0.0.5:8501").get("/", headers={"Host": "shop.local"}).text == "in"
    assert asked(lambda _: False, base_url="http://10.0.0.5:8501").get("/", headers={"Host": "shop.local"}).status_code == 403


def test_a_page_connects_to_the_very_host_and_port_it_came_from():
    client = asked()
    own = [connect(client, host=host, origin=f"http://{host}") for host in ("127.0.0.1:8501", "localhost:8501", "[::1]:8501")]
    assert own == ["connected"] * 3
    foreign = ("http://localhost:9999", "http://localhost", "https://evil.example", "null", "http://[::1", "9" * 5000, "")
    assert [connect(client, host="localhost:8501", origin=origin) for origin in foreign] == [403] * len(foreign)
    assert connect(client) == "connected"  # a program says no origin
    assert connect(asked(origins=["https://board.example"]), origin="https://board.example") == "connected"
