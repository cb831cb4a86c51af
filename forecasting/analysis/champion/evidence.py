"""The e-process: evidence, day by day, that one forecast is worse than another of the same days, which one may look at every day.

Waudby-Smith & Ramdas 2024 (betting on bounded means), Choe & Ramdas 2024 (comparing forecasters as days come in).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.core.arrays import FloatArray, share

TOLERATED: Final = 0.02
"""Half the relative difference that counts as none: 0.02 is 4 % worse."""
MOST: Final = 0.2
"""Half the relative difference of a day at most; what is more counts as this, so that no single day decides."""
BETS: Final = (0.2, 0.4, 0.6, 0.8, 0.95)
"""Shares of the evidence that are staked on each day, all of them at once."""
ENOUGH: Final = 20.0
"""Evidence from which there is no reasonable doubt: forecasts that are no worse reach it once in twenty times at most, however often one looks."""
SOME: Final = 5.0
"""Evidence from which it looks as if."""


def half_difference(live: FloatArray, other: FloatArray) -> FloatArray:
    """(live - other) / (live + other) of the summed absolute errors of each day, in [-1, 1]; 0 where neither missed."""
    return np.nan_to_num(share(live - other, live + other))


def evidence(differences: FloatArray) -> FloatArray:
    """The evidence that the live one is worse by more than is tolerated, after each day, shape (..., days); 1 is none, below 1 speaks against.

    Args:
        differences: What `half_difference` gave, shape (..., days), in the order of the days.

    Example:
        Twenty days on which it missed by a fifth more.

        >>> evidence(np.full(20, 0.1)).round(1)[[0, 9, -1]].tolist()
        [1.2, 9.1, 122.8]
    """
    gain = (np.clip(differences, -MOST, MOST) - TOLERATED) / (MOST + TOLERATED)
    return np.stack([np.cumprod(1 + bet * gain, axis=-1) for bet in BETS]).mean(axis=0)
