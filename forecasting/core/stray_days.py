"""Days that lie years from all others: placeholders for an unknown date, such as 1970-01-01, and mistyped years."""

from __future__ import annotations

from typing import Final

import numpy as np

MIN_GAP_DAYS: Final = 3 * 365 + 1
"""Days without a row from which two parts of a history have nothing to do with each other: a shop may close for a year or two."""
MAX_STRAY_DAYS: Final = 3
"""Days that are strays together, at most; more of them are an old history."""
MIN_TIMES_MORE: Final = 10
"""How many times as many days the longest part of the history has, at least."""


def stray(days: np.ndarray) -> np.ndarray:
    """Which days are strays, shape (n,) of bool: one to three of them, three years or more from any other, beside a history of ten times as many.

    Args:
        days: Days with rows, ascending, each once, shape (n,) of `datetime64[D]`.

    Example:
        >>> january = np.arange("2026-01-01", "2026-02-01", dtype="datetime64[D]")
        >>> stray(np.append(np.datetime64("1970-01-01"), january)).nonzero()[0]
        array([0])
    """
    if not len(days):
        return np.zeros(0, dtype=bool)
    part = np.append(0, np.cumsum(np.diff(days).astype(np.int64) >= MIN_GAP_DAYS))
    size = np.bincount(part)
    strays: np.ndarray = (size <= np.minimum(MAX_STRAY_DAYS, size.max() // MIN_TIMES_MORE))[part]
    return strays
