"""Errors at past cutoffs, and how they add up over days and series."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecasting.panel import FloatArray

OBSERVED_SHARE = 0.6
"""Days of a window that must have sales for its sum to count."""


class Errors(NamedTuple):
    """What was forecast at past cutoffs and what was sold: `y` and `f` of shape (K, n, t), in units; NaN where either is missing.

    A closed day has a forecast of exactly 0 and no sales (NaN): it says nothing of a day's error, and is a known nothing within a sum.
    """

    y: FloatArray
    f: FloatArray


def of_series(errors: Errors, rows: np.ndarray) -> Errors:
    """Those of the series at these positions (or under this mask)."""
    return Errors(errors.y[:, rows], errors.f[:, rows])


def without(errors: Errors, cut: int) -> Errors:
    """Those of all cutoffs but the one at this position."""
    return Errors(np.delete(errors.y, cut, axis=0), np.delete(errors.f, cut, axis=0))


def windowed(errors: Errors, window: int) -> Errors:
    """Sums over every `window` consecutive days inside each cutoff's horizon, shape (K, n, t - window + 1).

    Only days that have both sales and a forecast count, and closed days as nothing; a sum with fewer than 60 % of its open days is NaN.
    Missing days are made up for in proportion on both sides.
    """
    both = np.isfinite(errors.y) & np.isfinite(errors.f)
    if window == 1:
        return Errors(np.where(both, errors.y, np.nan), np.where(both, errors.f, np.nan))
    count, closed = (moving_sum(days.astype(float), window) for days in (both, np.isnan(errors.y) & (errors.f == 0)))
    scale = np.full_like(count, np.nan)
    np.divide(window - closed, count, out=scale, where=(count > 0) & (count >= OBSERVED_SHARE * (window - closed)))
    return Errors(*(moving_sum(np.where(both, values, 0.0), window) * scale for values in errors))


def moving_sum(values: FloatArray, window: int) -> FloatArray:
    """Sum over every `window` consecutive days, along the last axis."""
    total = np.concatenate([np.zeros((*values.shape[:-1], 1)), np.cumsum(values, axis=-1)], axis=-1)
    moved: FloatArray = total[..., window:] - total[..., :-window]
    return moved


def total_errors(errors: Errors) -> tuple[FloatArray, FloatArray]:
    """Sold and forecast, each added up over the series that have both, shape (K, t).

    On days on which none has, sold is NaN, and so is the forecast unless all series are closed: then it is 0.
    """
    both = np.isfinite(errors.y) & np.isfinite(errors.f)
    y, f = (np.where(both, values, 0.0).sum(axis=1) for values in errors)
    none = ~both.any(axis=1)
    y[none] = np.nan
    f[none & ~(errors.f == 0).any(axis=1)] = np.nan
    return y, f


def student_t(count: int, freedom: float) -> FloatArray:
    """Quantiles of Student's t at `count` equally likely places; scipy takes a quarter of a second to import, so only when it is asked."""
    from scipy.special import stdtrit  # type: ignore[import-untyped]

    quantiles: FloatArray = stdtrit(freedom, midpoints(count))
    return quantiles


def midpoints(count: int) -> FloatArray:
    """Probabilities of `count` equally likely values."""
    return (np.arange(count) + 0.5) / count


def nanmean(values: FloatArray, axis: int) -> FloatArray:
    """Mean of what is known along an axis; NaN where nothing is."""
    seen = np.isfinite(values)
    count = seen.sum(axis=axis)
    mean = np.full(count.shape, np.nan)
    np.divide(np.where(seen, values, 0.0).sum(axis=axis), count, out=mean, where=count > 0)
    return mean
