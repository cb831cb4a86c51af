"""What a product may sell in its first weeks, before its first sale: what the launches that resemble it most sold in theirs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from forecasting.core import schema
from forecasting.core.arrays import FloatArray, nanmean, share
from forecasting.core.panel import Panel
from forecasting.training.cold_start.launches import History

WEEKS: Final = 28
"""Days that count as a product's first weeks."""
MOST: Final = 5
"""Launches that a product is expected to follow: their middle was closest at a bakery whose launches were looked at."""
MISS_FROM: Final = 9
"""Earlier launches from which their misses say an 80 % range: with fewer the range would have to be wider than any miss seen."""
_TAIL: Final = 0.1
_KNOWN_FROM: Final = 28
"""Days that a file has before a product's first sale, at least, for that to be a launch."""
_OTHER_CATEGORY: Final = 1.0
"""How far another category is: as far as 2.7 times the price."""
_UNKNOWN_PRICE: Final = 0.7
"""How far a launch is whose price nobody knows: as far as twice the price."""


@dataclass(frozen=True, eq=False)
class Launches:
    """Earlier launches of m products, in all stores together, the latest first.

    Args:
        products: Their names.
        starts: Position of each one's first sale among the panel's days, shape (m,).
        units: What each sold on each day of its first weeks, shape (m, steps).
        price: The median price in these weeks, shape (m,); NaN where none is known.
        category: Of each; empty where none is known.
    """

    products: tuple[str, ...]
    starts: np.ndarray
    units: FloatArray
    price: FloatArray
    category: np.ndarray

    def __len__(self) -> int:
        return len(self.products)

    @cached_property
    def sums(self) -> FloatArray:
        """What each sold in its first weeks, shape (m,)."""
        return np.asarray(self.units.sum(axis=1))

    def before(self, day: int) -> Launches:
        """Those whose first weeks had ended by a day's position."""
        return self._those(self.starts + self.units.shape[1] <= day)

    def without(self, place: int) -> Launches:
        """All but one."""
        return self._those(np.arange(len(self)) != place)

    def nearest(self, price: float, category: str, most: int = MOST) -> np.ndarray:
        """Positions of the launches nearest in price and category, the nearest first, of equals the latest.

        Args:
            price: Of the new product; NaN if it is not known, as for 0.
            category: Of the new product; empty if it is not known.
            most: Launches at most, at least 1.
        """
        known = (self.price > 0) & (price > 0)
        apart = np.where(known, np.abs(np.log(np.where(known, self.price, 1.0) / (price if price > 0 else 1.0))), _UNKNOWN_PRICE)
        other = (self.category != category) & (category != "")
        return np.argsort(apart + _OTHER_CATEGORY * other, kind="stable")[:most]

    def _those(self, which: np.ndarray) -> Launches:
        products = tuple(name for name, there in zip(self.products, which, strict=True) if there)
        return replace(self, products=products, **{name: getattr(self, name)[which] for name in ("starts", "units", "price", "category")})


@dataclass(frozen=True, eq=False)
class Expectation:
    """What a product may sell in its first weeks.

    Args:
        twins: Positions of the launches that it is expected to follow, the nearest first.
        units: In all its first weeks.
        lower_80: Four out of five such expectations lay above it and below the next one; NaN where too few launches are known to say.
        upper_80: The upper end, likewise.
    """

    twins: np.ndarray
    units: float
    lower_80: float
    upper_80: float


def launches(panel: Panel) -> Launches:
    """The launches of products that a panel shows with all their first weeks, in all stores together."""
    products = by_product(panel)
    history, steps = History(products), panel.period.steps(WEEKS)
    whole = history.launched & (history.first >= panel.period.steps(_KNOWN_FROM)) & (history.first + steps <= len(panel.dates))
    rows = np.flatnonzero(whole)
    rows = rows[np.argsort(-history.first[rows], kind="stable")]
    days = history.first[rows, None] + np.arange(steps)
    price = products.drivers[schema.PRICE][rows[:, None], days] if schema.PRICE in products.drivers else np.full(days.shape, np.nan)
    category = products.series[schema.CATEGORY] if schema.CATEGORY in products.series else products.series[schema.PRODUCT].str[:0]
    return Launches(
        products=tuple(products.series[schema.PRODUCT].iloc[rows].tolist()),
        starts=history.first[rows],
        units=np.nan_to_num(products.sales[rows[:, None], days]),
        price=np.array([np.median(known) if len(known := row[np.isfinite(row)]) else np.nan for row in price]),
        category=category.iloc[rows].to_numpy(dtype=str),
    )


