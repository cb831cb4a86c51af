"""Prices, promotions and closed days as inputs: as they were, as they are planned, or as usual."""

from __future__ import annotations

import numpy as np

from forecasting.core import schema
from forecasting.core.panel import USUAL_CYCLES, Panel
from forecasting.models.lstm.inputs import Float32Array, Layout
from forecasting.models.lstm.profiles import at, weekday_mean


class Drivers:
    """The drivers of one panel on all its days and those ahead.

    Args:
        panel: What was given.
        layout: Which drivers are inputs. Those without a plan are learned twice: as they turned out, which is what a what-if asks for, and as
            one could have assumed at the origin, which is what they are where nobody says more.
    """

    def __init__(self, panel: Panel, layout: Layout) -> None:
        self._cycle = layout.spans.cycle
        self._names = layout.drivers
        self._assumed = set(layout.drivers) - set(layout.planned)
        self._values = {name: _values(panel, name, layout.horizon) for name in self._names}
        self._shares = {name: _usual(panel, name, self._cycle) for name in self._assumed & {schema.PROMO} if name in panel.drivers}
        self._prices = _past_prices(self._values[schema.PRICE], len(panel.dates)) if schema.PRICE in self._names else None

    def past(self, rows: np.ndarray, origins: np.ndarray, days: np.ndarray) -> list[np.ndarray]:
        """The channels of these days before the origins (b, k), shape (b, k) each."""
        return [channel for name in self._names for channel in self._channels(name, at(self._values[name], rows, days), rows, origins)]

    def ahead(self, rows: np.ndarray, origins: np.ndarray, days: np.ndarray, usual: np.ndarray | None) -> list[np.ndarray]:
        """The channels of these days from the origins on (b, k), shape (b, k) each.

        Args:
            rows, origins, days: The windows and their days.
            usual: Windows that see drivers without a plan as one could have assumed them at the origin, shape (b,) of bool; None for none.
        """
        channels = []
        for name in self._names:
            found = at(self._values[name], rows, days)
            if usual is not None and name in self._assumed:
                found = np.where(usual[:, None], self._as_usual(name, rows, origins, days), found)
            channels += self._channels(name, found, rows, origins)
        return channels

    def _as_usual(self, name: str, rows: np.ndarray, origins: np.ndarray, days: np.ndarray) -> np.ndarray:
        """The last price, as many promotions as usual on that weekday, open: what `Panel.driver` assumes."""
        if name == schema.PRICE:
            return at(self._values[name], rows, origins[:, None] - 1)
        if name not in self._shares:
            return np.full((1, 1), 1.0 if name == schema.OPEN else 0.0, dtype=np.float32)
        last = origins[:, None] - self._cycle + (days - origins[:, None]) % self._cycle
        return at(self._shares[name], rows, last) * (last >= 0)

    def _channels(self, name: str, found: np.ndarray, rows: np.ndarray, origins: np.ndarray) -> list[np.ndarray]:
        """The driver itself; of a price its logarithm over the mean and over the highest of the past."""
        if name != schema.PRICE or self._prices is None:
            return [found]
        levels = [level[rows, origins - 1][:, None] for level in self._prices]
        return [np.nan_to_num(np.clip(found - level, -5, 5)) for level in levels]


def _values(panel: Panel, name: str, horizon: int) -> Float32Array:
    """A driver on all days and those ahead; of prices the logarithm, NaN where there is none."""
    shape = (len(panel), len(panel.dates) + horizon)
    values = panel.driver(name, horizon) if name in panel.drivers else np.full(shape, 1.0 if name == schema.OPEN else 0.0)
    if name != schema.PRICE:
        return np.clip(values, -10, 10).astype(np.float32)
    return np.log(np.where(values > 0, values, np.nan)).astype(np.float32)


def _usual(panel: Panel, name: str, cycle: int) -> Float32Array:
    """How often a series was promoted on this weekday up to each day, shape (n, d)."""
    given = panel.drivers[name][:, : len(panel.dates)]
    shares = weekday_mean(np.nan_to_num(given), np.isfinite(given).astype(float), USUAL_CYCLES, cycle)
    return np.ascontiguousarray(shares, dtype=np.float32)


def _past_prices(values: Float32Array, days: int) -> tuple[Float32Array, Float32Array]:
    """Mean and highest log price up to each day, shape (n, d) each; NaN without any."""
    given = np.isfinite(values[:, :days])
    count = np.cumsum(given, axis=1)
    mean = np.cumsum(np.where(given, values[:, :days], 0), axis=1, dtype=float) / np.maximum(count, 1)
    highest = np.maximum.accumulate(np.where(given, values[:, :days], -np.inf), axis=1)
    mean, highest = (np.where(count > 0, level, np.nan).astype(np.float32) for level in (mean, highest))
    return mean, highest
