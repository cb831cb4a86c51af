"""Which series are too new for a model of their own."""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.core.panel import Panel

RECENT: Final = 56
"""Days within which a series must have a row to be forecast."""
_WEEKS: Final = 6
"""Weeks of rows from which models are as good as the pattern of others, measured on four files."""
_STEPS: Final = 12
"""The same in files of weeks or months."""


def least_rows(panel: Panel) -> int:
    """Rows below which a series counts as new: 42 days (12 weeks or months), or half of the file's where that is less, at least 14 (6)."""
    most = _WEEKS * panel.period.cycle if panel.period.cycle > 1 else _STEPS
    return max(_fewest(panel), min(most, len(panel.dates) // 2))


def needs_cold_start(panel: Panel) -> np.ndarray:
    """Series that the pattern of others serves better than a model of their own, shape (n,) of bool.

    Their first row is younger than `least_rows`, or they have fewer than 14 rows (6 weeks or months); and they have one in the last 56 days.
    """
    known = np.isfinite(panel.sales)
    age = known.shape[1] - known.argmax(axis=1)
    recent = known[:, -panel.period.steps(RECENT) :].any(axis=1)
    few = known.sum(axis=1) < _fewest(panel)
    return recent & (few | (age < least_rows(panel)))


def _fewest(panel: Panel) -> int:
    return 2 * panel.period.cycle if panel.period.cycle > 1 else _STEPS // 2
