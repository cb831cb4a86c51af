"""Many people at once: windows that go from page to page and choose in widgets, and programs that ask over HTTP."""

from __future__ import annotations

import asyncio
import http.client
import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from urllib.parse import urlsplit

from benchmarks.support.page_window import Window

PAUSE = (3.0, 8.0)
"""Seconds between two clicks of a person, who does not click before the page is there."""
OTHER_PAGE = 0.3
"""Share of clicks that lead to another page."""
ASK_SECONDS = 0.2
"""Between an answer and the next question of a program."""
QUESTIONS = (("POST", "/api/forecast", {"days": 28}), ("GET", "/api/versions", None), ("GET", "/api/uploads", None), ("GET", "/api/jobs", None))


@dataclass
class Seen:
    """What visitors waited for.

    Args:
        runs: (page, seconds) of each click.
        errors: What went wrong.
        received: Bytes that all windows got.
    """

    runs: list[tuple[str, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    received: int = 0


def windows(address: str, count: int, seconds: float, seed: int, pause: tuple[float, float] = PAUSE) -> Seen:
    """So many windows for so long, in a process of their own, which takes no time of the programs'."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_windows, (address, count, seconds, seed, pause))


def _windows(address: str, count: int, seconds: float, seed: int, pause: tuple[float, float]) -> Seen:
    seen = Seen()

    async def all_of_them() -> None:
        end = time.monotonic() + seconds
        await asyncio.gather(*(_visit(address, seen, random.Random(f"{seed} {number}"), end, pause) for number in range(count)))

    asyncio.run(all_of_them())
    return seen


async def _visit(address: str, seen: Seen, seeded: random.Random, end: float, pause: tuple[float, float]) -> None:
    """One person: pauses, then clicks, until the end."""
    window = Window(address, seeded.choice(("light", "dark")))
    try:
        await asyncio.sleep(seeded.uniform(0, pause[1]))
        await window.open()
        await window.show(seeded.choice(list(window.pages)))
        while time.monotonic() < end:
            clicked = time.monotonic()
            seen.runs.append(await click(window, seeded))
            await asyncio.sleep(max(0.0, clicked + seeded.uniform(*pause) - time.monotonic()))
    except Exception as error:  # noqa: BLE001 - one person who is turned away does not end the others' visit, and is counted
        seen.errors.append(f"{window.page or 'overview'}: {error!r}")
    finally:
        seen.errors += window.errors
        seen.received += window.got
        await window.close()


async def click(window: Window, seeded: random.Random) -> tuple[str, float]:
    """One click, in a widget of the page or on another page: the page that is there then, and the seconds until it is."""
    choices = window.choices()
    if not choices or seeded.random() < OTHER_PAGE:
        page = seeded.choice([page for page in window.pages if page != window.page])
        seconds = await window.show(page)
    else:
        choice = seeded.choice(choices)
        seconds = await window.choose(choice, seeded.choice(choice.states))
    return window.page or "overview", seconds


@contextmanager
def programs(address: str, count: int) -> Iterator[Seen]:
    """So many programs that ask the API one question after the other, until the block ends."""
    seen, stop = Seen(), threading.Event()
    threads = [threading.Thread(target=_ask, args=(address, seen, stop, place)) for place in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _ask(address: str, seen: Seen, stop: threading.Event, place: int) -> None:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=120)
    turn = place
    while not stop.wait(ASK_SECONDS):
        method, path, body = QUESTIONS[turn % len(QUESTIONS)]
        turn += 1
        start = time.perf_counter()
        try:
            connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"} if body else {})
            answer = connection.getresponse()
            text = answer.read()
        except OSError as error:
            seen.errors.append(f"{method} {path}: {error!r}")
            connection.close()
            continue
        seen.runs.append((f"{method} {path}", time.perf_counter() - start))
        if answer.status != 200:
            seen.errors.append(f"{method} {path}: {answer.status} {text[:200]!r}")
    connection.close()
