"""Sales of a made-up shop, to try Shelfcast with."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.calendar import holidays_of

FIRST, LAST = pd.Timestamp(2023, 11, 20), pd.Timestamp(2026, 11, 21)
SEED = 20231120
NAME = "sample.csv"
SHA256 = "0726719769fbfe3a9e578376bb5b258861d766b8a5cc1dd99a5db2e6c3d3e32b"
"""Of the sample as a file: it is the sample, whoever uploads it."""


class Product(NamedTuple):
    """A product: units a day, growth a year and extra sales in summer (as shares), and its price."""

    name: str
    category: str
    level: float
    growth: float
    summer: float
    price: float


PRODUCTS = (
    Product("Baguette", "Bread", 64.0, 0.03, 0.05, 1.40),
    Product("Sourdough 1 kg", "Bread", 38.0, 0.12, -0.08, 5.20),
    Product("Rye bread 500 g", "Bread", 21.0, -0.06, -0.05, 3.10),
    Product("Croissant", "Pastry", 85.0, 0.05, 0.10, 1.60),
    Product("Cinnamon roll", "Pastry", 32.0, 0.09, -0.15, 2.40),
    Product("Apple cake", "Pastry", 18.0, 0.00, -0.20, 3.80),
    Product("Coffee beans 250 g", "Pantry", 14.0, 0.08, -0.10, 7.90),
    Product("Orange juice 1 l", "Drinks", 27.0, 0.02, 0.18, 2.90),
    Product("Iced tea 500 ml", "Drinks", 22.0, 0.04, 0.65, 1.80),
    Product("Wedding cake", "Pastry", 0.12, 0.00, 0.40, 180.00),
    Product("Oat cookie", "Pastry", 26.0, 0.30, 0.00, 1.90),
    Product("Plum jam 250 g", "Pantry", 9.0, -0.10, -0.10, 4.50),
)
REGIONS = {"North": 1.0, "South": 0.75, "West": 1.3}
WEEK = np.array([0.86, 0.84, 0.90, 0.98, 1.18, 1.46, 0.78])
NEW, NEW_DAYS = "Oat cookie", 150
DISCONTINUED, GONE_DAYS = "Plum jam 250 g", 200
CLOSED_SUNDAYS = "North"


def make_sample_sales(seed: int = SEED) -> pd.DataFrame:
    """About three years of daily sales of 12 products in 3 regions, sorted by key and day.

    The columns are those of `schema` that a shop of this kind has. The sales have level, trend, week, year, holidays and promotions, a
    sparse product, a new and a discontinued one, a region that is closed on Sundays, and a few missing days.
    """
    random = np.random.default_rng(seed)
    dates = pd.date_range(FIRST, LAST, freq="D")
    promotions = {product.name: _promotions(random, dates) for product in PRODUCTS}
    parts = [_series(random, dates, product, region, promotions[product.name]) for product in PRODUCTS for region in REGIONS]
    return pd.concat(parts, ignore_index=True)


def _series(random: np.random.Generator, dates: pd.DatetimeIndex, product: Product, region: str, promo: np.ndarray) -> pd.DataFrame:
    """Sales of one product in one region, with a row for each day on which it was offered."""
    mean = product.level * REGIONS[region] * random.uniform(0.85, 1.15) * _shape(random, dates, product) * (1 + 0.45 * promo)
    wander = np.exp(_autoregressive(random, len(dates), 0.6, 0.07))
    raised = product.price * (1 + 0.04 * (np.arange(len(dates)) // 365))
    columns = {
        schema.DATE: dates,
        schema.PRODUCT: product.name,
        schema.REGION: region,
        schema.CATEGORY: product.category,
        schema.PRICE: np.round(np.where(promo, 0.8 * raised, raised), 2),
        schema.PROMO: promo.astype(int),
        schema.SALES: random.poisson(mean * wander * random.gamma(40, 1 / 40, len(dates))),
    }
    return pd.DataFrame(columns)[_has_row(random, dates, product.name, region)]


def _shape(random: np.random.Generator, dates: pd.DatetimeIndex, product: Product) -> np.ndarray:
    """Trend, year, week and holidays of a product, around 1 on its first day, shape (d,)."""
    trend = (1 + product.growth) ** (np.arange(len(dates)) / 365.25)
    year = 1 - product.summer * np.cos(2 * np.pi * (dates.day_of_year.to_numpy() - 15) / 365.25)
    week = 1 + (WEEK[dates.day_of_week] - 1) * random.uniform(0.8, 1.2)
    return trend * year * week * _holiday_effect()


def _has_row(random: np.random.Generator, dates: pd.DatetimeIndex, name: str, region: str) -> np.ndarray:
    """Whether a series has a row on each day, shape (d,) of bool."""
    has_row = random.random(len(dates)) > 0.002
    if region == CLOSED_SUNDAYS:
        has_row &= dates.day_of_week != 6
    if name == NEW:
        has_row[:-NEW_DAYS] = False
    if name == DISCONTINUED:
        has_row[-GONE_DAYS:] = False
    return has_row


def _promotions(random: np.random.Generator, dates: pd.DatetimeIndex) -> np.ndarray:
    """Whether each day is in a promotion, shape (d,) of bool: whole weeks, about one in ten."""
    weeks = (np.arange(len(dates)) + dates[0].day_of_week) // 7
    return (random.random(weeks[-1] + 1) < 0.1)[weeks]


@cache
def _holiday_effect() -> np.ndarray:
    """Factor of each day: less on public holidays, more on the two days before, and a rise towards Christmas."""
    dates = pd.date_range(FIRST, LAST, freq="D")
    holidays = dates.isin(list(holidays_of("DE", tuple(range(FIRST.year, LAST.year + 1)))))
    effect = np.where(holidays, 0.45, 1.0)
    for before in (1, 2):
        effect[:-before] *= np.where(holidays[before:] & ~holidays[:-before], 1.18, 1.0)
    advent = (dates.month == 12) & (dates.day <= 24)
    return effect * np.where(advent, 1 + 0.25 * dates.day / 24, 1.0)


def _autoregressive(random: np.random.Generator, count: int, memory: float, spread: float) -> np.ndarray:
    """A wandering level around 0 whose days resemble their neighbours, shape (count,)."""
    shocks = random.normal(0, spread, count)
    levels = np.empty(count)
    level = 0.0
    for day, shock in enumerate(shocks):
        level = memory * level + shock
        levels[day] = level
    return levels
