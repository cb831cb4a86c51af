"""Connections: clients that keep the server waiting are let go, all others are left alone. The clock is the test's."""

from __future__ import annotations

import asyncio
import resource
from contextlib import suppress
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from uvicorn import Config
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.server import ServerState

from pages.server import connections
from pages.server.connections import DEAF_SECONDS, LATE_SECONDS, LEAST_RATE, WatchedConnection

HEAD = b"POST /api/upload HTTP/1.1\r\nHost: shop\r\nContent-Length: 1000000\r\n\r\n"
GET = b"GET /api/health HTTP/1.1\r\nHost: shop\r\n\r\n"
WEBSOCKET = b"GET /_stcore/stream HTTP/1.1\r\nHost: shop\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
LONG = 10 * DEAF_SECONDS


async def application(scope, receive, send):
    """Answers with nothing."""
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


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
        self.end, self.unsent = "", 0

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

    pause_reading = resume_reading = write = set_protocol = ignored


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
    from uvicorn import Server

    monkeypatch.setattr(connections.sockets, "raise_descriptors", lambda: descriptors)
    server = Server(Config(application))
    with server.capture_signals():
        connections.prepare(1000)
    assert server.config.limit_concurrency == most


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

    from pages.server import sessions

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
