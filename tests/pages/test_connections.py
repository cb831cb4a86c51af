"""Connections: clients that keep the server waiting are let go, all others are left alone. The clock is the test's."""

from __future__ import annotations

import asyncio
import resource
from contextlib import suppress
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from uvicorn import Config, Server
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.server import ServerState

from forecasting.entrypoints.server.content_policy import NOTHING, policy
from forecasting.entrypoints.server.security_headers import HEADERS
from pages.server import connections, sessions
from pages.server.connections import DEAF_SECONDS, LATE_SECONDS, LEAST_RATE, WatchedConnection

HEAD = b"POST /api/upload HTTP/1.1\r\nHost: shop\r\nContent-Length: 1000000\r\n\r\n"
GET = b"GET /api/health HTTP/1.1\r\nHost: shop\r\n\r\n"
WEBSOCKET = b"GET /_stcore/stream HTTP/1.1\r\nHost: shop\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
OPENING = WEBSOCKET[:-2] + b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
LONG = 10 * DEAF_SECONDS
KEPT_OUT = {
    **{name.lower(): value for name, value in HEADERS.items()},
    "x-frame-options": "DENY",
    "content-security-policy": f"{policy(NOTHING)}; frame-ancestors 'none'",
    "cache-control": "no-store",
}


async def application(scope, receive, send):
    """Answers with nothing; closes pages' connections before they are open, or breaks."""
    if scope["path"] == "/_stcore/broken":
        raise ZeroDivisionError
    if scope["type"] == "websocket":
        await send({"type": "websocket.close"})
    else:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})


def prepared():
    """A server as its lifespan leaves it."""
    server = Server(Config(application, log_config=None))
    with server.capture_signals():
        server.config.load()
        connections.prepare(1000)
    return server


async def answer_below(server, sent):
    """The status and the headers of what a new connection writes that gets these bytes."""
    opened = server.config.http_protocol_class(server.config, server.server_state, {}, asyncio.get_running_loop())
    opened.connection_made(Transport())
    opened.data_received(sent)
    for _ in range(5):
        await asyncio.sleep(0)
    opened.connection_lost(None)
    head = opened.transport.written.partition(b"\r\n\r\n")[0].decode("ascii")
    status, *headers = head.splitlines()
    return int(status.split()[1]), {name.lower(): value for name, _, value in (line.partition(": ") for line in headers)}


class Loop:
    """An event loop whose time passes, and in which the application answers, when it is told to."""

    def __init__(self):
        self.now, self.timers, self.asked = 0.0, [], []

    def time(self):
        return self.now

    def call_later(self, seconds, call):
        timer = SimpleNamespace(at=self.now + seconds, call=call, cancel=lambda: self.timers.remove(timer) if timer in self.timers else None)
        self.timers.append(timer)
        return timer

    def create_task(self, coroutine):
        self.asked.append(coroutine)
        return Mock()

    def answer(self):
        with suppress(StopIteration):
            self.asked.pop().send(None)

    def end(self):
        for coroutine in self.asked:
            coroutine.close()

    def passes(self, seconds):
        end = self.now + seconds
        while due := sorted((timer for timer in self.timers if timer.at <= end), key=lambda timer: timer.at):
            self.timers.remove(due[0])
            self.now = due[0].at
            due[0].call()
        self.now = end


class Transport:
    """The other end of a connection."""

    def __init__(self):
        self.end, self.unsent, self.written = "", 0, b""

    def write(self, sent):
        self.written += sent

    def close(self):
        self.end = self.end or "closed"

    def abort(self):
        self.end = self.end or "aborted"

    def is_closing(self):
        return bool(self.end)

    def get_write_buffer_size(self):
        return self.unsent

    def get_extra_info(self, _):
        return None

    def ignored(self, *_):
        """What the protocol tells a transport besides."""

    pause_reading = resume_reading = set_protocol = ignored


class Socket:
    """What a websocket becomes."""

    def __init__(self, **_):
        self.connection_made = self.data_received = lambda _: None


@pytest.fixture
def loop():
    made = Loop()
    yield made
    made.end()


