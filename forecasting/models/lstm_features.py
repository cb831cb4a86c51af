"""Windows of a panel as the network sees them: the same code for training and serving.

A window is a series (`row`) and an origin: the first day of its forecast. Its inputs know the sales of the days before the origin alone;
of the days ahead they know the calendar and the planned drivers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting import schema
from forecasting.models import lstm_calendar, lstm_layout
from forecasting.models.lstm_groups import Groups, History
from forecasting.models.lstm_layout import YEAR, Float32Array, Layout
from forecasting.models.lstm_profiles import MONTH_DAY_LAG, SMOOTH_LAG, Profiles, a_year_ago, at, profiles, trailing_mean
from forecasting.panel import FloatArray, Panel

INDEX_CHANNEL = 3
"""Where a window's days ahead keep the weekday index that a forecast multiplies."""
_MOST = 30.0
"""Scaled sales above it look like it."""
YEAR_KNOWN = 28
"""Days of sales that a level a year ago needs; without them there is no change to tell, rather than an endless one."""
_STATIC_DAYS = (7, 28, 91, YEAR)


@dataclass(frozen=True, eq=False)
class Windows:
    """Inputs of b windows, in units of their scale.

    Args:
        past: The days before the origin, shape (b, lookback, channels).
        ahead: The days from the origin on, shape (b, horizon, channels).
        static: Of the series at the origin, shape (b, channels).
        codes: Number of each key value, shape (b, columns); 0 for one that is not in the vocabulary.
        scale: Units a day that 1 stands for, shape (b,).
    """

    past: Float32Array
    ahead: Float32Array
    static: Float32Array
    codes: np.ndarray
    scale: Float32Array


