"""Connections of one address, handed over to the server's processes: the only one that listens neither reads nor answers what comes.

It looks at the head of a connection's first request without taking it, and passes the connection itself on (`SCM_RIGHTS`), so that the process
that gets it sees whom it talks to and reads everything from the start. Later requests of that connection go to the same process.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from forecasting.entrypoints.server.connection_routes import LONGEST_HEAD, ConnectionRoutes, is_whole

SILENT_SECONDS: Final = 20.0
"""Until the first byte of a connection, at most."""
HEAD_SECONDS: Final = 1.0
"""After the first byte, for the rest of the head; then it is handed over as it is, to a process that knows how to wait."""
LOOK_SECONDS: Final = 0.02
"""Between two looks at a head that has not come whole, and at a process that takes no connection now."""
REST_SECONDS: Final = 1.0
"""Without new connections where the system gives no more descriptors."""
logger = logging.getLogger("shelfcast")


class Dispatcher:
    """Takes connections and hands each to a process.

    Args:
        listening: The socket of the server's address.
        lines: The socket over which each process that runs gets its connections, by its number; it changes as processes come and go.
        most: Connections that wait for their first bytes at once; beyond them new ones wait in the system's queue.
    """

    def __init__(self, listening: socket.socket, lines: Mapping[int, socket.socket], most: int) -> None:
        self._listening, self._lines, self._most = listening, lines, most
        self._routes = ConnectionRoutes()
        self._waiting: set[socket.socket] = set()
        self._loop = asyncio.get_running_loop()
        self._listens = False
        listening.setblocking(False)
        self.listen()

    def listen(self) -> None:
        """Takes connections, from now on."""
        if not self._listens and self._listening.fileno() >= 0:
            self._loop.add_reader(self._listening, self._accept)
            self._listens = True

    def close(self) -> None:
        """Takes no connection any more; those that wait for their first bytes end."""
        self._rest()
        self._listening.close()
        for connection in list(self._waiting):
            self._end(connection)

    def _rest(self) -> None:
        if self._listens:
            self._loop.remove_reader(self._listening)
            self._listens = False

    def _accept(self) -> None:
        try:
            connection, _ = self._listening.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return
        except OSError:
            logger.exception("No connection can be taken for %g s.", REST_SECONDS)
            self._rest()
            self._loop.call_later(REST_SECONDS, self.listen)
            return
        connection.setblocking(False)
        self._wait(connection)

    def _wait(self, connection: socket.socket) -> None:
        """Until the connection has its first bytes."""
        self._waiting.add(connection)
        late = self._loop.call_later(SILENT_SECONDS, self._end, connection)
        self._loop.add_reader(connection, self._begin, connection, late)
        if len(self._waiting) >= self._most:
            self._rest()

    def _begin(self, connection: socket.socket, late: asyncio.TimerHandle) -> None:
        late.cancel()
        self._loop.remove_reader(connection)
        self._look(connection, self._loop.time() + HEAD_SECONDS)

    def _look(self, connection: socket.socket, end: float) -> None:
        """Hands the connection over if its head is there, else looks again."""
        if connection not in self._waiting:
            return
        head = b""
        with suppress(OSError):
            head = connection.recv(LONGEST_HEAD, socket.MSG_PEEK)
        if not head:
            self._end(connection)  # its client has gone
        elif is_whole(head) or self._loop.time() >= end:
            self._hand_over(connection, head, self._loop.time() + SILENT_SECONDS)
        else:
            self._loop.call_later(LOOK_SECONDS, self._look, connection, end)

    def _hand_over(self, connection: socket.socket, head: bytes, end: float) -> None:
        """Hands the connection over, or tries again soon: processes begin, end and begin again."""
        if connection not in self._waiting:
            return
        number = self._routes.process_for(head, self._lines)
        if (number is not None and _handed(connection, self._lines[number])) or self._loop.time() >= end:
            self._end(connection)
        else:
            self._loop.call_later(LOOK_SECONDS, self._hand_over, connection, head, end)

    def _end(self, connection: socket.socket) -> None:
        """Lets go of a connection; whoever it was handed to has it still."""
        self._waiting.discard(connection)
        with suppress(ValueError):
            self._loop.remove_reader(connection)
        connection.close()
        if len(self._waiting) < self._most:
            self.listen()


def _handed(connection: socket.socket, line: socket.socket) -> bool:
    """Whether a process could be given a connection: not while its line is full, nor if it has just ended."""
    try:
        return bool(socket.send_fds(line, [b"c"], [connection.fileno()]))
    except OSError:
        return False