@pytest.fixture
def connection(loop):
    opened = WatchedConnection(Config(application, ws=Socket), ServerState(), {}, loop)
    opened.connection_made(Transport())
    return opened


def trickle(connection, loop, rate, seconds):
    """A request that comes at so many bytes a second, for so long at most; seconds that it came."""
    connection.data_received(HEAD)
    for second in range(seconds):
        if connection.transport.end:
            return second
        connection.data_received(b"x" * rate)
        connection.cycle.body.clear()
        connection.flow.resume_reading()
        loop.passes(1)
    return seconds


@pytest.mark.parametrize("sent", [b"", GET[:20], HEAD, HEAD + b"x" * 50_000], ids=["nothing", "half a head", "no body", "half a body"])
def test_a_client_that_stops_in_the_middle_is_let_go(connection, loop, sent):
    if sent:
        connection.data_received(sent)
    connection.flow.resume_reading()
    loop.passes(LATE_SECONDS - 1)
    assert connection.transport.end == ""
    loop.passes(LATE_SECONDS)
    assert connection.transport.end == "closed"


def test_bytes_that_trickle_in_do_not_hold_a_connection(connection, loop):
    assert trickle(connection, loop, LEAST_RATE // 10, 300) < 2 * LATE_SECONDS


def test_a_slow_upload_is_left_alone(connection, loop):
    assert trickle(connection, loop, 2 * LEAST_RATE, 300) == 300


def test_a_client_is_not_blamed_while_the_server_does_not_read(connection, loop):
    connection.data_received(HEAD + b"x" * 100_000)
    assert connection.flow.read_paused
    loop.passes(LONG)
    assert connection.transport.end == ""
    connection.flow.resume_reading()
    loop.passes(LONG)
    assert connection.transport.end == "closed"


def test_an_answer_may_take_its_time(connection, loop):
    connection.data_received(GET)
    loop.passes(LONG)
    assert connection.transport.end == ""


def test_a_client_that_asks_now_and_then_is_left_alone(connection, loop):
    for _ in range(100):
        connection.data_received(GET)
        loop.answer()
        loop.passes(connection.timeout_keep_alive - 1)
    assert connection.transport.end == ""


@pytest.mark.parametrize("more", [b"", GET[:20]], ids=["nothing", "half a head"])
def test_a_client_that_says_no_more_after_an_answer_is_let_go(connection, loop, more):
    connection.data_received(GET)
    loop.answer()
    if more:
        connection.data_received(more)
    loop.passes(2 * LATE_SECONDS)
    assert connection.transport.end == "closed"


def test_a_body_that_nobody_needs_does_not_hold_a_connection(connection, loop):
    connection.data_received(HEAD)
    loop.answer()
    for _ in range(int(2 * LATE_SECONDS)):
        connection.data_received(b"x")
        loop.passes(1)
    assert connection.transport.end == "closed"


def test_a_client_that_takes_nothing_of_its_answer_is_let_go(connection, loop):
    connection.data_received(GET)
    for left in range(20, 0, -1):  # slowly, but it reads
        connection.transport.unsent = 1000 * left
        loop.passes(DEAF_SECONDS / 3)
    assert connection.transport.end == ""
    loop.passes(2 * DEAF_SECONDS)
    assert connection.transport.end == "aborted"


def test_a_websocket_is_left_to_its_pings(connection, loop):
    connection.data_received(WEBSOCKET)
    loop.passes(LONG)
    assert (connection.transport.end, loop.timers) == ("", [])


def test_nothing_of_a_connection_that_was_lost_stays(connection, loop):
    connection.connection_lost(None)
    assert loop.timers == []


@pytest.mark.parametrize(("descriptors", "most"), [(65_536, 1000), (1024, 206), (100, 1)])
def test_there_are_never_more_connections_than_descriptors(monkeypatch, descriptors, most):
    monkeypatch.setattr(connections.sockets, "raise_descriptors", lambda: descriptors)
    server = prepared()
    for kept in (server.server_state.connections, server.server_state.tasks):
        kept |= set(range(most - 1))
        assert asyncio.run(answer_below(server, GET))[0] == 204
        kept |= {-1}
        for sent in (GET, OPENING):
            said, headers = asyncio.run(answer_below(server, sent))
            assert (said, headers["retry-after"], {name: headers.get(name) for name in KEPT_OUT}) == (503, "1", KEPT_OUT)
        kept.clear()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (GET.replace(b"shop", b"shop\r\nHost: evil"), 400),
        (HEAD.replace(b"1000000", b"many"), 400),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n", 400),
        (OPENING.replace(b"Key", b"Kay"), 400),
        (OPENING.replace(b"13", b"7"), 400),
        (OPENING.replace(b"GET", b"POST"), 405),
        (OPENING.replace(b"stream", b"nowhere"), 403),
        (OPENING.replace(b"stream", b"broken"), 500),
    ],
)
def test_what_no_route_answers_keeps_other_sites_out_too(sent, status):
    said, headers = asyncio.run(answer_below(prepared(), sent))
    assert (said, {name: headers.get(name) for name in KEPT_OUT}) == (status, KEPT_OUT)