class Features:
    """The profiles behind the windows of one panel.

    Args:
        panel: Its sales up to the last origin.
        layout: Which inputs there are.
        history: Totals of the groups as the training saw them; they stand for the same days of this panel, which may hold fewer series.
    """

    def __init__(self, panel: Panel, layout: Layout, history: History | None = None) -> None:
        self.layout = layout
        self.days = len(panel.dates)
        first = panel.dates[0].to_numpy().astype("datetime64[D]")
        sales = lstm_layout.believable(panel.sales, layout.ceiling)
        observed = np.isfinite(sales).astype(float)
        dates = first + np.arange(self.days)
        month_days = lstm_calendar.month_day(dates) if layout.month_day else None
        self.codes = lstm_layout.codes(panel, layout)
        self.groups = Groups(np.nan_to_num(sales), observed, self.codes, first, layout=layout, history=history)
        self.own = self._own(np.nan_to_num(sales), observed, month_days)
        self.means = {days: trailing_mean(np.nan_to_num(sales), observed, days) for days in _STATIC_DAYS}
        self.share = trailing_mean(observed, np.ones_like(observed), YEAR)
        self.start = np.where(observed.any(axis=1), observed.argmax(axis=1), self.days)
        self.stop = np.where(observed.any(axis=1), self.days - observed[:, ::-1].argmax(axis=1), 0)
        self._calendar = lstm_calendar.calendar(first - layout.lookback, layout.lookback + self.days + layout.horizon, layout)
        self._month_days(first)
        self._drivers = {name: self._driver(panel, name) for name in layout.drivers}

    def windows(self, rows: np.ndarray, origins: np.ndarray) -> Windows:
        """The inputs of these windows; rows and origins have shape (b,), an origin lies in [1, days]."""
        scale = self.own.level[rows, origins]
        return Windows(
            past=self._past(rows, origins, scale),
            ahead=self._ahead(rows, origins, scale),
            static=self._static(rows, origins, scale),
            codes=self.codes[rows],
            scale=scale,
        )

    def targets(self, rows: np.ndarray, origins: np.ndarray, scale: Float32Array) -> tuple[Float32Array, Float32Array]:
        """Scaled sales of the days ahead and where there are any, each of shape (b, horizon); the days must lie in the panel."""
        days = origins[:, None] + np.arange(self.layout.horizon)
        sales = np.minimum(at(self.own.values, rows, days) / scale[:, None], np.float32(2 * _MOST))
        return sales, at(self.own.observed, rows, days)

    def _own(self, sales: FloatArray, observed: FloatArray, month_days: np.ndarray | None) -> Profiles:
        """Profiles of the series; their level never falls below 2 % of the file's mean."""
        own = profiles(sales, observed, level_days=self.layout.level_days, month_days=month_days)
        own.level[...] = np.maximum(own.level, 0) + 0.02 * self.groups.file_mean + 1e-6
        return own

    def _month_days(self, first: np.datetime64) -> None:
        """For each day its day of the month, and for each origin the last day of that kind whose index is known."""
        self._month_day = lstm_calendar.month_day(first + np.arange(self.days + self.layout.horizon))
        last = np.full((self.days + 1, 32), -1)
        for day in range(self.days + 1 - MONTH_DAY_LAG):
            last[day + MONTH_DAY_LAG] = last[day + MONTH_DAY_LAG - 1]
            last[day + MONTH_DAY_LAG, self._month_day[day]] = day
        self._last_month_day = last

    def _driver(self, panel: Panel, name: str) -> Float32Array:
        """A driver on all days and those ahead; of prices the logarithm, NaN where there is none."""
        known = name in panel.drivers
        shape = (len(panel), self.days + self.layout.horizon)
        values = panel.driver(name, self.layout.horizon) if known else np.full(shape, 1.0 if name == schema.OPEN else 0.0)
        if name != schema.PRICE:
            return np.clip(values, -10, 10).astype(np.float32)
        return np.log(np.where(values > 0, values, np.nan)).astype(np.float32)

    def _past(self, rows: np.ndarray, origins: np.ndarray, scale: Float32Array) -> Float32Array:
        days = origins[:, None] + np.arange(-self.layout.lookback, 0)
        known = (days >= 0).astype(np.float32)
        own, unit = self.own, 1 / scale[:, None]
        channels = [np.minimum(at(own.values, rows, days) * unit, _MOST) * known, at(own.observed, rows, days) * known]
        if self.layout.year_ago:
            smooth = days - YEAR + SMOOTH_LAG
            channels.append(np.minimum(at(own.weeks_5, rows, smooth) * unit, _MOST) * (smooth >= 0))
        channels += [channel * known for channel in self.groups.past(rows, origins, days)]
        for name in self.layout.drivers:
            channels += [channel * known for channel in self._driver_channels(name, rows, origins, days)]
        return _stack(channels, self._calendar[days + self.layout.lookback])

    def _ahead(self, rows: np.ndarray, origins: np.ndarray, scale: Float32Array) -> Float32Array:
        horizon = self.layout.horizon
        days = origins[:, None] + np.arange(horizon)
        step = np.broadcast_to(np.arange(1, horizon + 1, dtype=np.float32) / max(horizon, 28), days.shape)
        own, unit = self.own, 1 / scale[:, None]
        week = [_tile(at(weeks, rows, _last_week(origins)), horizon) for weeks in (own.weeks_8, own.weeks_4, own.weeks_52)]
        mean = np.maximum(at(own.weeks_52, rows, _last_week(origins)).mean(axis=1, keepdims=True), 1e-3 * scale[:, None])
        channels = [step, *(np.minimum(values * unit, _MOST) for values in week[:2]), np.minimum(week[2] / mean, 7)]
        month = self._known_month_day(origins, days) if self.layout.month_day else None
        if month is not None:
            channels.append(_month_day(own, rows, month))
        for name in self.layout.planned:
            channels += self._driver_channels(name, rows, origins, days)
        if self.layout.year_ago:
            channels += self._year_ago(rows, origins, scale)
        channels += self.groups.ahead(rows, origins, month)
        return _stack(channels, self._calendar[days + self.layout.lookback])

    def _known_month_day(self, origins: np.ndarray, days: np.ndarray) -> np.ndarray:
        """The last day with the same day of the month whose index is known at the origin; -1 for none."""
        last: np.ndarray = self._last_month_day[origins[:, None], self._month_day[days]]
        return last

    def _year_ago(self, rows: np.ndarray, origins: np.ndarray, scale: Float32Array) -> list[np.ndarray]:
        days = a_year_ago(origins, self.layout.horizon)
        then = self.own.level[rows, np.maximum(origins - YEAR, 0)][:, None]
        unit, known = 1 / scale[:, None], (days >= self.start[rows][:, None]).astype(np.float32)
        raw, smooth = at(self.own.values, rows, days), at(self.own.weeks_5, rows, days + SMOOTH_LAG)
        scaled = [np.minimum(values, _MOST) * known for values in (raw * unit, smooth * unit, smooth / then)]
        return [*scaled, known]

    def _driver_channels(self, name: str, rows: np.ndarray, origins: np.ndarray, days: np.ndarray) -> list[np.ndarray]:
        """The driver itself; of a price its logarithm over the mean and over the highest of the past."""
        values = self._drivers[name]
        found = at(values, rows, days)
        if name != schema.PRICE:
            return [found]
        mean, highest = self._past_prices(rows, origins)
        return [np.nan_to_num(np.clip(found - level[:, None], -5, 5)) for level in (mean, highest)]

    def _past_prices(self, rows: np.ndarray, origins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and highest log price before each origin; NaN without any."""
        if not hasattr(self, "_prices"):
            values = self._drivers[schema.PRICE][:, : self.days]
            given = np.isfinite(values)
            count = np.cumsum(given, axis=1)
            mean = np.cumsum(np.where(given, values, 0), axis=1, dtype=float) / np.maximum(count, 1)
            highest = np.maximum.accumulate(np.where(given, values, -np.inf), axis=1)
            self._prices = tuple(np.where(count > 0, level, np.nan).astype(np.float32) for level in (mean, highest))
        mean, highest = self._prices
        return mean[rows, origins - 1], highest[rows, origins - 1]

    def _static(self, rows: np.ndarray, origins: np.ndarray, scale: Float32Array) -> Float32Array:
        file_mean = self.groups.file_mean[origins] + 1e-6
        then = self.own.level[rows, np.maximum(origins - YEAR, 0)]
        year = (origins - YEAR >= self.start[rows] + YEAR_KNOWN) & self.layout.year_ago
        recent = [np.log((self.means[days][rows, origins] + 0.05 * scale) / scale) for days in _STATIC_DAYS]
        age = np.log1p(np.maximum(origins - self.start[rows], 0)) / 7
        other = [np.log(scale / file_mean), age, np.where(year, np.log(scale / then), 0.0), self.share[rows, origins]]
        static: Float32Array = np.clip(np.stack([*recent, *other], axis=1), -8, 8).astype(np.float32)
        return static


def _last_week(origins: np.ndarray) -> np.ndarray:
    """The last seven days, which stand for the weekdays ahead; shape (b, 7)."""
    week: np.ndarray = origins[:, None] + np.arange(-7, 0)
    return week


def _tile(week: np.ndarray, horizon: int) -> np.ndarray:
    return week[:, np.arange(horizon) % 7]


def _month_day(own: Profiles, rows: np.ndarray, days: np.ndarray) -> np.ndarray:
    index: np.ndarray = at(own.month_day, rows, days) * (days >= 0)
    return index


def _stack(channels: list[np.ndarray], calendar: Float32Array) -> Float32Array:
    stacked = np.empty((*calendar.shape[:2], len(channels) + calendar.shape[2]), dtype=np.float32)
    for place, channel in enumerate(channels):
        stacked[:, :, place] = channel
    stacked[:, :, len(channels) :] = calendar
    return stacked
