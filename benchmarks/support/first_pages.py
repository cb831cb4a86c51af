"""The start of a server and its first page in a real browser, of one checkout or of two in turn."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parent.parent.parent
HEADING, CHART = "h1", ".js-plotly-plot .main-svg"
PATIENCE = 300_000
"""Milliseconds for a page of a busy machine."""


@dataclass(frozen=True)
class FirstPage:
    """What the first visitor of a server waits for, in seconds.

    Args:
        answers: From the start of the process until its port answers.
        heading, chart: From then until the first page has its heading, and its chart.
        heading_cpu, chart_cpu: CPU seconds that the server has used by then, from the start of its process.
    """

    answers: float
    heading: float
    chart: float
    heading_cpu: float
    chart_cpu: float


def python_of(checkout: Path) -> str:
    """The interpreter of a checkout: that of its own environment, else this one."""
    own = checkout / ".venv" / "bin" / "python"
    return str(own) if own.exists() else sys.executable


@contextmanager
def serving(home: Path, checkout: Path = ROOT) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address and the process of a server of this checkout and workspace, which has just begun to start; ends it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [python_of(checkout), "-m", "forecasting", "serve", "--port", str(port)]
    surroundings = {**os.environ, "FORECASTING_HOME": str(home)}
    server = subprocess.Popen(command, cwd=checkout, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}", server
    finally:
        server.terminate()
        server.wait(60)


def first_page(browser: Browser, address: str, server: subprocess.Popen[bytes]) -> FirstPage:
    """Opens the first page of a server that has just begun to start."""
    start = time.perf_counter()
    port = int(address.rsplit(":", 1)[1])
    while socket.socket().connect_ex(("127.0.0.1", port)):
        time.sleep(0.02)
    answers = time.perf_counter() - start
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        seen = []
        for what in (HEADING, CHART):
            page.locator(what).first.wait_for(timeout=PATIENCE)
            seen.append((time.perf_counter() - start - answers, processor_seconds(server.pid)))
    (heading, heading_cpu), (chart, chart_cpu) = seen
    return FirstPage(answers, heading, chart, heading_cpu, chart_cpu)


def processor_seconds(pid: int) -> float:
    """CPU seconds of a running process so far; NaN where /proc does not tell."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return float("nan")
    values = stat.read_text().rpartition(")")[2].split()
    return (int(values[11]) + int(values[12])) / os.sysconf("SC_CLK_TCK")


def server_processes(pid: int) -> list[int]:
    """A server's processes: those that it spread its work over, where it has several, and the one that was started."""
    children = [int(child) for file in Path(f"/proc/{pid}/task").glob("*/children") for child in file.read_text().split()]
    return [pid, *(child for child in children if b"pages.server.process" in Path(f"/proc/{child}/cmdline").read_bytes())]


def compare(browser: Browser, home: Path, checkouts: tuple[Path, Path], rounds: int) -> str:
    """A table of medians of two checkouts, whose servers start in turn, each on a copy of the workspace; the last column is second over first."""
    seen: dict[Path, list[FirstPage]] = {checkout: [] for checkout in checkouts}
    for _ in range(rounds):
        for checkout in checkouts:
            with tempfile.TemporaryDirectory() as folder:
                copy = Path(shutil.copytree(home, Path(folder) / "home"))
                with serving(copy, checkout) as (address, server):
                    seen[checkout].append(first_page(browser, address, server))
    return table(*(seen[checkout] for checkout in checkouts))


def table(before: list[FirstPage], after: list[FirstPage]) -> str:
    """Medians of each quantity before and after, and their ratio, a line each.

    Example:
        >>> print(table([FirstPage(4, 2, 4, 3, 5)], [FirstPage(3, 1, 3, 3, 4)]))
                         before    after    ratio
        answers            4.00     3.00     0.75
        heading            2.00     1.00     0.50
        chart              4.00     3.00     0.75
        heading_cpu        3.00     3.00     1.00
        chart_cpu          5.00     4.00     0.80
    """
    lines = [f"{'':14s}{'before':>9s}{'after':>9s}{'ratio':>9s}"]
    for quantity in fields(FirstPage):
        one, other = (float(np.median([getattr(page, quantity.name) for page in pages])) for pages in (before, after))
        lines.append(f"{quantity.name:14s}{one:9.2f}{other:9.2f}{other / one:9.2f}")
    return "\n".join(lines)
