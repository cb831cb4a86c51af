"""The curves that Prophet learned, in units and days, and their forecasts in NumPy.

After its last changepoint a trend is a straight line, and all series share the seasons' and holidays' columns. So the forecasts of all series
are one product, equal to `Prophet.predict`, and serving them needs no Prophet at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from forecasting.core import calendar
from forecasting.core.arrays import FloatArray

TREND: Final = "trend"
WEEKLY: Final = "weekly"
YEARLY: Final = "yearly"
HOLIDAYS: Final = "holidays"
DAYS_A_YEAR: Final = 365.25
SEASONS: Final = {WEEKLY: (7.0, 3), YEARLY: (DAYS_A_YEAR, 10)}
"""Name -> period in days and Fourier order, Prophet's own."""


@dataclass(frozen=True, eq=False)
class SeasonColumns:
    """The columns of a season matrix: weekly, yearly, then one for each holiday.

    Args:
        country: The country whose holidays count; None for none.
        holidays: Names of the holidays that the past had, sorted.
        drivers: Names of the drivers that the panel has.
    """

    country: str | None
    holidays: tuple[str, ...]
    drivers: tuple[str, ...]

    @property
    def slices(self) -> dict[str, slice]:
        """Component -> its columns."""
        weekly, yearly = (2 * order for _, order in SEASONS.values())
        return {
            WEEKLY: slice(0, weekly),
            YEARLY: slice(weekly, weekly + yearly),
            HOLIDAYS: slice(weekly + yearly, weekly + yearly + len(self.holidays)),
        }

    @property
    def width(self) -> int:
        """The number of columns."""
        return int(self.slices[HOLIDAYS].stop)

    def matrix(self, dates: pd.DatetimeIndex) -> FloatArray:
        """The season matrix on dates, shape (days, width)."""
        day = dates.as_unit("ns").asi8 / 86_400e9
        columns = [_fourier(day, period, order) for period, order in SEASONS.values()]
        return np.hstack([*columns, self._holiday_columns(dates)])

    def _holiday_columns(self, dates: pd.DatetimeIndex) -> FloatArray:
        columns = np.zeros((len(dates), len(self.holidays)))
        if self.country is None or not self.holidays:
            return columns
        position = {name: column for column, name in enumerate(self.holidays)}
        row = {date: i for i, date in enumerate(dates)}
        for date, names in calendar.holidays_of(self.country, tuple(sorted(set(dates.year)))).items():
            for name in names:
                if date in row and name in position:
                    columns[row[date], position[name]] = 1.0
        return columns


def _fourier(day: FloatArray, period: float, order: int) -> FloatArray:
    """sin and cos of 1..order waves a period, alternating, shape (days, 2 * order); `day` counts from 1970-01-01, as Prophet does."""
    angle = 2.0 * np.pi * day[:, None] * np.arange(1, order + 1) / period
    return np.stack([np.sin(angle), np.cos(angle)], axis=2).reshape(len(day), 2 * order)


