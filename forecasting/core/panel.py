"""Sales of many series on one calendar: what every model reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from forecasting.core import period, schema, stray_days
from forecasting.core.arrays import FloatArray, are_all, nanmean, share
from forecasting.core.errors import InputError
from forecasting.core.period import DAY, Period

USUAL_CYCLES = 8
"""Recent weeks (single steps in files of weeks or months) whose promotions say how often a series usually has one."""
MAX_STEPS = 3653
"""Days (weeks, months) that a panel has at most, ten years of days: what is older says nothing about the months ahead."""


@dataclass(frozen=True, eq=False)
class Panel:
    """Sales of n series over d days, gap-free: every day has a column, a day without a row is NaN.

    In files of weekly or monthly sales a "day" of a panel is a week or a month.

    Args:
        series: One row per series, sorted by `unique_id`; columns `unique_id`, then the key columns and the category that exist, as text.
        dates: The d days up to the last day with sales, from the first one that models can use, see `from_sales`; each week or month by the
            day on which the file dates it.
        sales: Shape (n, d), units a day; NaN where the file has no row.
        drivers: Driver name -> shape (n, d + a): its values on these days and on the `a` days ahead that rows were given for; NaN
            where there is no value.
        period: What a column is: a day, or for files of weekly or monthly sales a week or a month.
    """

    series: pd.DataFrame
    dates: pd.DatetimeIndex
    sales: FloatArray
    drivers: Mapping[str, FloatArray]
    period: Period = DAY

    @cached_property
    def unique_ids(self) -> list[str]:
        """Identities of the n series."""
        return self.series[schema.UNIQUE_ID].tolist()

    @cached_property
    def started(self) -> np.ndarray:
        """Position of each series' first day with a row, shape (n,); 0 where it has none."""
        return np.isfinite(self.sales).argmax(axis=1)

    @property
    def keys(self) -> list[str]:
        """The key columns that exist."""
        return [name for name in schema.KEYS if name in self.series]

    @property
    def last(self) -> pd.Timestamp:
        """The last day with sales: forecasts start the day after."""
        return self.dates[-1]

    def __len__(self) -> int:
        return len(self.series)

    def ahead(self, horizon: int) -> pd.DatetimeIndex:
        """The `horizon` days after the last day."""
        return self.period.ahead(self.last, horizon)

    def cut(self, steps: int) -> Panel:
        """The panel as it was known after its first `steps` days, in [1, d].

        A driver with values after this panel's last day (a plan was uploaded) is known ahead, and keeps its values after the cut. The
        other drivers lose theirs, so that a backtest works with the same assumptions as the forecast.
        """
        planned = {name for name, values in self.drivers.items() if np.isfinite(values[:, len(self.dates) :]).any()}
        drivers = {name: values if name in planned else values[:, :steps] for name, values in self.drivers.items()}
        return replace(self, dates=self.dates[:steps], sales=self.sales[:, :steps], drivers=drivers)

    def select(self, rows: np.ndarray) -> Panel:
        """The series at these positions (or under this mask), in the order of the panel; the panel itself where that is all of them."""
        if are_all(rows, len(self)):
            return self
        return replace(
            self,
            series=self.series[rows] if rows.dtype == bool else self.series.iloc[rows],
            sales=self.sales[rows],
            drivers={name: values[rows] for name, values in self.drivers.items()},
        )

    def driver(self, name: str, horizon: int) -> FloatArray:
        """A driver on every day and the `horizon` days after, shape (n, d + horizon), without gaps.

        A value that was given always counts; a series' plan reaches to its last day given ahead. Gaps are filled: a price with the last known
        one (before the first price: that one; without any: 0), `open` with 1, a promotion on past and planned days with 0. After its plan a
        series is promoted as usual: the share of days with a promotion, by weekday, over its last 8 weeks (8 rows of weekly or monthly files).
        """
        n, d = self.sales.shape
        values: FloatArray = np.full((n, d + horizon), np.nan)
        given = self.drivers[name][:, : d + horizon]
        values[:, : given.shape[1]] = given
        if name == schema.PRICE:
            values = _filled(values)
        elif name == schema.PROMO and horizon:
            free = np.arange(horizon) >= self.planned(name)[:, None]
            values[:, d:][free] = _usual(values[:, :d], horizon, self.period.cycle)[free]
        values[np.isnan(values)] = 1.0 if name == schema.OPEN else 0.0
        return values

    def planned(self, name: str) -> np.ndarray:
        """How many days ahead each series' plan of a driver reaches, shape (n,); 0 without a plan."""
        given = np.isfinite(self.drivers[name][:, len(self.dates) :])
        return np.where(given.any(axis=1), given.shape[1] - np.argmax(given[:, ::-1], axis=1), 0) if given.size else np.zeros(len(self), dtype=int)


def _filled(values: FloatArray) -> FloatArray:
    """Values with each gap filled by the last one known before it, or by the first known one; rows without any stay NaN."""
    known = np.isfinite(values)
    column = np.arange(values.shape[1])
    last = np.maximum.accumulate(np.where(known, column, -1), axis=1)
    first = known.argmax(axis=1)[:, None]
    return np.take_along_axis(values, np.where(last >= 0, last, first), axis=1)


