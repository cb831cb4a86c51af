"""Where in its distribution a count lies: products that sell a few units a day."""

from __future__ import annotations

import numpy as np

from forecasting.core.arrays import FloatArray

MIN_DISPERSION, MAX_DISPERSION = 1e-3, 20.0
PRIOR_STEPS = 60.0
"""Weight, in days, of the dispersion of all sparse series within each series' own."""


def dispersions(y: FloatArray, mean: FloatArray) -> FloatArray:
    """How much more than a Poisson count each series varies: variance = mean + dispersion x mean squared, by moments, steadied over series.

    Args:
        y: Units sold, shape (n, t); NaN where not known.
        mean: Units expected, shape (n, t).

    Returns:
        Shape (n,), between 0.001 and 20.
    """
    known = np.isfinite(y) & np.isfinite(mean)
    excess = np.where(known, (y - mean) ** 2 - mean, 0.0).sum(axis=1)
    square = np.where(known, mean**2, 0.0).sum(axis=1)
    steps = known.sum(axis=1)
    pooled = excess.sum() / max(square.sum(), 1e-9)
    weight = PRIOR_STEPS * square / np.maximum(steps, 1)
    own = (excess + weight * pooled) / np.maximum(square + weight, 1e-9)
    return np.clip(own, MIN_DISPERSION, MAX_DISPERSION)


def mid_rank(y: FloatArray, mean: FloatArray, dispersion: FloatArray) -> FloatArray:
    """The middle between the probabilities of fewer units, and of as many or fewer: (P(y - 1) + P(y)) / 2.

    Args:
        y: Units sold, in whole numbers; NaN gives NaN.
        mean: Units expected, of the shape of `y`.
        dispersion: As `dispersions` gives it, to be broadcast against `y`.

    Example:
        Nothing sold of a product that sells one unit in two days: P(0) is about 0.61, half of it lies below.

        >>> float(mid_rank(np.array([0.0]), np.array([0.5]), np.array([0.001])).round(2)[0])
        0.3
    """
    from scipy.special import betainc

    size = 1.0 / np.maximum(dispersion, MIN_DISPERSION)
    chance = size / (size + np.maximum(mean, 1e-6))
    sold = np.floor(y)
    upto, below = (np.where(count >= 0, betainc(size, np.maximum(count, 0.0) + 1.0, chance), 0.0) for count in (sold, sold - 1.0))
    return np.where(np.isfinite(y), (upto + below) / 2, np.nan)
