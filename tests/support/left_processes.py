"""Processes that a run of the tests leaves behind when it is ended: all of them have the run's mark in their environment."""

from __future__ import annotations

import os
import signal
import uuid
from contextlib import suppress
from pathlib import Path

MARK = "SHELFCAST_TEST_RUN"
"""Environment variable that every process of a run inherits."""


def mark_run():
    """Marks what this process starts from now on, and ends on SIGTERM as on Ctrl-C; whether it is the run, and not a part of one."""
    if MARK in os.environ:
        return False
    os.environ[MARK] = uuid.uuid4().hex
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    return True


def end_left(mark):
    """Ends all processes with a mark but this one, whoever is their parent by now; where /proc does not tell, nothing."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if folder.name != str(os.getpid()) and f"{MARK}={mark}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                os.kill(int(folder.name), signal.SIGKILL)
