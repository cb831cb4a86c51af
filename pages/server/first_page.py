"""Whether a visitor has got a page already: until then nothing else should take the interpreter's time."""

from __future__ import annotations

import threading
from typing import Final

_answered: Final = threading.Event()


def answered() -> None:
    """Tells that a page was drawn whole."""
    _answered.set()


def wait(seconds: float) -> bool:
    """Waits until a page was drawn, at most so long; whether one was."""
    return _answered.wait(seconds)
