"""What a unit is sold for, as far as the sales say."""

from __future__ import annotations

import numpy as np

from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel


def prices_ahead(panel: Panel, rows: np.ndarray, steps: int) -> FloatArray:
    """The price of each of the series at `rows` on the next steps, shape (r, steps): as planned, else the last known one; NaN without any."""
    if schema.PRICE not in panel.drivers:
        return np.full((len(rows), steps), np.nan)
    known, given = len(panel.dates), panel.drivers[schema.PRICE][rows]
    planned: FloatArray = np.full((len(rows), steps), np.nan)
    ahead = given[:, known : known + steps]
    planned[:, : ahead.shape[1]] = ahead
    prices = _filled(np.column_stack([_last_known(given[:, :known]), planned]))
    return _filled(prices[:, ::-1])[:, ::-1][:, 1:]


def _filled(values: FloatArray) -> FloatArray:
    """The values of each row with the last known one in place of each that is not; NaN before the first."""
    places = np.where(np.isnan(values), 0, np.arange(values.shape[1]))
    return np.take_along_axis(values, np.maximum.accumulate(places, axis=1), axis=1)


def _last_known(values: FloatArray) -> FloatArray:
    """The last known value of each row; NaN without any."""
    known = np.isfinite(values)
    last = values.shape[1] - 1 - known[:, ::-1].argmax(axis=1)
    return np.where(known.any(axis=1), np.take_along_axis(values, last[:, None], axis=1)[:, 0], np.nan)
