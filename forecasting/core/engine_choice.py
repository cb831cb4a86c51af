"""Which engine does the fits of a retrain, as people say it."""

from __future__ import annotations

import os
import re
from typing import Final

from forecasting.core.errors import SettingsError

VARIABLE: Final = "FORECASTING_ENGINE"
"""Environment variable that says which, where a retrain does not."""
REQUEST: Final = "engine"
"""Member of a job's request that says the same."""
HERE: Final = "here"
"""The engine that is the retrain's own process."""
MOST: Final = 256
"""Processes at most."""
_PROCESSES: Final = re.compile(r"processes:([0-9]{1,4})")


def chosen(said: str | None) -> str:
    """The engine that a retrain names, or else the environment; empty for as many processes as are worth it. Raises SettingsError."""
    text = (said or os.environ.get(VARIABLE, "")).strip()
    processes_of(text)
    return text


def processes_of(text: str) -> int | None:
    """Processes beside the retrain's own, 0 for none; None where nobody chose.

    Raises:
        SettingsError: There is no such engine.

    Example:
        >>> processes_of("processes:4"), processes_of("here"), processes_of("")
        (4, 0, None)
    """
    if text in ("", HERE):
        return 0 if text else None
    found = _PROCESSES.fullmatch(text)
    if found is None or not 1 <= int(found[1]) <= MOST:
        example = f"Write {HERE} for the retrain's own process alone, or processes:N with N from 1 to {MOST}, e.g. processes:4."
        raise SettingsError(f"There is no engine {text[:80]!r}. {example} Without one a large file uses every core.")
    return int(found[1])
