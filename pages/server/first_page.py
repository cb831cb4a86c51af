"""Whether a visitor has got a page already, and whether one is being drawn: meanwhile nothing else should take the interpreter's time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

PAUSE_SECONDS: Final = 0.3
"""Without a page's script, until work in the background goes on: clicks come in twos and threes."""
PATIENCE_SECONDS: Final = 20.0
"""For which work in the background waits for a pause, at most."""


class Scripts:
    """The scripts of pages that run now."""

    def __init__(self) -> None:
        self._lock, self._running, self._ended = threading.Lock(), 0, float("-inf")

    @contextmanager
    def running(self) -> Iterator[None]:
        """One of them, for as long as the block runs."""
        with self._lock:
            self._running += 1
        try:
            yield
        finally:
            with self._lock:
                self._running, self._ended = self._running - 1, time.monotonic()

    def paused(self) -> bool:
        """Whether none runs, nor did a moment ago."""
        return not self._running and time.monotonic() - self._ended >= PAUSE_SECONDS


_answered: Final = threading.Event()
_scripts: Final = Scripts()


def answered() -> None:
    """Tells that the script of a page has ended."""
    _answered.set()


def wait(seconds: float) -> bool:
    """Waits until the script of a page has ended, at most so long; whether one has."""
    return _answered.wait(seconds)


def drawing() -> AbstractContextManager[None]:
    """A page's script, for as long as the block runs."""
    return _scripts.running()


def undisturbed(stop: threading.Event) -> None:
    """Waits until no page is being drawn, at most for a while, and not once the server is told to stop."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not _scripts.paused() and time.monotonic() < until and not stop.wait(PAUSE_SECONDS / 3):
        pass
