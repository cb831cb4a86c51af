"""A process that answers requests, one after the other, and that may die at any of them."""

from __future__ import annotations

import json
import re
import select
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NoReturn

from forecasting.core import locations
from forecasting.jobs import environment

START_SECONDS: Final = 60.0
LOOK_SECONDS: Final = 0.1
"""How often the memory of a process is looked at where the kernel does not hold it."""
MAX_SAID_BYTES: Final = 2**16
"""Bytes of what a process printed before it died that are read."""
SAID_CHARACTERS: Final = 1_000
"""Characters of their start, and of their end, that the log gets."""
_NO_MEMORY: Final = re.compile(r"memory allocation|bad_alloc|allocate|out of memory", re.IGNORECASE)
"""What libraries say before they end a process that gets no more memory."""
MEMORY, TIME, DEATH = "memory", "time", "death"
"""Why a process ended."""


class ChildEnded(Exception):
    """The process ended before it answered.

    Args:
        why: `MEMORY`, `TIME` or `DEATH`.
        how: For the log: its exit code, and what it said last.
    """

    def __init__(self, why: str, how: str) -> None:
        super().__init__(f"{why}: {how}")
        self.why, self.how = why, how


class ChildProcess:
    """A process that reads requests from a socket, a line of JSON each, and answers with a line.

    Args:
        command: Starts it; the number of its end of the socket is added, and `arguments` behind it.
        arguments: Further words of the command.
        memory: Bytes that it may use, looked at from here where the process says that the kernel does not hold it.
        seconds: Seconds that an answer may take, waiting included.

    Raises:
        ChildEnded: It could not be started.
    """

    def __init__(self, command: Sequence[str], arguments: Sequence[str], *, memory: int, seconds: float) -> None:
        self._memory, self._seconds = memory, seconds
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the process
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [*command, str(theirs.fileno()), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=self._said,
                stderr=subprocess.STDOUT,
                cwd=locations.application_folder(),
                env=environment.variables(),
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        self._received = b""
        self._held = True
        self._held = bool(self._next_line(START_SECONDS)["held"])
        self.last: str | None = None
        """What it was asked about last, for whoever asks."""

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Its answer to a request; raises ChildEnded, after which it is gone."""
        try:
            self._socket.sendall(json.dumps(request).encode() + b"\n")
        except OSError:
            self._fail(DEATH)
        return self._next_line(self._seconds)

    def end(self) -> None:
        """Ends it at once, whatever it does."""
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        self._socket.close()
        self._said.close()

    def _next_line(self, seconds: float) -> dict[str, Any]:
        """The next line that it writes; raises ChildEnded if it ends, takes too long or takes too much memory instead."""
        until = time.monotonic() + seconds
        while b"\n" not in self._received:
            left = until - time.monotonic()
            if left <= 0:
                self._fail(TIME)
            if not select.select([self._socket], [], [], left if self._held else min(left, LOOK_SECONDS))[0]:
                if not self._held and _resident(self.pid) > self._memory:
                    self._fail(MEMORY)
                continue
            piece = self._receive()
            if not piece:
                self._fail(DEATH)
            self._received += piece
        line, _, self._received = self._received.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _receive(self) -> bytes:
        try:
            return self._socket.recv(2**16)
        except ConnectionResetError:
            return b""

    def _fail(self, why: str) -> NoReturn:
        """Ends the process, if it has not ended itself; raises ChildEnded."""
        if why == DEATH:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=1)
        code, said = self._process.poll(), self._last_words()
        self.end()
        if why == DEATH:
            why = _reason(code, said)
        shown = said if len(said) <= 2 * SAID_CHARACTERS else f"{said[:SAID_CHARACTERS]} ... {said[-SAID_CHARACTERS:]}"
        raise ChildEnded(why, f"exit code {code}; {shown or 'it said nothing'}")

    def _last_words(self) -> str:
        """What it printed, or the end of that."""
        self._said.seek(max(self._said.seek(0, 2) - MAX_SAID_BYTES, 0))
        return self._said.read().decode(errors="replace").strip()


def _reason(code: int | None, said: str) -> str:
    """Why a process ended itself, by its exit code and by what it said last."""
    if code == -signal.SIGXCPU:
        return TIME
    killed = code == -signal.SIGKILL  # by the kernel, which needs the memory
    return MEMORY if killed or (code == -signal.SIGABRT and _NO_MEMORY.search(said)) else DEATH


def _resident(pid: int) -> int:
    """Bytes of memory that a process uses; 0 where nobody says."""
    statm = Path(f"/proc/{pid}/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * 4096
    said = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout.strip()
    return int(said) * 1024 if said.isdecimal() else 0
