"""Small panels that the tests of models share."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.core.panel import Panel

WEEK = np.array([0.8, 0.7, 0.9, 1.0, 1.3, 1.6, 1.1])
"""A Monday to Sunday of a shop, around 1."""


def panel(rows: dict[str, np.ndarray], *, start: str = "2023-01-02", drivers: dict[str, np.ndarray] | None = None) -> Panel:
    """A panel of series by name, from a Monday on; drivers of shape (n, days + days ahead)."""
    names = sorted(rows)
    sales = np.array([rows[name] for name in names], dtype=float)
    series = pd.DataFrame({"unique_id": names, "product_id": names})
    return Panel(series, pd.date_range(start, periods=sales.shape[1], freq="D").as_unit("us"), sales, drivers or {})


def regular(days: int, *, level: float = 20.0, growth: float = 0.02, noise: float = 1.0, seed: int = 0) -> np.ndarray:
    """Sales with a week, a trend in units a day and noise, never below 0; the first day is a Monday."""
    day = np.arange(days)
    wobble = noise * np.random.default_rng(seed).normal(size=days)
    return np.maximum((level + growth * day) * WEEK[day % 7] + wobble, 0.0)


def sparse(days: int, *, rate: float = 0.1, seed: int = 1) -> np.ndarray:
    """A few units on a few days."""
    rng = np.random.default_rng(seed)
    return rng.poisson(2.0, days) * (rng.random(days) < rate).astype(float)


def only_last(sales: np.ndarray, days: int) -> np.ndarray:
    """The same, without rows before its last days."""
    return np.where(np.arange(len(sales)) >= len(sales) - days, sales, np.nan)


def shop(days: int = 200) -> Panel:
    """One series of every kind that a shop has."""
    spike = regular(days, seed=5)
    spike[days // 2] = 1e9
    return panel(
        {
            "constant": np.full(days, 3.0),
            "large": regular(days, level=5_000, noise=100.0, seed=2),
            "new": only_last(regular(days, seed=3), 3),
            "regular": regular(days),
            "sparse": sparse(days),
            "spike": spike,
            "zero": np.zeros(days),
        }
    )
