"""Shops of which everything is known: five years of sales with seasons and holidays, and a quick recipe that forecasts them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from forecasting.core import calendar
from forecasting.core.arrays import nanmean

YEARS = 5
HORIZON, CUTOFFS = 90, 6


@dataclass(frozen=True, eq=False)
class Shop:
    """One shop: `labels` of n series, `dates`, units sold `y` of shape (n, d) with NaN where there is no row, and its holidays."""

    labels: dict[str, np.ndarray]
    dates: pd.DatetimeIndex
    y: np.ndarray
    holidays: np.ndarray

    @cached_property
    def ordinary(self) -> np.ndarray:
        """Days that are no holiday and not beside one, shape (d,)."""
        if not len(self.holidays):
            return np.ones(len(self.dates), dtype=bool)
        days = self.dates.to_numpy().astype("datetime64[D]")
        return np.asarray(np.abs(days[:, None] - self.holidays).min(axis=1).astype(int) > 1)


def shop(seed: int) -> Shop:
    """A shop of 2 to 5 stores and 8 to 24 products, each with a noise, a level and a season of its own."""
    random = np.random.default_rng(seed)
    stores, products, categories = int(random.integers(2, 6)), int(random.integers(8, 25)), int(random.integers(3, 5))
    product, store = np.tile(np.arange(products), stores), np.repeat(np.arange(stores), products)
    category = product % categories
    dates = pd.date_range("2021-01-04", periods=365 * YEARS).as_unit("us")
    n, d = len(product), len(dates)
    holidays = np.array(sorted(calendar.holidays_of("DE", tuple(range(2020, 2028)))), dtype="datetime64[D]")
    days = dates.to_numpy().astype("datetime64[D]")
    is_holiday = np.isin(days, holidays)
    level = np.exp(random.normal(np.log(random.choice([4, 12, 30, 60])), 0.6, products))[product] * random.uniform(0.6, 1.6, stores)[store]
    weekday = 1 + random.normal(0, 0.25, (categories, 7))
    angle = 2 * np.pi * dates.dayofyear.to_numpy() / 365.25
    season = np.exp(random.uniform(0, 0.25, (categories, 1)) * np.cos(angle[None] - random.uniform(0, 6.3, (categories, 1))))
    before_christmas = np.exp(0.4 * np.exp(-np.abs((pd.to_datetime(dates.year.astype(str) + "-12-22") - dates).days.to_numpy()) / 8.0))
    eve = np.isin(days + np.timedelta64(1, "D"), holidays)
    calendar_effect = np.where(is_holiday, 0.0 if random.random() < 0.5 else 0.6, np.where(eve, 1.35, 1.0)) * before_christmas
    common = _red(random, (1, d), 0.04, 0.4) + _red(random, (categories, d), 0.03, 0.4)[category] + _red(random, (stores, d), 0.03, 0.4)[store]
    drift = np.cumsum(random.normal(0, 0.002, (n, d)) + random.normal(0, 0.0008, (1, d)), axis=1)
    mean = level[:, None] * np.maximum(weekday[category][:, dates.day_of_week], 0.2) * season[category] * calendar_effect * np.exp(common + drift)
    dispersion = random.uniform(0.02, 0.25)
    y = random.negative_binomial(1 / dispersion, 1 / (1 + dispersion * mean)).astype(float)
    if random.random() < 0.5:
        y[:, dates.day_of_week == 6] = np.nan
    y[:, calendar_effect == 0] = np.nan
    names = {"product_id": product, "store": store, "category": category}
    return Shop({name: np.char.add(name[0].upper(), of.astype(str)).astype(object) for name, of in names.items()}, dates, y, holidays)


def _red(random: np.random.Generator, shape: tuple[int, int], sd: float, memory: float) -> np.ndarray:
    noise = random.normal(0, sd * np.sqrt(1 - memory**2), shape)
    for step in range(1, shape[1]):
        noise[:, step] += memory * noise[:, step - 1]
    return noise


def recipe(of: Shop, cut: int, horizon: int = HORIZON) -> np.ndarray:
    """What a quick recipe forecasts after `cut` days, shape (n, horizon): level of eight weeks x weekday x season x holidays."""
    days, y = of.dates.to_numpy().astype("datetime64[D]"), of.y[:, :cut]
    weekday, week = of.dates.day_of_week.to_numpy(), np.minimum((of.dates.dayofyear.to_numpy() - 1) // 7, 51)
    far = np.abs(days[:, None] - of.holidays).min(axis=1).astype(int) > 1
    category = np.unique(of.labels["category"], return_inverse=True)[1]
    total = np.array([np.nansum(y[category == each], axis=0) for each in range(category.max() + 1)])
    mean = np.array([_smooth(each, far[:cut] & (each > 0)) for each in total])
    shape = np.ones((len(total), 52))
    ratio = np.where(far[:cut] & (total > 0), total / mean, np.nan)
    for each in range(52):
        near = np.minimum(np.abs(week[:cut] - each), 52 - np.abs(week[:cut] - each)) <= 1
        shape[:, each] = np.nan_to_num(nanmean(ratio[:, near], axis=1), nan=1.0)
    flat = y / shape[category][:, week[:cut]]
    recent = slice(cut - 56, cut)
    usable = np.where(far[recent], flat[:, recent], np.nan)
    on_weekday = np.array([np.nan_to_num(nanmean(usable[:, weekday[recent] == day], axis=1)) for day in range(7)]).T
    pattern = np.array([on_weekday[category == each].sum(axis=0) for each in range(category.max() + 1)])
    pattern /= np.maximum(pattern.mean(axis=1, keepdims=True), 1e-9)
    level = np.nan_to_num(nanmean(usable / np.maximum(pattern[category][:, weekday[recent]], 0.05), axis=1))
    ahead = slice(cut, cut + horizon)
    f = level[:, None] * pattern[category][:, weekday[ahead]] * shape[category][:, week[ahead]]
    return np.asarray(f * _holiday_factors(of, cut, np.nansum(total, axis=0), np.nansum(mean, axis=0))[:horizon])


def _smooth(values: np.ndarray, usable: np.ndarray) -> np.ndarray:
    """A centred mean of a year, in which seasons cancel."""
    known, width = np.where(usable, values, 0.0), 365
    kernel = np.ones(width)
    count = np.convolve(usable.astype(float), kernel, "same")
    return np.convolve(known, kernel, "same") / np.maximum(count, 1)


def _holiday_factors(of: Shop, cut: int, total: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """What holidays and their eves sold beside other days, one factor each, for all days from the cut on."""
    days = of.dates.to_numpy().astype("datetime64[D]")
    holiday, eve = np.isin(days, of.holidays), np.isin(days + np.timedelta64(1, "D"), of.holidays)
    ratio = total / np.maximum(mean, 1e-9)
    factors = [float(np.nanmean(ratio[kind[:cut]])) if kind[:cut].any() else 1.0 for kind in (holiday, eve)]
    return np.where(holiday[cut:], factors[0], np.where(eve[cut:], factors[1], 1.0))
