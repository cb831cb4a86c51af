"""Did many prices move at once? A round of prices moves sales; a mistake in the file moves everything that is reckoned from prices."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecasting.core.arrays import FloatArray, median

MOVED = 0.05
MIN_SHARE, TIMES_LARGEST = 0.10, 2.0
WEEK, BEFORE, YEAR = 7, 28, 52


class PriceCheck(NamedTuple):
    """Share of series whose price moved by more than 5 % in the newest week, and where an alarm begins."""

    moved: float
    limit: float

    @property
    def is_off(self) -> bool:
        """Whether it is an alarm."""
        return bool(self.moved > self.limit)


def check_prices(prices: FloatArray) -> PriceCheck | None:
    """The prices of the newest week of days against the four weeks before; None where too little is known.

    Args:
        prices: Shape (n, t), in days; NaN where not known.
    """
    shares = []
    for back in range(min(YEAR + 1, (prices.shape[1] - BEFORE) // WEEK)):
        end = prices.shape[1] - back * WEEK
        now, before = median(prices[:, end - WEEK : end]), median(prices[:, end - WEEK - BEFORE : end - WEEK])
        with np.errstate(invalid="ignore", divide="ignore"):
            moved = np.abs(now / before - 1)
        known = np.isfinite(moved)
        shares.append(float((moved[known] > MOVED).mean()) if known.any() else np.nan)
    before_now = np.array(shares[1:])
    if len(before_now) < 8 or not np.isfinite(shares[0]) or not np.isfinite(before_now).any():
        return None
    return PriceCheck(shares[0], max(TIMES_LARGEST * float(np.nanmax(before_now)), MIN_SHARE))
