"""Windows of a panel as the network sees them: the same code for training and serving.

A window is a series (`row`) and an origin: the first day of its forecast. Its inputs know the sales of the days before the origin alone;
of the days ahead they know the calendar and the drivers, or what one would assume of these.
"""

from __future__ import annotations

import numpy as np

from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel
from forecasting.models.features import calendar_features, inputs
from forecasting.models.features.drivers import Drivers
from forecasting.models.features.group_totals import Groups, History, history_of
from forecasting.models.features.inputs import Float32Array, NetworkInputs
from forecasting.models.features.profiles import MONTH_DAY_LAG, Profiles, a_year_ago, at, profiles, trailing_mean
from forecasting.models.features.window_arrays import Asked, DaysAhead, Shapes, Windows

_MAX_SCALED_SALES = 30.0
"""Scaled sales are clipped here."""


class Features:
    """The windows of one panel, from its profiles.

    Args:
        panel: Sales up to the last origin.
        layout: Which inputs there are.
        history: Totals of the groups as in the training; they replace the totals on the same days of this panel, which may hold fewer series.
    """

    def __init__(self, panel: Panel, layout: NetworkInputs, history: History | None = None) -> None:
        self.layout, self._spans = layout, layout.spans
        self.days = len(panel.dates)
        first = panel.dates[0].to_numpy().astype("datetime64[D]")
        sales = inputs.clip_sales(panel.sales, layout.ceiling)
        observed = np.isfinite(sales).astype(float)
        self._month_day = calendar_features.month_day(calendar_features.dates(first, self.days + layout.horizon, layout))
        month_days = self._month_day[: self.days] if layout.month_day else None
        self.codes = inputs.codes(panel, layout)
        self.groups = Groups(np.nan_to_num(sales), observed, self.codes, first, layout=layout, history=history)
        self.own = self._own(np.nan_to_num(sales), observed, month_days)
        self._means = {days: trailing_mean(np.nan_to_num(sales), observed, days) for days in self._spans.means}
        self.share = trailing_mean(observed, np.ones_like(observed), self._spans.year)
        self.start, _ = inputs.known_days(sales)
        self._calendar = calendar_features.calendar(first, -layout.lookback, layout.lookback + self.days + layout.horizon, layout)
        self._last_month_day = self._last_of_each_kind()
        self._drivers = Drivers(panel, layout)
        learned_to = first if layout.learned_to is None else np.datetime64(layout.learned_to, "D")
        self._last_learned = calendar_features.steps(first, learned_to, layout)

    def windows(self, rows: np.ndarray, origins: np.ndarray, *, usual: np.ndarray | None = None, recent: np.ndarray | None = None) -> Windows:
        """The inputs of the windows of these series and origins.

        Args:
            rows, origins: Shape (b,); an origin lies in [1, days].
            usual: Whether a window sees usual, not actual, values of drivers without a plan on the days ahead; shape (b,) of bool.
            recent: Whether a window knows how recent its days ahead are, if that is an input; shape (b,) of bool, None for all windows.
        """
        scale = self.own.level[rows, origins]
        steps = np.broadcast_to(np.arange(self.layout.horizon), (len(rows), self.layout.horizon))
        return Windows(
            past=self._past(rows, origins, scale),
            ahead=self._ahead(Asked(rows, origins, steps, usual, recent), scale),
            static=self._static(rows, origins, scale),
            codes=self.codes[rows],
            scale=scale,
        )

    def days_ahead(self, of: Asked) -> DaysAhead:
        """What is known of single days ahead, without the days before the origins one by one."""
        scale = self.own.level[of.rows, of.origins]
        return DaysAhead(self._ahead(of, scale), self._static(of.rows, of.origins, scale), self.codes[of.rows], scale)

    def shapes(self) -> Shapes:
        """The sizes of every window's inputs."""
        sample = self.windows(np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.int64))
        vocabulary = tuple(len(values) for values in self.layout.vocabulary.values())
        (_, *past), (_, *ahead), (_, static) = sample.past.shape, sample.ahead.shape, sample.static.shape
        return Shapes((past[0], past[1]), (ahead[0], ahead[1]), static, vocabulary, self.layout.sparse)

    def targets(self, rows: np.ndarray, origins: np.ndarray, scale: Float32Array) -> tuple[Float32Array, Float32Array]:
        """Scaled sales of the days ahead, and 1 where they are known, shape (b, horizon) each; the days must lie in the panel."""
        days = origins[:, None] + np.arange(self.layout.horizon)
        sales = np.minimum(at(self.own.values, rows, days) / scale[:, None], np.float32(2 * _MAX_SCALED_SALES))
        return sales, at(self.own.observed, rows, days)

    def _own(self, sales: FloatArray, observed: FloatArray, month_days: np.ndarray | None) -> Profiles:
        """Profiles of the series; their level never falls below 2 % of the file's mean."""
        own = profiles(sales, observed, self._spans, level_days=self.layout.level_days, month_days=month_days)
        own.level[...] = np.maximum(own.level, 0) + 0.02 * self.groups.file_mean + 1e-6
        return own

    def _last_of_each_kind(self) -> np.ndarray:
        """For each origin and day of the month, the last such day whose index is known, -1 for none; shape (d + 1, 32)."""
        last = np.full((self.days + 1, 32), -1)
        for day in range(self.days + 1 - MONTH_DAY_LAG):
            last[day + MONTH_DAY_LAG] = last[day + MONTH_DAY_LAG - 1]
            last[day + MONTH_DAY_LAG, self._month_day[day]] = day
        return last

    def _past(self, rows: np.ndarray, origins: np.ndarray, scale: Float32Array) -> Float32Array:
        days = origins[:, None] + np.arange(-self.layout.lookback, 0)
        known = (days >= 0).astype(np.float32)
        own, unit = self.own, 1 / scale[:, None]
        channels = [np.minimum(at(own.values, rows, days) * unit, _MAX_SCALED_SALES) * known, at(own.observed, rows, days) * known]
        if self.layout.year_ago:
            smooth = days - self._spans.year + self._spans.smooth_lag
            channels.append(np.minimum(at(own.around, rows, smooth) * unit, _MAX_SCALED_SALES) * (smooth >= 0))
        channels += [channel * known for channel in self.groups.past(rows, origins, days)]
        channels += [channel * known for channel in self._drivers.past(rows, origins, days)]
        return _stack(channels, self._calendar[days + self.layout.lookback])

    def _ahead(self, of: Asked, scale: Float32Array) -> Float32Array:
        rows, origins, steps, usual, recent = of
        days, cycle = origins[:, None] + steps, self._spans.cycle
        step = (steps + 1).astype(np.float32) / max(self.layout.horizon, 28)
        own, unit = self.own, 1 / scale[:, None]
        last = origins[:, None] - cycle + steps % cycle
        week = [at(weeks, rows, last) for weeks in (own.recent, own.short, own.long)]
        whole = at(own.long, rows, origins[:, None] + np.arange(-cycle, 0)).mean(axis=1, keepdims=True)
        mean = np.maximum(whole, 1e-3 * scale[:, None])
        channels = [step, *(np.minimum(values * unit, _MAX_SCALED_SALES) for values in week[:2]), np.minimum(week[2] / mean, 7)]
        month = self._known_month_day(origins, days) if self.layout.month_day else None
        if month is not None:
            channels.append(_month_day(own, rows, month))
        channels += self._drivers.ahead(rows, origins, days, usual)
        if self.layout.year_ago:
            channels += self._year_ago(rows, origins, steps, scale)
        channels += self.groups.ahead(rows, origins, steps, month)
        if self.layout.learned_to is not None:
            channels += self._recency(origins, days, recent)
        return _stack(channels, self._calendar[days + self.layout.lookback])

    def _recency(self, origins: np.ndarray, days: np.ndarray, known: np.ndarray | None) -> list[np.ndarray]:
        """The recency of a day: 1 from the last day of the training on, less before; it fades where the origin is later.

        It lets the network learn recent peculiarities of all series, in files too short to separate them from the time of the year.
        """
        last = self._last_learned
        fade = np.exp(-np.maximum(origins - 1 - last, 0) / self._spans.fading[-1])[:, None]
        weight = fade if known is None else fade * known[:, None]
        return [weight * np.exp(-np.maximum(last - days, 0) / steps) for steps in self._spans.fading]

    def _known_month_day(self, origins: np.ndarray, days: np.ndarray) -> np.ndarray:
        """The last day with the same day of the month whose index is known at the origin; -1 for none."""
        return self._last_month_day[origins[:, None], self._month_day[days]]

    def _year_ago(self, rows: np.ndarray, origins: np.ndarray, steps: np.ndarray, scale: Float32Array) -> list[np.ndarray]:
        days = a_year_ago(origins, steps, self._spans)
        then = self.own.level[rows, np.maximum(origins - self._spans.year, 0)][:, None]
        unit, known = 1 / scale[:, None], (days >= self.start[rows][:, None]).astype(np.float32)
        raw, smooth = at(self.own.values, rows, days), at(self.own.around, rows, days + self._spans.smooth_lag)
        scaled = [np.minimum(values, _MAX_SCALED_SALES) * known for values in (raw * unit, smooth * unit, smooth / then)]
        return [*scaled, known]

    def _static(self, rows: np.ndarray, origins: np.ndarray, scale: Float32Array) -> Float32Array:
        file_mean = self.groups.file_mean[origins] + 1e-6
        back = origins - self._spans.year
        then = self.own.level[rows, np.maximum(back, 0)]
        year = (back >= self.start[rows] + self._spans.known) & self.layout.year_ago
        recent = [np.log((self._means[days][rows, origins] + 0.05 * scale) / scale) for days in self._spans.means]
        age = np.log1p(np.maximum(origins - self.start[rows], 0)) / 7
        other = [np.log(scale / file_mean), age, np.where(year, np.log(scale / then), 0.0), self.share[rows, origins]]
        grown = self._grown(rows, origins, scale, then, year) if self.layout.year_ago else []
        return np.clip(np.stack([*recent, *other, *grown], axis=1), -8, 8).astype(np.float32)

    def _grown(self, rows: np.ndarray, origins: np.ndarray, scale: Float32Array, then: Float32Array, known: np.ndarray) -> list[np.ndarray]:
        """Growth of the series, and of the whole file, in the last month and quarter over the same days a year ago, as logarithms."""
        back, grown = np.maximum(origins - self._spans.year, 0), []
        for days in self._spans.means[1:3]:
            now, before = (self._means[days][rows, at_] + 0.05 * level for at_, level in ((origins, scale), (back, then)))
            grown.append(np.where(known, np.log(now / before), 0.0))
            file = self.groups.recent_means[days]
            grown.append(np.where(back >= self._spans.known, np.log((file[origins] + 1e-6) / (file[back] + 1e-6)), 0.0))
        return grown


def group_history(panel: Panel, layout: NetworkInputs, learned: History | None = None) -> History:
    """Totals of the groups of all series of a panel, with which the features of some of them are those of the whole; learned ones come first."""
    sales, first = inputs.clip_sales(panel.sales, layout.ceiling), panel.dates[0].to_numpy().astype("datetime64[D]")
    return history_of(np.nan_to_num(sales), np.isfinite(sales).astype(float), inputs.codes(panel, layout), first, layout=layout, learned=learned)


def _month_day(own: Profiles, rows: np.ndarray, days: np.ndarray) -> np.ndarray:
    return at(own.month_day, rows, days) * (days >= 0)


def _stack(channels: list[np.ndarray], calendar: Float32Array) -> Float32Array:
    stacked = np.empty((*calendar.shape[:2], len(channels) + calendar.shape[2]), dtype=np.float32)
    for place, channel in enumerate(channels):
        stacked[:, :, place] = channel
    stacked[:, :, len(channels) :] = calendar
    return stacked
