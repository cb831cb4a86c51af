"""Prices, promotions and closed days as inputs: actual, planned or usual values."""

from __future__ import annotations

import numpy as np

from forecasting.core import schema
from forecasting.core.panel import USUAL_CYCLES, Panel
from forecasting.models.features.inputs import Float32Array, NetworkInputs
from forecasting.models.features.profiles import at, weekday_mean


class Drivers:
    """The drivers of one panel on all its days and the days ahead.

    Args:
        panel: The panel with the given values.
        layout: Which drivers are inputs. A driver without a plan is learned twice: with its actual values, for what-if questions, and with the
            values that one could have assumed at the origin, for all other forecasts.
    """

    def __init__(self, panel: Panel, layout: NetworkInputs) -> None:
        self._cycle = layout.spans.cycle
        self._names = layout.drivers
        self._assumed = set(layout.drivers) - set(layout.planned)
        self._values = {name: _values(panel, name, layout.horizon) for name in self._names}
        self._shares = {name: _usual(panel, name, self._cycle) for name in self._assumed & {schema.PROMO} if name in panel.drivers}
        self._prices = _past_prices(self._values[schema.PRICE], len(panel.dates)) if schema.PRICE in self._names else None

    def past(self, rows: np.ndarray, origins: np.ndarray, days: np.ndarray) -> list[np.ndarray]:
        """The channels on days (b, k) before the origins, shape (b, k) each."""
        return [channel for name in self._names for channel in self._channels(name, at(self._values[name], rows, days), rows, origins)]

    def ahead(self, rows: np.ndarray, origins: np.ndarray, days: np.ndarray, usual: np.ndarray | None) -> list[np.ndarray]:
        """The channels on days (b, k) from the origins on, shape (b, k) each.

        Args:
            rows, origins, days: The windows and their days.
            usual: Whether a window sees usual values of drivers without a plan, shape (b,) of bool; None for no window.
        """
        channels = []
        for name in self._names:
            driver = at(self._values[name], rows, days)
            if usual is not None and name in self._assumed:
                driver = np.where(usual[:, None], self._as_usual(name, rows, origins, days), driver)
            channels += self._channels(name, driver, rows, origins)
        return channels

    def _as_usual(self, name: str, rows: np.ndarray, origins: np.ndarray, days: np.ndarray) -> np.ndarray:
        """Usual values: the last price, the usual share of promotions on that weekday, open; as `Panel.driver` assumes."""
        if name == schema.PRICE:
            return at(self._values[name], rows, origins[:, None] - 1)
        if name not in self._shares:
            return np.full((1, 1), 1.0 if name == schema.OPEN else 0.0, dtype=np.float32)
        last = origins[:, None] - self._cycle + (days - origins[:, None]) % self._cycle
        return at(self._shares[name], rows, last) * (last >= 0)

    def _channels(self, name: str, driver: np.ndarray, rows: np.ndarray, origins: np.ndarray) -> list[np.ndarray]:
        """The channels of a driver: its values; of a price the logarithms over the past's mean and over the past's highest price."""
        if name != schema.PRICE or self._prices is None:
            return [driver]
        levels = [level[rows, origins - 1][:, None] for level in self._prices]
        return [np.nan_to_num(np.clip(driver - level, -5, 5)) for level in levels]


def _values(panel: Panel, name: str, horizon: int) -> Float32Array:
    """A driver on all days and the days ahead; of a price the logarithm, NaN where there is none."""
    shape = (len(panel), len(panel.dates) + horizon)
    values = panel.driver(name, horizon) if name in panel.drivers else np.full(shape, 1.0 if name == schema.OPEN else 0.0)
    if name != schema.PRICE:
        return np.clip(values, -10, 10).astype(np.float32)
    return np.log(np.where(values > 0, values, np.nan)).astype(np.float32)


def _usual(panel: Panel, name: str, cycle: int) -> Float32Array:
    """The share of promotions on the same weekday up to each day, shape (n, d)."""
    given = panel.drivers[name][:, : len(panel.dates)]
    shares = weekday_mean(np.nan_to_num(given), np.isfinite(given).astype(float), USUAL_CYCLES, cycle)
    return np.ascontiguousarray(shares, dtype=np.float32)


def _past_prices(values: Float32Array, days: int) -> tuple[Float32Array, Float32Array]:
    """Mean and highest log price up to each day, shape (n, d) each; NaN without any price."""
    given = np.isfinite(values[:, :days])
    count = np.cumsum(given, axis=1)
    mean = np.cumsum(np.where(given, values[:, :days], 0), axis=1, dtype=float) / np.maximum(count, 1)
    highest = np.maximum.accumulate(np.where(given, values[:, :days], -np.inf), axis=1)
    mean, highest = (np.where(count > 0, level, np.nan).astype(np.float32) for level in (mean, highest))
    return mean, highest
