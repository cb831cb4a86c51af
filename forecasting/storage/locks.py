"""Locks between processes that the kernel frees when their holder dies."""

from __future__ import annotations

import errno
import fcntl
import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Final

from forecasting.core.errors import NotWritable, TryAgain
from forecasting.core.system_errors import refusals_named
from forecasting.storage import home_folder

POLL_SECONDS = 0.01
_MAX_SECONDS: Final[ContextVar[float]] = ContextVar("seconds to wait for a lock", default=math.inf)
UNWRITABLE: Final = (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST, errno.EISDIR)
"""Why a lock file cannot be opened where nothing may be written, or where a file lies instead of a folder."""


@contextmanager
def exclusive(path: Path, *, timeout: float = 10.0) -> Iterator[None]:
    """Holds a lock file alone, among threads and processes alike.

    The file stays when the lock is free: deleting it would let two holders in, each with a file of its own.

    Args:
        path: The lock file; created, with its folder, if it does not exist.
        timeout: Seconds to wait for another holder, at least 0.

    Raises:
        TryAgain: Another holder did not free it within the timeout.
        NotWritable: Nothing may be written there.
        StorageUnavailable: The system does not give the file now.
    """
    with refusals_named(path):
        file = _opened(path)
    try:
        _wait(file, path, min(timeout, _MAX_SECONDS.get()))
        yield
    finally:
        os.close(file)


@contextmanager
def waiting_at_most(seconds: float) -> Iterator[None]:
    """Has every lock that is taken in the block wait no longer than this, however long its taker would."""
    token = _MAX_SECONDS.set(seconds)
    try:
        yield
    finally:
        _MAX_SECONDS.reset(token)


def take(file: int) -> bool:
    """Takes the lock of an open file or folder without waiting; whether it was free. The lock ends when the last copy of `file` is closed."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_held(path: Path) -> bool:
    """Whether somebody holds the lock of a file or folder; False if it does not exist.

    It takes a shared lock for an instant, so it suits locks that are taken before others can see their file.
    """
    try:
        with refusals_named(path):
            file = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def _opened(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        folder = next(above for above in path.parents if above.exists())
        reason = f"{os.strerror(error.errno).lower()}{home_folder.whose(folder)}"
        raise NotWritable(
            f"Nothing can be saved in {home_folder.shown(path.parent)}: {reason}. Nothing was changed, and what is there can still be read."
        ) from error


def _wait(file: int, path: Path, timeout: float) -> None:
    end = time.monotonic() + timeout
    while not take(file):
        if time.monotonic() >= end:
            raise TryAgain(
                f"Somebody else is changing {path.parent.name or path} at this moment ({path.name} was held for {timeout:g} s). "
                "Nothing of this change was saved; try again in a moment."
            )
        time.sleep(POLL_SECONDS)
