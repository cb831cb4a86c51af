"""What a server holds after so many runs of pages, calls and switches of the version that serves."""

from __future__ import annotations

import asyncio
import http.client
import json
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from benchmarks.support import load_figures, process_memory, visitors
from benchmarks.support.page_window import Window
from forecasting.storage.versions.store import Versions

WINDOWS: Final = 4
BLOCKS: Final = 100
FIRST: Final = 10
"""Blocks after which the server is looked at for the first time."""
RUNS, CALLS = 20, 20
"""In a block, before another version serves."""
SETTLE_SECONDS: Final = 70.0
"""Before the server is looked at: it searches for garbage every minute."""
GIVEN: Final = ("version", "published", "files")
"""Members of a manifest that a publish adds."""


@dataclass(frozen=True)
class Held:
    """What a server holds.

    Args:
        runs, calls, switches: What it has done before.
        memory: MB.
        descriptors: Files and connections that it has open.
    """

    runs: int
    calls: int
    switches: int
    memory: float
    descriptors: int


def second_version(home: Path) -> None:
    """Publishes the version of a workspace once more, so that there are two to switch between."""
    store = Versions(home / "artifacts" / "versions")
    number = store.serving().version
    if number is None:
        raise SystemExit(f"No version serves in {home}.")
    source, base = store.folder(number), store.manifest(number)

    def write(folder: Path) -> dict[str, Any]:
        for name in base["files"]:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, folder / name)
        return {name: value for name, value in base.items() if name not in GIVEN}

    store.publish(write, "local")


def course(address: str, pid: int, versions: tuple[int, int], seed: int, on_block: Callable[[int], None]) -> list[Held]:
    """What the server holds after a tenth of all blocks, and after all of them.

    Args:
        address: Of a server that nobody else asks.
        pid: Its process.
        versions: Of which one serves after the other.
        seed: Of the clicks.
        on_block: Is told how many blocks are done.
    """
    return asyncio.run(_course(address, pid, versions, seed, on_block))


async def _course(address: str, pid: int, versions: tuple[int, int], seed: int, on_block: Callable[[int], None]) -> list[Held]:
    held, people = [], [(Window(address), random.Random(f"{seed} {place}")) for place in range(WINDOWS)]
    for window, _ in people:
        await window.open()
    for block in range(1, BLOCKS + 1):
        await asyncio.gather(*(_clicks(*person) for person in people))
        await asyncio.to_thread(_calls, address, versions[block % 2])
        on_block(block)
        if block in (FIRST, BLOCKS):
            await asyncio.sleep(SETTLE_SECONDS)
            held.append(Held(RUNS * block, CALLS * block, block, process_memory.held(pid), load_figures.descriptors(pid)))
    for window, _ in people:
        await window.close()
    if errors := [error for window, _ in people for error in window.errors]:
        raise SystemExit(f"Pages failed: {sorted(set(errors))}")
    return held


async def _clicks(window: Window, seeded: random.Random) -> None:
    for _ in range(RUNS // WINDOWS):
        await visitors.click(window, seeded)


def _calls(address: str, version: int) -> None:
    """Has a version serve, then asks the questions of programs."""
    with _connected(address) as connection:
        _ask(connection, "POST", f"/api/versions/{version}/live", None)
        for turn in range(CALLS):
            _ask(connection, *visitors.QUESTIONS[turn % len(visitors.QUESTIONS)])


@contextmanager
def _connected(address: str) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=120)
    try:
        yield connection
    finally:
        connection.close()


def _ask(connection: http.client.HTTPConnection, method: str, path: str, body: dict[str, int] | None) -> None:
    connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"} if body else {})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{method} {path}: {answer.status} {text[:200]!r}")


def table(held: list[Held]) -> str:
    """A row for each look, and the last over the first.

    Example:
        >>> print(table([Held(200, 200, 10, 400.0, 60), Held(2000, 2000, 100, 420.0, 60)]))
          runs  calls  switches     MB  descriptors
           200    200        10    400           60
          2000   2000       100    420           60
        memory 1.05, descriptors 1.00 of what it was at first
    """
    rows = [f"{each.runs:6d} {each.calls:6d} {each.switches:9d} {each.memory:6.0f} {each.descriptors:12d}" for each in held]
    shares = held[-1].memory / held[0].memory, held[-1].descriptors / held[0].descriptors
    head = f"{'runs':>6s} {'calls':>6s} {'switches':>9s} {'MB':>6s} {'descriptors':>12s}"
    return "\n".join([head, *rows, f"memory {shares[0]:.2f}, descriptors {shares[1]:.2f} of what it was at first"])
