"""The shift that all errors of a cutoff share."""

from __future__ import annotations

from forecasting.core.arrays import FloatArray

MIN_STANDARD_ERRORS = 2.0
"""Standard errors that the mean error of past cutoffs must exceed to move the middle of the bands; only the excess (in squares) does."""


def centre_of(shifts: FloatArray) -> float:
    """The centre of the shifts of cutoffs: 0 unless they agree far beyond chance (James & Stein, positive part).

    The mean error of a few cutoffs mostly does not last. But forecasts of sales on few days are near their median, which lies far below the
    mean in the same way at every cutoff.
    """
    if len(shifts) < 2:
        return 0.0
    mean, noise = float(shifts.mean()), float(shifts.var(ddof=1)) / len(shifts)
    return mean * max(0.0, 1 - MIN_STANDARD_ERRORS**2 * noise / mean**2) if mean else 0.0
