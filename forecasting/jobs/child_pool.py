"""A few processes that answer requests, started when they are needed and ended when nobody has needed them for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from forecasting.jobs.child_process import ChildEnded, ChildProcess

IDLE_SECONDS: Final = 60.0


class ChildPool:
    """Processes of one kind. How many work at once is decided by how many callers there are.

    Args:
        start: Starts one; raises ChildEnded.
        most: How many are kept while they have nothing to do.
        idle_seconds: After how long without work one is ended.
    """

    def __init__(self, start: Callable[[], ChildProcess], *, most: int, idle_seconds: float = IDLE_SECONDS) -> None:
        self._start, self._most, self._idle_seconds = start, most, idle_seconds
        self._lock = threading.Lock()
        self._idle: list[tuple[float, ChildProcess]] = []
        self._timer: threading.Timer | None = None

    @contextmanager
    def child(self, last: str | None = None) -> Iterator[ChildProcess]:
        """A process for one caller, the one that was asked about `last` if it is free; it is kept unless it ended meanwhile.

        Raises:
            ChildEnded: It could not be started.
        """
        child = self._taken(last) or self._start()
        try:
            yield child
        except ChildEnded:
            raise
        except BaseException:
            child.end()  # it may be in the middle of an answer that nobody waits for any more
            raise
        self._put_back(child)

    def pids(self) -> list[int]:
        """The numbers of the processes that have nothing to do."""
        with self._lock:
            return [child.pid for _, child in self._idle]

    def end(self) -> None:
        """Ends the processes that have nothing to do."""
        with self._lock:
            spare, self._idle = self._idle, []
        for _, child in spare:
            child.end()

    def _taken(self, last: str | None) -> ChildProcess | None:
        """A process that has nothing to do; None if there is none."""
        with self._lock:
            self._idle.sort(key=lambda entry: entry[1].last == last)
            while self._idle:
                _, child = self._idle.pop()
                if child.alive:
                    return child
                child.end()
        return None

    def _put_back(self, child: ChildProcess) -> None:
        with self._lock:
            keep = child.alive and len(self._idle) < self._most
            if keep:
                self._idle.append((time.monotonic(), child))
        if not keep:
            child.end()
        self._look_later()

    def _look_later(self) -> None:
        """Looks for processes to end in a while, unless that is planned."""
        with self._lock:
            if self._timer is None and self._idle:
                self._timer = threading.Timer(self._idle_seconds, self._end_idle)
                self._timer.daemon = True
                self._timer.start()

    def _end_idle(self) -> None:
        """Ends what has had nothing to do for long enough."""
        before = time.monotonic() - self._idle_seconds
        with self._lock:
            self._timer = None
            spare = [child for since, child in self._idle if since <= before]
            self._idle = [(since, child) for since, child in self._idle if since > before]
        for child in spare:
            child.end()
        self._look_later()
