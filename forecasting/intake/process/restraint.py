"""Limits that a process sets itself, and that the kernel holds."""

from __future__ import annotations

import resource
import sys
from contextlib import suppress
from pathlib import Path


def limit_memory(size: int) -> bool:
    """Lets every request for memory beyond `size` bytes in all fail; whether the kernel holds to it.

    If memory runs out all the same, this process is the one to end, not the server.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    if sys.platform != "linux":
        return False
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (size if most == resource.RLIM_INFINITY else min(size, most), most))
    return True


def limit_time(seconds: int) -> None:
    """Ends the process once it has computed for this many seconds from now on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    until = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (until if most == resource.RLIM_INFINITY else min(until, most), most))
