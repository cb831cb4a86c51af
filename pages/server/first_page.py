"""Whether a visitor has got a page already: until then nothing else should take the interpreter's time."""

from __future__ import annotations

import threading
from typing import Final

_answered: Final = threading.Event()


def answered() -> None:
    """Tells that the script of a page has ended."""
    _answered.set()


def wait(seconds: float) -> bool:
    """Waits until the script of a page has ended, at most so long; whether one has."""
    return _answered.wait(seconds)
