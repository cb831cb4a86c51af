"""Uploads that stopped: no sales for longer than uploads usually take, as their own past says."""

from __future__ import annotations

from typing import Final

import pandas as pd

from forecasting.analysis.monitoring import rows

MIN_UPLOADS: Final = 3
"""Days with uploads from which something is usual."""
MIN_DAYS: Final = 7
FEW_TIMES: Final = 2
"""With few uploads, times the longest gap so far that are overdue."""


def overdue(uploads: pd.DatetimeIndex, now: pd.Timestamp) -> tuple[int, int] | None:
    """Days since the last upload, and those within which one was expected, where it is overdue; else None.

    Nine of ten of the past gaps say what is usual. Where uploads came on fewer than eight days, they say little: then it is twice the longest gap,
    and at least a week.

    Args:
        uploads: When sales were uploaded.
        now: The moment, by the same clock.

    Example:
        >>> overdue(pd.DatetimeIndex(["2026-01-05", "2026-01-12", "2026-01-19"]), pd.Timestamp("2026-02-03"))
        (15, 14)
    """
    days = uploads.normalize().unique().sort_values()
    if len(days) >= rows.MIN_WEEKS:
        return rows.upload_overdue(uploads, now)
    if len(days) < MIN_UPLOADS:
        return None
    longest = int(days.to_series().diff().dt.days.max())
    usual, age = max(FEW_TIMES * longest, MIN_DAYS), int((now.normalize() - days[-1]).days)
    return (age, usual) if age > usual else None
