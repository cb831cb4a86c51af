"""What visitors of a server waited for, as a table: pages by name, programs, and what the server holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

Seconds = Mapping[str, list[float]]


@dataclass(frozen=True)
class Figures:
    """What was measured of one server in one state.

    Args:
        pages: Seconds of page runs, by page.
        programs: Seconds of answers over HTTP, by question.
        errors: Texts of what went wrong.
        memory: MB that the server holds at the end.
        descriptors: Files and connections that it has open at the end.
        processor: Share of a core that the server used.
        each: Seconds of a core that it used for a page run, programs and timers included.
    """

    pages: Seconds
    programs: Seconds
    errors: list[str]
    memory: float
    descriptors: int
    processor: float
    each: float

    def rows(self) -> dict[str, tuple[int, float, float]]:
        """Count, median and 95th percentile by what was asked, in seconds."""
        pages = {"all pages": [seconds for page in self.pages.values() for seconds in page], **dict(sorted(self.pages.items()))}
        programs = {"all programs": [seconds for each in self.programs.values() for seconds in each]}
        return {name: _described(values) for name, values in {**pages, **programs, **dict(sorted(self.programs.items()))}.items() if values}


def _described(values: list[float]) -> tuple[int, float, float]:
    middle, late = np.quantile(values, [0.5, 0.95])
    return len(values), float(middle), float(late)


def descriptors(pid: int) -> int:
    """Files and connections that a process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def table(state: str, before: Figures | None, after: Figures) -> str:
    """Count, median and 95th percentile in milliseconds of each page and question, before and after, and before over after.

    Example:
        >>> quick, slow = (Figures({"forecast": [s, s]}, {}, [], 700, 90, 0.5, 0.1) for s in (0.2, 3.0))
        >>> print(table("idle", slow, quick))
        idle                         n     p50     p95  |      n     p50     p95  |    p50    p95
        all pages                    2    3000    3000  |      2     200     200  |   15.0   15.0
        forecast                     2    3000    3000  |      2     200     200  |   15.0   15.0
        server: 700 MB, 90 descriptors, 0.50 cores, 0.10 s a run, 0 errors | 700 MB, 90 descriptors, 0.50 cores, 0.10 s a run, 0 errors
    """
    sides = [side for side in (before, after) if side is not None]
    lines = [f"{state:24s}" + "  | ".join(f"{'n':>6s}{'p50':>8s}{'p95':>8s}" for _ in sides) + f"  | {'p50':>6s}{'p95':>7s}" * (len(sides) > 1)]
    measured = [side.rows() for side in sides]
    for name in dict.fromkeys(name for rows in measured for name in rows):
        cells = [_cells(rows.get(name)) for rows in measured]
        ratio = _ratio(*(rows.get(name) for rows in measured)) if len(sides) > 1 else ""
        lines.append(f"{name:24s}" + "  | ".join(cells) + ratio)
    return "\n".join([*lines, "server: " + " | ".join(_server(side) for side in sides), *_errors(sides)])


def _cells(row: tuple[int, float, float] | None) -> str:
    return f"{'-':>6s}{'-':>8s}{'-':>8s}" if row is None else f"{row[0]:6d}{1000 * row[1]:8.0f}{1000 * row[2]:8.0f}"


def _ratio(before: tuple[int, float, float] | None, after: tuple[int, float, float] | None) -> str:
    return "" if before is None or after is None else f"  | {before[1] / after[1]:6.1f}{before[2] / after[2]:7.1f}"


def _server(side: Figures) -> str:
    return f"{side.memory:.0f} MB, {side.descriptors} descriptors, {side.processor:.2f} cores, {side.each:.2f} s a run, {len(side.errors)} errors"


def _errors(sides: list[Figures]) -> list[str]:
    return [f"  {text[:160]}" for side in sides for text in sorted(set(side.errors))[:5]]
