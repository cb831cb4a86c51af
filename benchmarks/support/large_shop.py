"""A shop of very many series, and a version of it, to time what the monitor does each day."""

from __future__ import annotations

from time import process_time

import numpy as np
import pandas as pd

from benchmarks.support.monitored_shop import Forecast, alarms, version
from benchmarks.support.simulated_shops import Shop
from forecasting.analysis.monitoring.grading import Past

CUTOFFS, HORIZON, DAYS, SERIES_OF_STORE = 4, 28, 460, 500
"""Cutoffs and their days, days of sales, and series of each store."""


def seconds(n: int, seed: int = 0) -> tuple[float, float, int]:
    """CPU seconds to learn what is usual, once a version; to grade and look at the newest 28 days, every day; and alarms of that look."""
    random = np.random.default_rng(seed)
    dates, row = pd.date_range("2025-01-06", periods=DAYS).as_unit("us"), np.arange(n)
    week = 1 + 0.3 * np.sin(dates.day_of_week.to_numpy())
    f = np.exp(random.normal(2.5, 1.0, n))[:, None] * week
    y = np.round(f * random.gamma(4.0, 0.25, (n, DAYS)))
    numbers = {"product_id": row % SERIES_OF_STORE, "store": row // SERIES_OF_STORE, "category": row % 12}
    labels = {name: np.char.add(name[0].upper(), values.astype(str)).astype(object) for name, values in numbers.items()}
    shop = Shop(labels, dates, y, np.empty(0, dtype="datetime64[D]"))
    starts = [DAYS - HORIZON * back for back in range(CUTOFFS + 1, 0, -1)]
    past_y, past_f = (np.array([values[:, start : start + HORIZON] for start in starts[:-1]]) for values in (y, f))
    outside = (np.abs(past_y / past_f - 1) > 0.6).astype(np.int8)
    past = Past(past_y, past_f, past_f, outside, np.ones((CUTOFFS, HORIZON), dtype=bool), dates[starts[:-1]])
    ahead = f[:, starts[-1] :]
    begun = process_time()
    served = version(shop, Forecast(starts[-1], ahead, ahead, np.stack([0.4 * ahead, 1.6 * ahead], axis=1), past))
    learned = process_time()
    count = len(alarms(shop, y, [served], DAYS))
    return learned - begun, process_time() - learned, count
