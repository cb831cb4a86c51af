"""Weekly and monthly sales of three products that sell twice as much around Christmas."""

from __future__ import annotations

import numpy as np
import pandas as pd

LEVELS = {"Bread": 400.0, "Cake": 150.0, "Tea": 60.0}


def _frame(dates: pd.DatetimeIndex, peak: np.ndarray, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    parts = []
    for product, level in LEVELS.items():
        sold = level * np.where(peak, 2.0, 1.0) * random.normal(1.0, 0.03, len(dates))
        parts.append(pd.DataFrame({"date": dates, "product_id": product, "sales": sold.round()}))
    return pd.concat(parts, ignore_index=True)


def weekly(weeks: int = 130, seed: int = 0) -> pd.DataFrame:
    """Weeks from Mondays on, two and a half years to 30 October 2023; the four weeks before New Year's Eve sell twice as much."""
    dates = pd.date_range(end="2023-10-30", periods=weeks, freq="W-MON")
    return _frame(dates, np.asarray((dates.month == 12) & (dates.day <= 28)), seed)


def monthly(months: int = 48, seed: int = 0) -> pd.DataFrame:
    """Months dated on their last day, four years to October 2023; December sells twice as much."""
    dates = pd.date_range(end="2023-10-31", periods=months, freq="ME")
    return _frame(dates, np.asarray(dates.month == 12), seed)
