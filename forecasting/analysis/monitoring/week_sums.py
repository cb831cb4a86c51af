"""Units sold and expected in the weeks of sets of series, and how far they lie apart, in square roots of units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.core.arrays import BoolArray, FloatArray, share

MIN_STEPS_SHARE: Final = 0.5
"""Share of a week's days that have to be ordinary and known for it to count."""
MIN_OTHERS: Final = 0.1
"""Share of the file that lies outside of a group, at least, for what all others did to be taken out of it."""


@dataclass(frozen=True, eq=False)
class Sums:
    """Units sold and expected in weeks, shape (..., sets, weeks); NaN in weeks that do not count."""

    sold: FloatArray
    expected: FloatArray


def week_sums(y: FloatArray, expected: FloatArray, ordinary: BoolArray, look: int) -> tuple[Sums, BoolArray]:
    """Sums of each series over weeks of `look` steps, 0 for what is not known, and which weeks count.

    Args:
        y: Shape (..., n, t); the steps that make no whole week at the end are left out.
        expected: Of the same shape.
        ordinary: Shape (..., t).
        look: Steps of a week.

    Returns:
        Sums of shape (..., n, weeks), and shape (..., weeks).
    """
    weeks = y.shape[-1] // look
    both = np.asarray(np.isfinite(y) & np.isfinite(expected) & ordinary[..., None, :])
    sums = [np.where(both, values, 0.0)[..., : weeks * look].reshape(*y.shape[:-1], weeks, look).sum(axis=-1) for values in (y, expected)]
    some = np.asarray(both.any(axis=-2))[..., : weeks * look].reshape(*y.shape[:-2], weeks, look).mean(axis=-1)
    return Sums(*sums), np.asarray(some >= MIN_STEPS_SHARE)


def deviations(own: Sums, total: Sums, counts: BoolArray, floor: FloatArray) -> FloatArray:
    """Sold less expected of each set, in square roots of units, after all others, shape (..., G, weeks); NaN where it does not count.

    Args:
        own: Of the sets.
        total: Of the file, shape (..., 1, weeks); zeros where nothing is to be taken out.
        counts: Weeks that count, shape (..., weeks).
        floor: Units that a week counts as, at least, shape (G,).
    """
    others = total.expected - own.expected
    factor = np.where(others > MIN_OTHERS * total.expected, share(total.sold - own.sold, others), 1.0)
    planned = own.expected * np.where(np.isfinite(factor), factor, 1.0)
    result = (own.sold - planned) / np.sqrt(np.maximum(planned, floor[:, None]))
    return np.where(counts[..., None, :] & (own.expected > 0), result, np.nan)


def nothing_taken_out(of: Sums) -> Sums:
    """In place of the file: zeros."""
    return Sums(np.zeros_like(of.sold), np.zeros_like(of.expected))
