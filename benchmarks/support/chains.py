"""Sales of a chain of shops, made up: as many series as wanted, among them young, sparse and closed ones; seeded."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.core import schema

CATEGORIES = 20
PRODUCTS_A_STORE = 50
SHARE_SPARSE = 0.3
"""Share of series that sell on few days; half of them have no rows for days on which nothing was sold."""
SHARE_YOUNG = 0.1
"""Share of series that start on any day."""
SHARE_PROMOTED = 0.1
"""Share of weeks with a promotion."""
CLOSED_STORE = 5
"""Every fifth store is closed on Sundays."""
WEEK = np.array([0.9, 0.85, 0.9, 1.0, 1.2, 1.4, 0.75])


def sales(series: int, days: int, *, seed: int = 0, last: str = "2026-10-31") -> pd.DataFrame:
    """The sales of a chain: `date`, `product_id`, `store`, `category`, `promo`, `sales`, a row a series and day.

    Args:
        series: Stores times products.
        days: Up to the last one.
        seed: Of everything that is drawn.
        last: The last day.
    """
    random = np.random.default_rng(seed)
    dates = pd.date_range(end=last, periods=days)
    store, product = np.divmod(np.arange(series), PRODUCTS_A_STORE)
    promo = np.repeat(random.random((series, days // 7 + 1)) < SHARE_PROMOTED, 7, axis=1)[:, :days]
    mean = _mean(random, series, dates) * np.where(promo, 1.5, 1.0)
    sparse = random.random(series) < SHARE_SPARSE
    mean[sparse] *= 0.05
    units = random.poisson(np.minimum(mean, 1e6)).astype(float)
    closed = (store % CLOSED_STORE == 0)[:, None] & (dates.day_of_week.to_numpy() == 6)
    units[closed] = 0.0
    start = np.where(random.random(series) < SHARE_YOUNG, random.integers(0, days, series), 0)
    without_zeros = sparse & (random.random(series) < 0.5)
    rows = (np.arange(days) >= start[:, None]) & ~closed & ~(without_zeros[:, None] & (units == 0))
    row, day = np.nonzero(rows)
    return pd.DataFrame(
        {
            schema.DATE: dates[day],
            "product_id": _named("product", product)[row],
            "store": _named("store", store)[row],
            schema.CATEGORY: _named("category", product % CATEGORIES)[row],
            schema.PROMO: promo[rows].astype(float),
            schema.SALES: units[rows],
        }
    )


def _mean(random: np.random.Generator, series: int, dates: pd.DatetimeIndex) -> np.ndarray:
    """Units expected a day without promotions, shape (series, days): level, week, trend, year."""
    level = random.lognormal(2.0, 1.0, (series, 1))
    trend = np.exp(random.normal(0.0, 0.1, (series, 1)) * np.arange(len(dates)) / 365)
    year = 1 + random.uniform(0, 0.3, (series, 1)) * np.sin(2 * np.pi * dates.day_of_year.to_numpy() / 365.25)
    return level * trend * year * WEEK[dates.day_of_week]


def _named(name: str, numbers: np.ndarray) -> np.ndarray:
    return np.array([f"{name} {number:05d}" for number in range(int(numbers.max(initial=0)) + 1)], dtype=object)[numbers]
