"""How the errors of all series shrank from one past cutoff to the next, as the models had more to learn from."""

from __future__ import annotations

import numpy as np

from forecasting.core.arrays import FloatArray, nanmean

WINSOR = 0.99
MIN_CUTOFFS = 4
"""Cutoffs from which a trend can be told from chance: two of them say nothing of it."""
MIN_STANDARD_ERRORS = 2.0
"""Standard errors that a trend must exceed to count; only the excess (in squares) does."""


def learn_drift(z: FloatArray, places: np.ndarray, at: int) -> FloatArray:
    """The size of each cutoff's errors relative to those at one place, as far as a trend from cutoff to cutoff goes beyond chance.

    The first cutoffs knew least, so that their errors are often the largest: bands that take them as they are promise too little of today.
    What all errors of a cutoff share is left out, since a cutoff has only one of it. A trend of few cutoffs may be chance, so it is shrunk to
    nothing unless it is clear (James & Stein, positive part). Errors that grew are no trend to follow: no cause of it lasts.

    Args:
        z: Relative errors, shape (K, n, t); NaN where unknown.
        places: Shape (K,), places of the cutoffs in time: 0, 1, ...
        at: The place for which bands are made. Beyond the last cutoff a trend is not continued.

    Returns:
        Shape (K,), positive; 1 for all where there is no clear trend.
    """
    known = np.isfinite(z)
    seen = known.any(axis=(1, 2))
    if seen.sum() < MIN_CUTOFFS:
        return np.ones(len(z))
    size = np.abs(z - nanmean(nanmean(z, axis=2), axis=1)[:, None, None])
    sizes = nanmean(np.minimum(size, np.quantile(size[known], WINSOR)), axis=(1, 2))
    if not (sizes[seen] > 0).all():
        return np.ones(len(z))
    slope = min(_clear_slope(places[seen], np.log(sizes[seen])), 0.0)
    drift: FloatArray = np.exp(slope * (places - min(at, places.max())))
    return drift


def _clear_slope(x: np.ndarray, y: FloatArray) -> float:
    """Slope of a straight line, shrunk by how far it may be chance."""
    x = x - x.mean()
    slope = float(x @ y / (x @ x))
    noise = float(np.sum((y - y.mean() - slope * x) ** 2)) / (len(x) - 2) / float(x @ x)
    return slope * max(0.0, 1 - MIN_STANDARD_ERRORS**2 * noise / slope**2) if slope else 0.0
