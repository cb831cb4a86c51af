"""What the first visit of each page costs a server, in CPU seconds: with nothing warmed, after its warm start, and once another version serves."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.support import memory_course

VISIT: Final = Path(__file__).with_name("page_visit.py")
PAGES: Final = ("overview", "forecast", "accuracy", "orders")
KINDS: Final = {"cold": "nothing warmed", "warm": "warm start", "first": "then first", "again": "then again", "changed": "new version"}
"""What is measured -> the head of its column."""


@contextmanager
def prepared(home: Path) -> Iterator[Path]:
    """A copy of a workspace in which the version that serves is there twice, for as long as the block runs."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(home, Path(folder) / "home"))
        memory_course.second_version(copy)
        yield copy


def costs(files: Path, home: Path, page: str) -> dict[str, float]:
    """The costs of a page with the code of a folder, in a `prepared` workspace: with nothing warmed, and in another process after a warm start."""
    told: dict[str, float] = {}
    surroundings = {**os.environ, "FORECASTING_HOME": str(home), "PYTHONPATH": ""}
    for only in ("cold", "warm"):
        command = [sys.executable, str(VISIT), str(files), str(home), page, only]
        printed = subprocess.run(command, cwd=files, env=surroundings, check=True, stdout=subprocess.PIPE).stdout
        told |= json.loads(printed.splitlines()[-1])
    return told


def table(after: dict[str, dict[str, float]], before: dict[str, dict[str, float]]) -> str:
    """CPU seconds by page and kind; before and after where both are known.

    Example:
        >>> print(table({"overview": {"cold": 2.0, "warm": 3.0, "first": 0.5, "again": 0.2, "changed": 1.0}}, {}))
        page        nothing warmed      warm start      then first      then again     new version
        overview              2.00            3.00            0.50            0.20            1.00
    """
    lines = [f"{'page':10s}" + "".join(f"{head:>16s}" for head in KINDS.values())]
    for page, seen in after.items():
        cells = [f"{seen[kind]:.2f}" if page not in before else f"{before[page][kind]:.2f} -> {seen[kind]:.2f}" for kind in KINDS]
        lines.append(f"{page:10s}" + "".join(f"{cell:>16s}" for cell in cells))
    return "\n".join(lines)
