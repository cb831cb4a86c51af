"""Arrays of numbers: their types, sums, means and quantiles where some values are not known."""

from __future__ import annotations

import numpy as np

FloatArray = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
BoolArray = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


def added_up(values: np.ndarray, kind: type = np.float64) -> np.ndarray:
    """Sums from the start, with a 0 in front, along the last axis."""
    total = np.zeros((*values.shape[:-1], values.shape[-1] + 1), dtype=kind)
    np.cumsum(values, axis=-1, dtype=kind, out=total[..., 1:])
    return total


def moving_sum(values: FloatArray, window: int) -> FloatArray:
    """Sum over every `window` consecutive days, along the last axis."""
    total = added_up(values)
    return total[..., window:] - total[..., :-window]


def student_t(count: int, freedom: float) -> FloatArray:
    """Quantiles of Student's t at `count` equally likely places; scipy takes a quarter of a second to import, so only when it is asked."""
    from scipy.special import stdtrit

    return stdtrit(freedom, midpoints(count))


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


def median(values: FloatArray) -> FloatArray:
    """Median of what is known along the last axis, NaN where nothing is; many times as fast as NumPy's on short axes."""
    count = np.isfinite(values).sum(axis=-1, keepdims=True)
    ordered = np.sort(values, axis=-1)
    lower, upper = (np.take_along_axis(ordered, np.maximum(at, 0), axis=-1)[..., 0] for at in ((count - 1) // 2, count // 2 - (count == 0)))
    return np.asarray((lower + upper) / 2)
