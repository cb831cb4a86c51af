"""Small files of JSON that are read often: what they hold is kept, and read again once they have changed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import orjson

from forecasting.core.system_errors import refusals_named

SETTLED_NS: Final = 2_000_000_000
"""Since the last change of a file, before what it holds is kept: two changes within one tick of the system's clock leave the same trace."""
FILES: Final = 256
"""Of which is kept what they hold."""
Read = Callable[[Path], dict[str, Any]]
Stamp = tuple[int, ...]
"""Device, inode, size, and times of change of a file, in ns."""


def again(path: Path, read: Read) -> dict[str, Any]:
    """What a function reads of a file, which the caller may change; the file is read only if its size or one of its times has
    changed since.

    Args:
        path: The file.
        read: A function of a module, which looks at nothing but the file.

    Raises:
        FileNotFoundError, StorageUnavailable: As a reader of files does, and whatever `read` raises.
    """
    with refusals_named(path):
        facts = path.stat()
    if not 0 < max(facts.st_mtime_ns, facts.st_ctime_ns) < time.time_ns() - SETTLED_NS:
        return read(path)
    text = _text(path, read, (facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns))
    return read(path) if text is None else dict(orjson.loads(text))


@lru_cache(maxsize=FILES)
def _text(path: Path, read: Read, stamp: Stamp) -> bytes | None:  # noqa: ARG001
    """What a file with this stamp holds, as JSON that a quick reader takes for the same; None if there is none."""
    values = read(path)
    try:
        text = orjson.dumps(values)
    except TypeError:  # whole numbers of more than 64 bits, and halves of characters
        return None
    return text if json.dumps(orjson.loads(text)) == json.dumps(values) else None
