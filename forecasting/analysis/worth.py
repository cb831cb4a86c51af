"""What units are worth at the prices that the sales file names."""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel

MAX_UNPRICED: Final = 0.01
"""Share of the units whose price may be unknown: with more, a sum of money would be too low to be shown."""


def prices(panel: Panel) -> FloatArray:
    """The last known price of each series, shape (n,); NaN without any."""
    if schema.PRICE not in panel.drivers:
        return np.full(len(panel), np.nan)
    return np.where(np.isfinite(panel.drivers[schema.PRICE]).any(axis=1), panel.driver(schema.PRICE, 0)[:, -1], np.nan)


def known_money(money: float, unpriced: float, units: float) -> float:
    """A sum of money, or NaN where the price of too many of its units is not known.

    Args:
        money: Of the units whose price is known.
        unpriced: Units without a price.
        units: All of them.

    Example:
        >>> known_money(200.0, 0.0, 100.0), known_money(200.0, 40.0, 100.0)
        (200.0, nan)
    """
    return money if units > 0 and unpriced <= MAX_UNPRICED * units else float("nan")