def _usual(past: FloatArray, horizon: int, cycle: int) -> FloatArray:
    """Mean on the same day of the last 8 cycles, for each day ahead, shape (n, horizon); NaN where none of them is known."""
    steps = USUAL_CYCLES * cycle
    recent = np.full((len(past), steps), np.nan)
    recent[:, max(steps - past.shape[1], 0) :] = past[:, -steps:]
    cycles = recent.reshape(len(past), USUAL_CYCLES, -1)
    return nanmean(cycles, axis=1)[:, np.arange(horizon) % cycle]


def from_sales(sales: pd.DataFrame) -> Panel:
    """The panel of a sales frame, in the steps in which its sales come: days, weeks or months.

    Its length does not depend on the oldest row of anybody: it begins with the first day that is no stray (`stray_days`), and has `MAX_STEPS`
    steps at most. Series of which nothing is left keep their row, without sales.

    Args:
        sales: Columns of `schema.COLUMNS` that exist, one row per key and day; `sales` may be NaN on rows that only give drivers.

    Raises:
        InputError: No row has sales.
    """
    keys = [name for name in schema.KEYS if name in sales]
    known = sales[schema.SALES].notna().to_numpy()
    if not known.any():
        raise InputError("There are no sales yet. Upload a file with a date and the units sold.")
    codes, series = _series(sales, keys)
    known = known & (sales[schema.DATE] >= _first_useful(sales.loc[known, schema.DATE])).to_numpy()
    steps = period.period_of_dates(pd.DatetimeIndex(sales.loc[known, schema.DATE].unique()))
    dates, column = _columns(pd.DatetimeIndex(sales[schema.DATE]), known, steps)
    known = known & (column >= 0)
    shape = (len(series), len(dates))
    matrix = _placed(sales[schema.SALES], known, codes, column, shape)
    shape = (len(series), int(column.max()) + 1)
    drivers = {name: _placed(sales[name], column >= 0, codes, column, shape) for name in schema.DRIVERS if name in sales}
    return Panel(series, dates, matrix, drivers, steps)


def _first_useful(dates: pd.Series) -> pd.Timestamp:
    """The first date of a history without the strays before it."""
    days = np.unique(dates.to_numpy().astype("datetime64[D]"))
    return pd.Timestamp(days[~stray_days.stray(days)][0])


def _columns(dates: pd.DatetimeIndex, known: np.ndarray, steps: Period) -> tuple[pd.DatetimeIndex, np.ndarray]:
    """The calendar up to the last date with sales, and the column of each row: below 0 before it, beyond its end ahead of it."""
    first = dates[known].min()
    column = steps.positions(dates, first)
    length = int(column[known].max()) + 1
    older = int(column[known & (column >= length - MAX_STEPS)].min())
    return steps.ahead(first, length - older, start=older), column - older


def _placed(values: pd.Series, rows: np.ndarray, codes: np.ndarray, column: np.ndarray, shape: tuple[int, int]) -> FloatArray:
    """Values of the chosen rows by series and step, NaN elsewhere; the mean where several rows belong to one step.

    Numbers beyond `schema.MAX_AMOUNT`, which early versions of Shelfcast saved, are not known either.
    """
    value = values.to_numpy(dtype=float)
    rows = rows & (np.abs(value) <= schema.MAX_AMOUNT)
    cell, value = codes[rows] * shape[1] + column[rows], value[rows]
    count = np.bincount(cell, minlength=shape[0] * shape[1])
    total = np.bincount(cell, value, minlength=len(count))
    return share(total, count).reshape(shape)


def _series(sales: pd.DataFrame, keys: list[str]) -> tuple[np.ndarray, pd.DataFrame]:
    """The position of each row's series, and the table of series sorted by unique_id."""
    if keys:
        grouped = sales.groupby(keys, sort=False, dropna=False, observed=True)
        codes = grouped.ngroup().to_numpy()
    else:
        codes = np.zeros(len(sales), dtype=np.int64)
    firsts = np.zeros(codes.max() + 1, dtype=np.int64)
    firsts[codes[::-1]] = np.arange(len(codes))[::-1]
    series = sales.iloc[firsts][keys].astype("str").reset_index(drop=True)
    if schema.CATEGORY in sales:
        series[schema.CATEGORY] = _last_known(sales[schema.CATEGORY], codes, len(firsts))
    series.insert(0, schema.UNIQUE_ID, unique_id(series[keys]))
    order = np.argsort(series[schema.UNIQUE_ID].to_numpy(dtype=object), kind="stable")
    position = np.empty_like(order)
    position[order] = np.arange(len(order))
    return position[codes], series.iloc[order].reset_index(drop=True)


def _last_known(values: pd.Series, codes: np.ndarray, n: int) -> list[str]:
    """The last text that each series has; empty where it has none."""
    known = values.notna().to_numpy()
    last = np.full(n, -1)
    np.maximum.at(last, codes[known], np.flatnonzero(known))
    texts = values.astype("str").to_numpy(dtype=object)
    return [texts[i] if i >= 0 else "" for i in last]


def unique_id(keys: pd.DataFrame) -> list[str]:
    """A text per row that tells series apart: the key values joined by "|" (a "|" inside a value is doubled with "\\")."""
    if keys.empty and not len(keys.columns):
        return ["all"] * len(keys)
    parts = [keys[name].str.replace("\\", "\\\\", regex=False).str.replace("|", "\\|", regex=False) for name in keys]
    return ["|".join(row) for row in zip(*parts, strict=True)]
