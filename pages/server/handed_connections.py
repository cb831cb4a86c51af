"""Connections that another process took from the server's address, as the socket that a server of its own would listen on."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from contextlib import suppress
from typing import Any

from forecasting.entrypoints.server.process_role import READY


class HandedConnections(socket.socket):
    """A line on which descriptors of connections come: whoever accepts gets the next one, as from a socket that listens.

    When the other end is gone, so is the server's address: this process is asked to end.

    Args:
        descriptor: Of the line, an end of a pair of Unix stream sockets.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__(fileno=descriptor)
        self.setblocking(False)

    def listen(self, _backlog: int = 0, /) -> None:
        """Says that connections are taken from now on."""
        with suppress(OSError):
            self.send(READY)

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection and its client's address.

        Raises:
            BlockingIOError: None has come.
            ConnectionAbortedError: Its client has gone.
        """
        try:
            said, descriptors, *_ = socket.recv_fds(self, 1, 1)
        except ConnectionError:
            said, descriptors = b"", []
        if not said:
            self._end()
            raise BlockingIOError
        connection = socket.socket(fileno=descriptors[0])
        try:
            return connection, connection.getpeername()
        except OSError as error:
            connection.close()
            raise ConnectionAbortedError from error

    def _end(self) -> None:
        asyncio.get_running_loop().remove_reader(self)
        os.kill(os.getpid(), signal.SIGTERM)