@dataclass(frozen=True, eq=False)
class Curve:
    """What Prophet learned of one series, or with a first axis of n series, NaN for a series without a curve.

    Args:
        level: Trend on the panel's last day, in units a day.
        slope: Change of the trend per day after the last changepoint, in units a day.
        seasons: A coefficient per column of the layout: units (additive) or shares of the trend (multiplicative).
        effects: Effect of one unit of each driver: units or shares, 0 for a driver that was left out.
        centers: Value of each driver at which its effect is 0.
        lows: Smallest value that each driver had in the past.
        highs: Largest value that each driver had in the past.
    """

    level: FloatArray
    slope: FloatArray
    seasons: FloatArray
    effects: FloatArray
    centers: FloatArray
    lows: FloatArray
    highs: FloatArray

    def take(self, rows: np.ndarray) -> Curve:
        """The curves at these positions; NaN at -1."""
        known = rows >= 0
        return Curve(**{name: np.where(known.reshape(-1, *[1] * (values.ndim - 1)), values[rows], np.nan) for name, values in self.arrays().items()})

    def arrays(self) -> dict[str, FloatArray]:
        """Field -> array, to be saved as .npz."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def stack(curves: Mapping[int, Curve], n: int, layout: SeasonColumns) -> Curve:
    """The curves of n series from those that have one, by position."""
    widths = {"level": (), "slope": (), "seasons": (layout.width,)}
    stacked = {}
    for field in fields(Curve):
        values = np.full((n, *widths.get(field.name, (len(layout.drivers),))), np.nan)
        for row, curve in curves.items():
            values[row] = getattr(curve, field.name)
        stacked[field.name] = values
    return Curve(**stacked)


def holiday_code(position: int) -> str:
    """The name of a holiday of the layout inside Prophet; names sort as positions do."""
    return f"h{position:04d}"


def curve_of(model: Any, layout: SeasonColumns, origin: pd.Timestamp) -> Curve:
    """The curve that a fitted Prophet learned.

    Args:
        model: A `Prophet` fitted without sampling, its holidays named by `holiday_code`, its regressors by the layout's drivers.
        layout: What the season columns mean.
        origin: The day of the level, at or after the model's last changepoint.
    """
    beta, columns = model.params["beta"].mean(axis=0), model.train_component_cols
    scale = model.y_scale if model.seasonality_mode == "additive" else 1.0
    seasons = np.zeros(layout.width)
    for name in SEASONS:
        if name in columns:
            waves = scale * beta[columns[name].to_numpy() == 1]
            start = layout.slices[name].start
            seasons[start : start + len(waves)] = waves
    for i in range(len(layout.holidays)):
        if holiday_code(i) in columns:
            seasons[layout.slices[HOLIDAYS].start + i] = scale * beta[columns[holiday_code(i)].to_numpy() == 1].sum()
    level, slope = _line(model, origin)
    effects, centers, lows, highs = np.zeros((4, len(layout.drivers)))
    for i, name in enumerate(layout.drivers):
        if name in model.extra_regressors:
            mean, deviation = (model.extra_regressors[name][key] for key in ("mu", "std"))
            effects[i] = scale * beta[columns[name].to_numpy() == 1].sum() / deviation
            past = model.history[name] * deviation + mean
            centers[i], lows[i], highs[i] = mean, past.min(), past.max()
    return Curve(level, slope, seasons, effects, centers, lows, highs)


def _line(model: Any, origin: pd.Timestamp) -> tuple[FloatArray, FloatArray]:
    """The trend on a day after the last changepoint, and its change per day, in units."""
    offset = model.params["m"].mean()
    if model.growth == "flat":
        return np.asarray(model.y_scale * offset), np.zeros(())
    deltas = model.params["delta"].mean(axis=0)
    rate = model.params["k"].mean() + deltas.sum()
    offset = offset - (deltas * model.changepoints_t).sum()
    at = (origin - model.start) / model.t_scale
    return np.asarray(model.y_scale * (rate * at + offset)), np.asarray(model.y_scale * rate / (model.t_scale / pd.Timedelta(days=1)))


@dataclass(frozen=True, eq=False)
class Curves:
    """The curves of n series on one layout.

    Args:
        layout: What the season columns mean.
        origin: The day of the levels.
        multiplicative: Seasons and drivers are shares of the trend.
        of: The curves of n series, stacked.
        year: How much more than usual the file sells in each step of the year after the origin, shape (steps,), around 1.
        follows: Whether a series follows `year`, since it is too young to have learned a year of its own: 1 or 0, shape (n,).
    """

    layout: SeasonColumns
    origin: pd.Timestamp
    multiplicative: bool
    of: Curve
    year: FloatArray
    follows: FloatArray

    def take(self, rows: np.ndarray) -> Curves:
        """The curves of the series at these positions; NaN at -1."""
        return replace(self, of=self.of.take(rows), follows=np.where(rows >= 0, self.follows[rows], 0.0))

    def components(self, dates: pd.DatetimeIndex, drivers: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """The components that add up to the forecast on dates after the last changepoint, in units a day.

        Args:
            dates: Days ahead.
            drivers: Name -> shape (n, days); NaN has no effect. A value beyond the past's range counts as the nearest of that range: a straight
                line knows nothing further out.

        Returns:
            Component -> shape (n, days): the trend, weekly, yearly, holidays, each driver.
        """
        ahead = (dates - self.origin).days.to_numpy()
        trend = self.of.level[:, None] + self.of.slope[:, None] * ahead
        matrix = self.layout.matrix(dates)
        terms = {name: self.of.seasons[:, columns] @ matrix[:, columns].T for name, columns in self.layout.slices.items()}
        for i, name in enumerate(self.layout.drivers):
            center = self.of.centers[:, i, None]
            value = np.clip(drivers[name], self.of.lows[:, i, None], self.of.highs[:, i, None])
            terms[name] = self.of.effects[:, i, None] * (np.where(np.isnan(value), center, value) - center)
        share = trend if self.multiplicative else 1.0
        components = {TREND: trend, **{name: term * share for name, term in terms.items()}}
        components[YEARLY] = components[YEARLY] + sum(components.values()) * self.follows[:, None] * (self._year(ahead) - 1.0)
        return components

    def _year(self, ahead: np.ndarray) -> FloatArray:
        """The file's year on days ahead of the origin, shape (days,); a year of days has 364, so that weekdays stay."""
        days_a_step = 1.0 if len(self.year) > DAYS_A_YEAR / 2 else DAYS_A_YEAR / len(self.year)
        step = np.rint(ahead / days_a_step).astype(int) - 1
        return self.year[step % len(self.year)]

    def yhat(self, dates: pd.DatetimeIndex, drivers: Mapping[str, FloatArray]) -> FloatArray:
        """The unclipped forecast, shape (n, days)."""
        return np.sum(list(self.components(dates, drivers).values()), axis=0)
