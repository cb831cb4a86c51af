"""The record of the order book: a line for each thing that was done with an order, only ever added."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Condition
from typing import Any, Final

from cachetools import LRUCache, cached

from forecasting.core.caches import remember
from forecasting.core.errors import OrdersDamaged
from forecasting.core.system_errors import refusals_named
from forecasting.storage import line_file, reading
from forecasting.storage.disk_full import disk_full_as_error
from forecasting.storage.locks import exclusive
from forecasting.storage.sealed_json import CHECKSUM, checksum
from forecasting.storage.workspace import Workspace

NAME: Final = "book.jsonl"
TIMEOUT_SECONDS: Final = 30.0
"""How long somebody else's order may take to be written before a second one gives up."""

Facts = Mapping[str, Any]
Add = Callable[[Facts], None]


class OrderBook:
    """The file of the events, in `data/orders/`.

    Args:
        workspace: Where; the folder need not exist yet.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.path: Path = workspace.orders / NAME

    def every(self) -> tuple[Facts, ...]:
        """What its whole lines say, in order; a torn one at the end was never said.

        Raises:
            OrdersDamaged: A line is not as it was written: the orders after it cannot be known for sure.
            StorageUnavailable: The file cannot be read now.
        """
        stamp = self.stamp()
        return _events(self.path, stamp) if stamp is not None else ()

    def stamp(self) -> tuple[int, int, int] | None:
        """What changes with every line: size, time of change and inode of the file; None as long as there is no book."""
        try:
            with refusals_named(self.path):
                stat = self.path.stat()
        except FileNotFoundError:
            return None
        return stat.st_size, stat.st_mtime_ns, stat.st_ino

    @contextmanager
    def adding(self) -> Iterator[tuple[tuple[Facts, ...], Add]]:
        """What was said so far, and how to say more, while nobody else does; each line is on the disk when it was added.

        Raises:
            TryAgain: Somebody else is writing for too long.
            OrdersDamaged: As in `every`; nothing is added after a damaged line.
            DiskFull: The line was not added.
        """
        with disk_full_as_error("the order"):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with exclusive(self.path.parent / ".lock", timeout=TIMEOUT_SECONDS):
                line_file.cut(self.path)
                yield self.every(), self._append

    def _append(self, facts: Facts) -> None:
        said = self.every()
        line_file.append(self.path, _line(facts))
        stamp = self.stamp()
        if stamp is not None:
            remember(_events, (*said, facts), self.path, stamp)


def _line(facts: Facts) -> bytes:
    return json.dumps({**facts, CHECKSUM: checksum(facts)}, ensure_ascii=False).encode() + b"\n"


@cached(LRUCache(8), condition=Condition())
def _events(path: Path, stamp: tuple[int, int, int]) -> tuple[Facts, ...]:  # noqa: ARG001
    """The events in a file of this size, time of change and inode."""
    return tuple(_facts(line, number) for number, line in enumerate(line_file.lines(reading.content(path)), start=1))


def _facts(line: bytes, number: int) -> Facts:
    try:
        facts: dict[str, Any] = json.loads(line)
        if facts.pop(CHECKSUM) != checksum(facts):
            raise ValueError("its checksum is another")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise OrdersDamaged(number) from error
    return facts
