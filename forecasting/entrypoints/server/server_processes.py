"""The processes of a server that has several: started, started again when one ends, and ended together."""

from __future__ import annotations

import asyncio
import logging
import secrets
import signal
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from forecasting.entrypoints.server import sockets
from forecasting.entrypoints.server.dispatcher import Dispatcher
from forecasting.entrypoints.server.process_role import LINE, NUMBER, READY

COOKIE_SECRET: Final = "STREAMLIT_SERVER_COOKIE_SECRET"
"""What Streamlit signs its cookies with: all processes have to know the same."""
STEADY_SECONDS: Final = 60.0
"""After which a process that ends is started again at once."""
LONGEST_PAUSE: Final = 30.0
"""Seconds before a process that keeps ending is started again, at most."""
END_SECONDS: Final = 15.0
"""That processes have to end, before they are killed."""
RESERVED: Final = 100
"""Descriptors for everything but connections that wait for their first bytes."""
logger = logging.getLogger("shelfcast")


class ServerProcesses:
    """Processes with a line each, over which they get connections.

    Args:
        command: What starts one.
        surroundings: Its environment, to which the number and the line are added.
        count: How many, at least 2: the first one answers programs, all others draw pages.
    """

    def __init__(self, command: Sequence[str], surroundings: Mapping[str, str], count: int) -> None:
        self.lines: dict[int, socket.socket] = {}
        self._command = command
        self._surroundings = {COOKIE_SECRET: secrets.token_hex(32), **surroundings}
        self._count = count
        self._children: dict[int, asyncio.subprocess.Process] = {}
        self._over = asyncio.Event()

    async def run(self) -> int:
        """Keeps all of them running until `end` is called or one cannot start; the exit code, that of the one that could not start or 0."""
        keepers = [asyncio.create_task(self._keep(number)) for number in range(self._count)]
        done, _ = await asyncio.wait(keepers, return_when=asyncio.FIRST_COMPLETED)
        self.end()
        await asyncio.wait(keepers, timeout=END_SECONDS)
        for child in list(self._children.values()):
            with suppress(ProcessLookupError):
                child.kill()
        await asyncio.wait(keepers)
        return max(keeper.result() for keeper in done)

    def end(self) -> None:
        """Asks all of them to end."""
        self._over.set()
        for child in list(self._children.values()):
            with suppress(ProcessLookupError):
                child.terminate()

    async def _keep(self, number: int) -> int:
        """Keeps one running; the exit code of one that cannot start, 0 when all are to end."""
        ours, theirs = socket.socketpair()
        with ours, theirs:  # both ends stay here: what a process has not taken when it ends waits for the next one
            ours.setblocking(False)
            ends = 0
            while not self._over.is_set():
                begun = time.monotonic()
                code = await self._one_life(number, ours, theirs)
                if self._over.is_set():
                    break
                if not _has_said_ready(ours) and not ends:
                    return code or 1
                ends = 0 if time.monotonic() - begun >= STEADY_SECONDS else ends + 1
                await self._pause(number, code, min(LONGEST_PAUSE, float(2**ends - 1)))
        return 0

    async def _pause(self, number: int, code: int, seconds: float) -> None:
        """Says that a process has ended, and waits until it is to start again or all are to end."""
        logger.error("Process %d of the server ended with %d. It starts again in %g s; pages that were open there load anew.", number, code, seconds)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), seconds)

    async def _one_life(self, number: int, ours: socket.socket, theirs: socket.socket) -> int:
        """Starts a process and waits for its end; its exit code."""
        surroundings = {**self._surroundings, NUMBER: str(number), LINE: str(theirs.fileno())}
        child = await asyncio.create_subprocess_exec(*self._command, env=surroundings, pass_fds=(theirs.fileno(),))
        self._children[number], self.lines[number] = child, ours
        if self._over.is_set():
            child.terminate()
        try:
            return await child.wait()
        finally:
            del self._children[number], self.lines[number]


def _has_said_ready(line: socket.socket) -> bool:
    with suppress(OSError):
        return line.recv(1) == READY
    return False


def run(listening: socket.socket, command: Sequence[str], surroundings: Mapping[str, str], count: int) -> int:
    """Serves an address with several processes until this one is told to end; its exit code.

    Args:
        listening: The socket of the address.
        command: What starts a process of the server.
        surroundings: Its environment.
        count: Processes, at least 2.
    """
    return asyncio.run(_serve(listening, ServerProcesses(command, surroundings, count)))


async def _serve(listening: socket.socket, processes: ServerProcesses) -> int:
    loop = asyncio.get_running_loop()
    dispatcher = Dispatcher(listening, processes.lines, max(1, sockets.raise_descriptors() - RESERVED))

    def end() -> None:
        dispatcher.close()
        processes.end()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    try:
        return await processes.run()
    finally:
        dispatcher.close()
