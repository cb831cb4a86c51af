"""Which engine does the fits of a retrain, as people say it."""

from __future__ import annotations

import importlib.util
import os
import re
from collections.abc import Callable, Sequence
from typing import Final

from forecasting.core.dask_engine import DaskCluster
from forecasting.core.engine import CELLS, Engine, Here
from forecasting.core.errors import SettingsError
from forecasting.core.process_engine import Processes

VARIABLE: Final = "FORECASTING_ENGINE"
"""Environment variable that says which, where a retrain does not."""
BLOCK: Final = "FORECASTING_BLOCK"
"""Environment variable that says how many days of all series a block of fits has."""
MOST_CELLS: Final = 1_000_000_000
"""Days of all series of a block at most."""
REQUEST: Final = "engine"
"""Member of a job's request that says the same."""
HERE: Final = "here"
"""The engine that is the retrain's own process."""
MOST: Final = 256
"""Processes at most."""
_PROCESSES: Final = re.compile(r"processes:([0-9]{1,4})")
_DASK: Final = re.compile(r"dask(\+tls)?://((?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5}))")


def chosen(said: str | None) -> str:
    """The engine that a retrain names, or else the environment; empty for as many processes as are worth it. Raises SettingsError."""
    text = (said or os.environ.get(VARIABLE, "")).strip()
    check(text)
    cells()
    return text


def cells() -> int:
    """Days of all series of a block of fits, as the environment says; raises SettingsError."""
    text = os.environ.get(BLOCK, "").strip()
    if text and not (re.fullmatch(r"[0-9]{1,10}", text) and 1 <= int(text) <= MOST_CELLS):
        raise SettingsError(f"{BLOCK} is {text[:80]!r}. Give a whole number from 1 to {MOST_CELLS:,d}, or leave it out for {CELLS:,d}.")
    return int(text or CELLS)


def check(text: str) -> None:
    """Raises SettingsError for an engine that does not exist, or whose library is not installed."""
    if text in ("", HERE) or 1 <= (_processes(text) or 0) <= MOST:
        return
    if _scheduler(text) is None:
        raise SettingsError(
            f"There is no engine {text[:80]!r}. Write {HERE} for the retrain's own process alone, processes:N with N from 1 to {MOST}, or the"
            " scheduler of a Dask cluster: dask://192.168.1.10:8786, or dask+tls:// with certificates. Without one a large file uses every core."
        )
    if importlib.util.find_spec("distributed") is None:
        raise SettingsError(f'The engine {text} needs Dask, which is not installed here: pip install "shelfcast[dask]".')


def opened(text: str, worth: Callable[[], int], libraries: Sequence[str]) -> Engine:
    """The engine of this name, for a `with` block; raises SettingsError.

    Args:
        text: Its name; empty where nobody chose.
        worth: Processes that are worth starting where nobody chose, 0 for none.
        libraries: Whose versions must be the same wherever tasks are done.

    Example:
        >>> type(opened("here", lambda: 2, [])).__name__, type(opened("", lambda: 2, [])).__name__
        ('Here', 'Processes')
    """
    check(text)
    scheduler = _scheduler(text)
    if scheduler is not None:
        return DaskCluster(scheduler, libraries, cells())
    count = _processes(text) or 0 if text else worth()
    return Processes(count, cells()) if count else Here(cells())


def _processes(text: str) -> int | None:
    found = _PROCESSES.fullmatch(text)
    return None if found is None else int(found[1])


def _scheduler(text: str) -> str | None:
    """The address of a scheduler as Dask writes it; None for what is none."""
    found = _DASK.fullmatch(text)
    return f"{'tls' if found[1] else 'tcp'}://{found[2]}" if found and 1 <= int(found[3]) <= 65535 else None
