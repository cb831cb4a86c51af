"""Slots for heavy work, shared by all processes that work in a workspace."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from forecasting.core.errors import TryAgain
from forecasting.storage.locks import take

POLL_SECONDS: Final = 0.05


@contextmanager
def slot(folder: Path, number: int, *, timeout: float, on_wait: Callable[[str], None]) -> Iterator[None]:
    """Holds one of a number of slots, which the kernel frees when their holder dies.

    Args:
        folder: Where the lock files of the slots lie; created if it does not exist.
        number: How many slots there are.
        timeout: Seconds to wait until one is free, at least 0.
        on_wait: Told once, in a sentence, if all are taken.

    Raises:
        TryAgain: None was free within the timeout.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = [os.open(folder / f"slot-{place}.lock", os.O_RDWR | os.O_CREAT, 0o666) for place in range(1, number + 1)]
    try:
        _wait(files, timeout, on_wait)
        yield
    finally:
        for file in files:
            os.close(file)


def _wait(files: list[int], timeout: float, on_wait: Callable[[str], None]) -> None:
    if any(map(take, files)):
        return
    on_wait("Other files are being read; this one is next.")
    end = time.monotonic() + timeout
    while not any(map(take, files)):
        if time.monotonic() >= end:
            raise TryAgain(f"Other files were being read for {timeout:g} s. Nothing of this one was saved; try again in a moment.")
        time.sleep(POLL_SECONDS)
