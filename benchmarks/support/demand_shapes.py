"""Six kinds of demand as shops know them, drawn at random: what an order is for, where the truth is known.

Sizes are ordinary ones: some twenty units a day for goods that sell daily, a swing of a quarter from day to day beside that of counting, a Saturday
that sells half as much again as a mean day, promotions of one week in eight that sell two and a half times as much. Nothing is tuned to any result.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel

START: Final = pd.Timestamp("2023-01-02")
"""A Monday."""
SWING: Final = 0.25
"""Of a day's mean, relative, beside that of counting."""
WEEK: Final = np.array([0.85, 0.8, 0.85, 0.95, 1.15, 1.45, 0.95])
PROMOTED: Final = 1 / 8
UPLIFT: Final = 2.5

Drawn = tuple[FloatArray, dict[str, FloatArray]]
"""Units sold, shape (n, days), and drivers of the same shape."""


def panel(shape: str, *, n: int, days: int, seed: int = 0) -> Panel:
    """Sales of n series of one kind over so many days, with drivers as far as it has any."""
    random = np.random.default_rng([seed, list(SHAPES).index(shape)])
    sales, drivers = SHAPES[shape](random, n, days)
    names = [f"{shape} {row:03d}" for row in range(n)]
    series = pd.DataFrame({schema.UNIQUE_ID: names, schema.PRODUCT: names})
    return Panel(series, pd.date_range(START, periods=days).as_unit("us"), sales, drivers)


def smooth(random: np.random.Generator, n: int, days: int) -> Drawn:
    """The same mean every day."""
    return _counted(random, np.repeat(_level(random, n), days, axis=1)), {}


def weekly(random: np.random.Generator, n: int, days: int) -> Drawn:
    """Weekdays that differ, a little differently in each series."""
    return _counted(random, _level(random, n) * _weekdays(random, n, days)), {}


def autocorrelated(random: np.random.Generator, n: int, days: int) -> Drawn:
    """Good and bad times of some days: a swing of 30 % of which four fifths last from one day to the next."""
    swing = random.normal(size=(n, days))
    for day in range(1, days):
        swing[:, day] = 0.8 * swing[:, day - 1] + 0.6 * swing[:, day]
    return random.poisson(_level(random, n) * np.exp(0.3 * swing - 0.045)).astype(float), {}


def intermittent(random: np.random.Generator, n: int, days: int) -> Drawn:
    """A unit or a few, every third to tenth day."""
    sells = random.random((n, days)) < random.uniform(0.1, 0.35, (n, 1))
    return np.where(sells, 1.0 + random.poisson(0.6, (n, days)), 0.0), {}


def lumpy(random: np.random.Generator, n: int, days: int) -> Drawn:
    """Seldom, and then one unit or very many: eight on average, geometric."""
    sells = random.random((n, days)) < random.uniform(0.15, 0.35, (n, 1))
    return np.where(sells, random.geometric(1 / 8, (n, days)), 0.0).astype(float), {}


def promoted(random: np.random.Generator, n: int, days: int) -> Drawn:
    """Weekdays, and promotions of a week that are planned long ahead."""
    weeks = -(-days // 7)
    promo = np.repeat(random.random((n, weeks)) < PROMOTED, 7, axis=1)[:, :days]
    uplift = UPLIFT * random.lognormal(0, 0.2, (n, 1))
    mean = _level(random, n) * _weekdays(random, n, days) * np.where(promo, uplift, 1.0)
    return _counted(random, mean), {schema.PROMO: promo.astype(float)}


def _level(random: np.random.Generator, n: int) -> FloatArray:
    """Units a day, shape (n, 1)."""
    level: FloatArray = 20 * random.lognormal(0, 0.6, (n, 1))
    return level


def _weekdays(random: np.random.Generator, n: int, days: int) -> FloatArray:
    """Of each day, relative to the mean of its series' week, shape (n, days)."""
    week = WEEK * random.lognormal(0, 0.1, (n, 7))
    week /= week.mean(axis=1, keepdims=True)
    relative: FloatArray = week[:, np.arange(days) % 7]
    return relative


def _counted(random: np.random.Generator, mean: FloatArray) -> FloatArray:
    """Poisson sales whose mean swings by itself from day to day (negative binomial)."""
    swing = random.gamma(SWING**-2, SWING**2, mean.shape)
    return random.poisson(mean * swing).astype(float)


SHAPES: Final[dict[str, Callable[[np.random.Generator, int, int], Drawn]]] = {
    "smooth": smooth,
    "weekly season": weekly,
    "autocorrelated": autocorrelated,
    "intermittent": intermittent,
    "lumpy": lumpy,
    "promotions": promoted,
}
