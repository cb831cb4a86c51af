"""The connections of the server: how many there may be, how long they may keep silent, and when they end."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

import h11
from uvicorn import Server
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from forecasting.entrypoints.server import sockets
from forecasting.entrypoints.server.sockets import DEAF_SECONDS
from pages.server import refusals

FORWARDED_ALLOW_IPS: Final = "FORWARDED_ALLOW_IPS"
DRAIN_SECONDS: Final = 1
"""Of a server that was told to end, for answers under way."""
LATE_SECONDS: Final = 20.0
"""Until the first byte of a request, and between its bytes, at most."""
LEAST_RATE: Final = 1000
"""Bytes a second that a request has to come with, over any while of `LATE_SECONDS`."""
LOOK_SECONDS: Final = 5.0
PER_PAGE: Final = 4
"""Descriptors of an open page: its connection, and three of the event loop that Streamlit makes for its script."""
RESERVED: Final = 200
"""Descriptors for everything but connections."""


class WatchedConnection(H11Protocol):
    """A connection that ends if its client lets the server wait: for a request that comes too slowly, or for its answer to be taken."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to watch."""
        super().connection_made(transport)
        self._due = self.loop.time() + LATE_SECONDS
        self._deaf = self.loop.time() + DEAF_SECONDS
        self._unsent = 0
        self._watch = self.loop.call_later(LOOK_SECONDS, self._look)

    def data_received(self, data: bytes) -> None:
        """Gives the client more time, as much as the bytes are worth."""
        self._due = min(self.loop.time() + LATE_SECONDS, self._due + len(data) / LEAST_RATE)
        super().data_received(data)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Hands the connection to a websocket, whose pings find out whether the client is there."""
        self._watch.cancel()
        super().handle_websocket_upgrade(event)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's own words
        """Answers what is no HTTP; ends the connection where an answer is under way."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            refusal = refusals.not_http()
            head = h11.Response(status_code=refusal.status_code, headers=refusal.raw_headers, reason=b"Bad Request")
            for event in (head, h11.Data(data=bytes(refusal.body)), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends the watch."""
        self._watch.cancel()
        super().connection_lost(exc)

    def _look(self) -> None:
        now, unsent = self.loop.time(), self.transport.get_write_buffer_size()
        if not self._is_the_clients_turn() or self.flow.read_paused:
            self._due = now + LATE_SECONDS
        if unsent == 0 or unsent < self._unsent:
            self._deaf = now + DEAF_SECONDS
        self._unsent = unsent
        if now >= self._deaf:
            self.transport.abort()
        elif now >= self._due:
            self.transport.close()
        else:
            self._watch = self.loop.call_later(LOOK_SECONDS, self._look)

    def _is_the_clients_turn(self) -> bool:
        """Whether a request has begun, or has yet to begin for the first time, and has not come whole."""
        return self.cycle is None or self.cycle.more_body or (self.cycle.response_complete and self.conn.trailing_data[0] != b"")


def prepare(most: int) -> None:
    """Sets the limits of the server that is about to listen.

    Args:
        most: Connections at most; fewer where the system gives too few descriptors.
    """
    descriptors = sockets.raise_descriptors()
    for listening in _listening():
        with suppress(OSError):
            sockets.set_options(listening)
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    if isinstance(server, Server):
        server.config.timeout_graceful_shutdown = DRAIN_SECONDS  # a listener that never reads would keep it for ever
        server.config.http_protocol_class = WatchedConnection
        if server.config.loaded:
            app = believing(server.config.loaded_app, os.environ.get(FORWARDED_ALLOW_IPS, ""))
            server.config.loaded_app = refusals.ConnectionLimit(app, server.server_state, connection_limit(most, descriptors))
            if server.config.ws_protocol_class is WebSocketsSansIOProtocol:
                server.config.ws_protocol_class = refusals.PageSocket


def connection_limit(most: int, descriptors: int) -> int:
    """How many connections there may be at once: so many, but no more than open pages have descriptors for.

    Example:
        >>> connection_limit(1000, 65_536), connection_limit(1000, 1024)
        (1000, 206)
    """
    return max(1, min(most, (descriptors - RESERVED) // PER_PAGE))


def believing(app: Any, addresses: str) -> Any:
    """The application as connections call it: without addresses of proxies it believes nobody who says that he asks for another (uvicorn believes
    whoever is on this machine).

    Args:
        app: The application that uvicorn has loaded.
        addresses: Those that `FORWARDED_ALLOW_IPS` lists.
    """
    return app.app if isinstance(app, ProxyHeadersMiddleware) and not addresses.strip() else app


def _listening() -> Iterator[socket.socket]:
    """The sockets that the server listens on, which Streamlit hands to nobody."""
    for value in gc.get_objects():
        if isinstance(value, socket.socket) and value.family in (socket.AF_INET, socket.AF_INET6) and value.type & socket.SOCK_STREAM:
            yield value
