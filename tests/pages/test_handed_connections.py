"""Connections from another process, served as if they had been accepted here."""

from __future__ import annotations

import asyncio
import os
import signal
import socket

import pytest

from pages.server.handed_connections import HandedConnections


async def echo(reader, writer):
    """Says who the client is, and what it said."""
    writer.write(repr((writer.get_extra_info("peername"), await reader.readline())).encode())
    await writer.drain()
    writer.close()


@pytest.fixture
def line():
    """A line to a server: our end, and the socket that the server listens on."""
    ours, theirs = socket.socketpair()
    with ours, HandedConnections(theirs.detach()) as listening:
        yield ours, listening


def test_connections_that_were_handed_over_are_served(line):
    ours, listening = line

    async def scene():
        async with await asyncio.start_server(echo, sock=listening):
            assert ours.recv(10) == b"r"
            with socket.create_server(("127.0.0.1", 0)) as address:
                for said in (b"one\n", b"two\n"):
                    client = socket.create_connection(address.getsockname())
                    client.setblocking(False)
                    client.sendall(said)
                    with address.accept()[0] as accepted:
                        socket.send_fds(ours, [b"c"], [accepted.fileno()])
                    with client:
                        assert await asyncio.get_running_loop().sock_recv(client, 100) == repr((client.getsockname(), said)).encode()

    asyncio.run(scene())


def test_a_client_that_has_gone_is_nobodys_error(line):
    ours, listening = line
    with socket.socket() as never_connected:
        socket.send_fds(ours, [b"c"], [never_connected.fileno()])
    with pytest.raises(ConnectionAbortedError):
        listening.accept()
    with pytest.raises(BlockingIOError):
        listening.accept()


def test_a_server_whose_address_is_gone_is_asked_to_end(line, monkeypatch):
    ours, listening = line
    asked = []
    monkeypatch.setattr(os, "kill", lambda *args: asked.append(args))

    async def scene():
        async with await asyncio.start_server(echo, sock=listening):
            ours.close()
            await asyncio.sleep(0.05)

    asyncio.run(scene())
    assert asked == [(os.getpid(), signal.SIGTERM)]