def test_a_body_that_breaks_off_while_it_is_answered_ends_the_connection(loop):
    async def begins(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await receive()
        await receive()

    opened = WatchedConnection(Config(begins, ws=Socket), ServerState(), {}, loop)
    opened.connection_made(Transport())
    opened.data_received(b"POST / HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n")
    loop.answer()
    opened.data_received(b"no chunk\r\n")
    assert (opened.transport.end, opened.transport.written.count(b"HTTP/1.1")) == ("closed", 1)


def test_who_asks_for_another_is_believed_only_at_the_addresses_that_are_named():
    async def told(scope, receive, send):
        seen.append(scope["client"][0])

    seen = []
    asked_for = {"type": "http", "headers": [(b"x-forwarded-for", b"203.0.113.7")], "client": ("127.0.0.1", 5000)}
    for addresses in ("", " ", "10.0.0.1", "127.0.0.1"):
        loaded = ProxyHeadersMiddleware(told, addresses or "127.0.0.1,::1")
        asyncio.run(connections.believing(loaded, addresses)(dict(asked_for), None, None))
    assert seen == ["127.0.0.1", "127.0.0.1", "127.0.0.1", "203.0.113.7"]


def test_the_server_may_have_as_many_descriptors_as_the_system_gives():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
        raised = connections.sockets.raise_descriptors()
        assert (raised, hard) == resource.getrlimit(resource.RLIMIT_NOFILE)
        assert raised == connections.sockets.MOST_DESCRIPTORS or raised == hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_sessions_that_nobody_came_back_to_are_ended(monkeypatch):
    from streamlit import runtime
    from streamlit.runtime.memory_session_storage import MemorySessionStorage
    from streamlit.runtime.session_manager import SessionInfo
    from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

    ended, clock = [], [0.0]
    storage = MemorySessionStorage(ttl_seconds=120)
    storage._cache = type(storage._cache)(128, 120, timer=lambda: clock[0])
    manager = WebsocketSessionManager(storage, None, None, None)
    monkeypatch.setattr(runtime, "get_instance", lambda: SimpleNamespace(_session_mgr=manager))
    for number, second in enumerate((0, 60, 119)):
        clock[0] = second
        storage.save(SessionInfo(None, SimpleNamespace(id=str(number), shutdown=lambda number=number: ended.append(number))))
    clock[0] = 181
    assert (sessions.end_left(), ended, [info.session.id for info in storage.list()]) == (2, [0, 1], ["2"])


def test_what_is_not_needed_any_more_is_given_back_now_and_then(monkeypatch):
    given_back, pages = [], sessions.memory_returner()
    monkeypatch.setattr(sessions, "COLLECT_SECONDS", 0)
    monkeypatch.setattr(sessions, "memory_returner", lambda: lambda: given_back.append(pages()))

    async def for_a_while():
        collecting = asyncio.create_task(sessions.collect())
        while len(given_back) < 3:
            await asyncio.sleep(0)
        collecting.cancel()

    asyncio.run(for_a_while())
    assert len(given_back) >= 3
