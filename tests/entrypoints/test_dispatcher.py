"""The process that listens: each connection goes to a process whole, with everything that its client has sent."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager, closing

import pytest
from patience import PATIENCE

from forecasting.entrypoints.server import dispatcher as module
from forecasting.entrypoints.server.dispatcher import Dispatcher

API, PAGE = b"GET /api/ HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"


class Served:
    """A dispatcher, its address, and the lines of two processes."""

    def __init__(self, most):
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address = self.listening.getsockname()
        pairs = [socket.socketpair() for _ in range(2)]
        for pair in pairs:
            for end in pair:
                end.setblocking(False)
        self.lines = {number: pair[0] for number, pair in enumerate(pairs)}
        self.ends = [pair[1] for pair in pairs]
        self.dispatcher = Dispatcher(self.listening, self.lines, most)

    def client(self, sent=b""):
        """A connection to the address that has sent so much."""
        client = socket.create_connection(self.address)
        client.setblocking(False)
        client.sendall(sent)
        return client

    async def handed(self, number, seconds=PATIENCE):
        """The next connection that a process gets, None if none comes."""
        end = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < end:
            try:
                _, (descriptor,), *_ = socket.recv_fds(self.ends[number], 1, 1)
            except BlockingIOError:
                await asyncio.sleep(0.005)
            else:
                connection = socket.socket(fileno=descriptor)
                connection.setblocking(False)
                return connection
        return None


@asynccontextmanager
async def served(most=100):
    """A dispatcher for as long as the block runs."""
    shop = Served(most)
    try:
        yield shop
    finally:
        shop.dispatcher.close()
        for each in (*shop.lines.values(), *shop.ends):
            each.close()


def test_a_connection_is_handed_over_unread_and_answers_go_to_its_client():
    async def scene():
        async with served() as shop:
            for number, sent in ((0, API), (1, PAGE)):
                with closing(shop.client(sent)) as client, closing(await shop.handed(number)) as connection:
                    assert connection.getpeername() == client.getsockname()
                    assert connection.recv(1000) == sent
                    connection.sendall(b"answer")
                    assert await asyncio.get_running_loop().sock_recv(client, 100) == b"answer"

    asyncio.run(scene())


def test_a_head_that_comes_in_parts_is_awaited(monkeypatch):
    monkeypatch.setattr(module, "HEAD_SECONDS", PATIENCE)

    async def scene():
        async with served() as shop:
            with closing(shop.client(API[:8])) as slow:
                await asyncio.sleep(0.05)
                slow.sendall(API[8:])
                with closing(await shop.handed(0)) as connection:
                    assert connection.recv(1000) == API

    asyncio.run(scene())


def test_a_head_that_never_comes_whole_is_somebody_elses_to_wait_for(monkeypatch):
    monkeypatch.setattr(module, "HEAD_SECONDS", 0.1)

    async def scene():
        async with served() as shop:
            with closing(shop.client(API[:8])), closing(await shop.handed(1)) as connection:
                assert connection.recv(1000) == API[:8]

    asyncio.run(scene())


def test_who_says_nothing_or_goes_is_let_go(monkeypatch):
    monkeypatch.setattr(module, "SILENT_SECONDS", 0.1)

    async def scene():
        async with served() as shop:
            shop.client().close()
            with closing(shop.client()) as silent:
                assert await asyncio.wait_for(asyncio.get_running_loop().sock_recv(silent, 1), PATIENCE) == b""
            assert not shop.dispatcher._waiting

    asyncio.run(scene())


def test_a_process_that_comes_back_gets_what_waited_for_it():
    async def scene():
        async with served() as shop:
            line = shop.lines.pop(0)
            with closing(shop.client(API)):
                assert await shop.handed(0, 0.2) is None
                shop.lines[0] = line
                (await shop.handed(0)).close()

    asyncio.run(scene())


def test_a_process_that_is_busy_or_has_just_ended_gets_the_connection_later(monkeypatch):
    async def scene(monkeypatch):
        async with served() as shop:
            refused = iter([BlockingIOError, BrokenPipeError])
            send = socket.send_fds

            def full_at_first(*args):
                error = next(refused, None)
                if error is not None:
                    raise error
                return send(*args)

            monkeypatch.setattr(socket, "send_fds", full_at_first)
            with closing(shop.client(PAGE)):
                (await shop.handed(1)).close()
                assert next(refused, None) is None

    asyncio.run(scene(monkeypatch))


def test_where_too_many_wait_the_others_stay_in_the_systems_queue():
    async def scene():
        async with served(most=2) as shop:
            silent = [shop.client(), shop.client()]
            with closing(shop.client(PAGE)):
                assert await shop.handed(1, 0.2) is None
                silent.pop().close()
                (await shop.handed(1)).close()
            silent.pop().close()

    asyncio.run(scene())


def test_a_system_without_descriptors_is_asked_again(monkeypatch, caplog):
    monkeypatch.setattr(module, "REST_SECONDS", 0.05)

    class Full:
        """A socket that listens where no connection can be taken at first."""

        def __init__(self, listening):
            self._listening, self._failures = listening, iter([OSError(24, "Too many open files")])

        def __getattr__(self, name):
            return getattr(self._listening, name)

        def accept(self):
            for error in self._failures:
                raise error
            return self._listening.accept()

    async def scene():
        async with served() as shop:
            shop.dispatcher._listening = Full(shop.listening)
            with closing(shop.client(PAGE)):
                (await shop.handed(1)).close()

    asyncio.run(scene())
    assert "No connection can be taken" in caplog.text


def test_nothing_is_taken_after_the_end():
    async def scene():
        async with served() as shop:
            with closing(shop.client()) as waiting:
                await asyncio.sleep(0.05)
                shop.dispatcher.close()
                shop.dispatcher.close()
                assert await asyncio.wait_for(asyncio.get_running_loop().sock_recv(waiting, 1), PATIENCE) == b""
            with pytest.raises(ConnectionRefusedError):
                shop.client()

    asyncio.run(scene())
