"""How long orders take: the chance of each number of steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from forecasting.core.arrays import FloatArray
from forecasting.core.period import Period

MAX_LEAD_TIME_SDS: Final = 10
"""Standard deviations beyond the mean that a lead time may last, at most."""
MIN_LEAD_TIME_SD_DAYS: Final = 0.01
"""Standard deviation, in days, from which a lead time counts as varying."""
MIN_LEAD_TIME_CHANCE: Final = 1e-4
"""Chance of all longer lead times together, at most, at which they are cut off."""


def lead_chances(mean: FloatArray, spread: FloatArray, listed: Mapping[int, tuple[int, ...]], period: Period) -> FloatArray:
    """Chances of lead times of 0, 1, ... steps: listed ones equally likely, else one fixed lead time, or a distribution of mean and spread.

    A delivery within a week or month is there from the next step on.

    Args:
        mean: Shape (n,), in days.
        spread: Shape (n,), their standard deviation in days.
        listed: Position of a series -> its past lead times in days.
        period: What a step is.

    Returns:
        Shape (n, m); rows sum to 1.
    """
    mean = mean.copy()
    mean[list(listed)] = 0.0
    pairs, kind = np.unique(np.column_stack([mean, np.where(mean > 0, spread, 0.0)]), axis=0, return_inverse=True)
    by_day = [_by_day(mean, sd) for mean, sd in pairs]
    longest = max([len(chances) - 1 for chances in by_day] + [max(days) for days in listed.values()], default=0)
    arrives = -(-np.arange(longest + 1) // period.days)
    kinds = np.zeros((len(pairs), int(arrives[-1]) + 1))
    for place, chances in enumerate(by_day):
        np.add.at(kinds[place], arrives[: len(chances)], chances)
    lead = kinds[kind]
    for row, days in listed.items():
        lead[row] = np.bincount(arrives[list(days)], minlength=lead.shape[1]) / len(days)
    return lead


def _by_day(mean: float, spread: float) -> FloatArray:
    """Chances that an order takes 0, 1, ... days.

    A gamma variable has its mean and spread, is never negative and leans to the late side, as deliveries do (Silver, Pyke & Thomas 2017, ch. 6).
    """
    if spread < MIN_LEAD_TIME_SD_DAYS:
        chances = np.zeros(int(np.ceil(mean)) + 1)
        chances[-1] = 1.0
        return chances
    from scipy.special import gammainc

    shape, days = (mean / spread) ** 2, np.arange(int(np.ceil(mean + MAX_LEAD_TIME_SDS * spread)) + 1)
    below = gammainc(shape, (days + 0.5) * shape / mean)
    last = min(int(np.searchsorted(below, 1 - MIN_LEAD_TIME_CHANCE)), len(days) - 1)
    return np.diff(np.append(below[:last], 1.0), prepend=0.0)