def by_product(panel: Panel) -> Panel:
    """The panel with the series of each product added up: one row a product, its price the mean over its stores."""
    names, code = np.unique(panel.series[schema.PRODUCT].to_numpy(dtype=str), return_inverse=True)
    first = np.unique(code, return_index=True)[1]
    columns = [name for name in (schema.PRODUCT, schema.CATEGORY) if name in panel.series]
    series = panel.series[columns].iloc[first].reset_index(drop=True)
    series.insert(0, schema.UNIQUE_ID, names)
    there = np.isfinite(panel.sales)
    sold, rows = _added(np.where(there, panel.sales, 0.0), code), _added(there.astype(float), code)
    drivers = {name: _mean(values, code) for name, values in panel.drivers.items()}
    return replace(panel, series=series, sales=np.where(rows > 0, sold, np.nan), drivers=drivers)


def expect(known: Launches, price: float = np.nan, category: str = "", *, like: str = "") -> Expectation | None:
    """What a product may sell in its first weeks; None where no launch is known.

    It is the middle, by ratio, of what its nearest launches sold: exp of the mean log(1 + units). The range is how wrong the same would have been for
    each launch from the others (leave one out), as a ratio: the least and greatest misses but for a tenth on either side, by ranks that hold for any
    distribution (Vovk, Gammerman & Shafer 2005, Algorithmic learning in a random world, section 2.2).

    Args:
        known: Earlier launches.
        price: Of the product; NaN if it is not known.
        category: Of the product; empty if it is not known.
        like: The one launch that a person has chosen for it; empty for the nearest. The range is then that of single launches.
    """
    if not len(known):
        return None
    most = 1 if like else MOST
    twins = np.array([known.products.index(like)]) if like else known.nearest(price, category)
    level = _middle(known.sums[twins])
    lower, upper = _range(misses(known, most))
    return Expectation(twins, *(_units(level + miss) for miss in (0.0, lower, upper)))


def misses(known: Launches, most: int = MOST) -> FloatArray:
    """How far what each launch sold was above what the others nearest to it say, as the log of a ratio of units + 1, shape (m,)."""
    return np.array([_miss(known, place, most) for place in range(len(known))]) if len(known) > 1 else np.array([])


def _miss(known: Launches, place: int, most: int) -> float:
    others = known.without(place)
    nearest = others.nearest(float(known.price[place]), str(known.category[place]), most)
    return float(np.log1p(known.sums[place])) - _middle(others.sums[nearest])


def days_of(expected: Expectation, known: Launches, panel: Panel, start: int) -> FloatArray:
    """The units on each day of the first weeks, shape (steps,): weeks as those of the twins, weekdays as those of the shop in its last eight weeks.

    Args:
        expected: What it may sell.
        known: The launches that its twins are positions of.
        panel: The shop's sales.
        start: Position of the first day among the panel's days; the first day ahead is `len(panel.dates)`.
    """
    steps, cycle = known.units.shape[1], panel.period.cycle
    week = np.arange(steps) // cycle
    of_week = nanmean(share(_added(known.units[expected.twins].T, week).T, known.sums[expected.twins, None]), axis=0)
    usual = np.nan_to_num(panel.sales[:, -8 * cycle :]).sum(axis=0)
    weekday = np.bincount((np.arange(len(usual)) + len(panel.dates) - len(usual)) % cycle, usual, minlength=cycle)[(start + np.arange(steps)) % cycle]
    in_week = np.nan_to_num(share(weekday, _added(weekday.astype(float)[:, None], week)[week, 0]), nan=1.0 / cycle)
    days = np.nan_to_num(of_week)[week] * in_week
    return days * (expected.units / days.sum() if days.sum() > 0 else 0.0)


def _middle(sums: FloatArray) -> float:
    """The mean of log(1 + units)."""
    return float(np.log1p(np.maximum(sums, 0.0)).mean())


def _units(level: float) -> float:
    return max(float(np.expm1(level)), 0.0) if np.isfinite(level) else np.nan


def _range(missed: FloatArray) -> tuple[float, float]:
    """The misses between which the next one lies in four cases of five; NaN where too few are known."""
    if len(missed) < MISS_FROM:
        return np.nan, np.nan
    rank = int(np.floor((len(missed) + 1) * _TAIL))
    ordered = np.sort(missed)
    return float(ordered[rank - 1]), float(ordered[-rank])


def _added(values: np.ndarray, code: np.ndarray) -> FloatArray:
    """Rows of shape (n, d) added up by their code, shape (groups, d)."""
    total = np.zeros((int(code.max()) + 1, values.shape[1]))
    np.add.at(total, code, values)
    return total


def _mean(values: FloatArray, code: np.ndarray) -> FloatArray:
    there = np.isfinite(values)
    return share(_added(np.where(there, values, 0.0), code), _added(there.astype(float), code))
