"""Errors at past cutoffs, and how they add up over days and series."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecasting.core.arrays import FloatArray, added_up

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


class Cumulated(NamedTuple):
    """Errors added up from the first day on, shape (K, n, t + 1) each.

    Args:
        y: Units sold on days that have sales and a forecast.
        f: Units forecast on these days.
        known: How many these are.
        closed: How many days are closed.
    """

    y: FloatArray
    f: FloatArray
    known: np.ndarray
    closed: np.ndarray


def cumulate(errors: Errors) -> Cumulated:
    """Prepares errors for sums over many windows."""
    both = np.isfinite(errors.y) & np.isfinite(errors.f)
    y, f = (added_up(np.where(both, values, 0.0)) for values in errors)
    return Cumulated(y, f, added_up(both, np.int16), added_up(np.isnan(errors.y) & (errors.f == 0), np.int16))


def windowed(errors: Errors, window: int) -> Errors:
    """Sums over every `window` consecutive days inside each cutoff's horizon, shape (K, n, t - window + 1).

    Only days that have both sales and a forecast count, and closed days as nothing; a sum with fewer than 60 % of its open days is NaN.
    Missing days are made up for in proportion on both sides.
    """
    if window == 1:
        both = np.isfinite(errors.y) & np.isfinite(errors.f)
        return Errors(*(np.where(both, values, np.nan) for values in errors))
    return sums(cumulate(errors), window)


def sums(cumulated: Cumulated, window: int, every: int = 1) -> Errors:
    """The same of errors added up already, of the windows that start on every so manieth day; none of a window longer than what was judged."""
    steps = max(cumulated.y.shape[2] - window, 0)
    first, last = slice(0, steps, every), slice(window, window + steps, every)
    y, f, count, closed = (values[..., last] - values[..., first] for values in cumulated)
    open_days = window - closed
    scale = np.full(count.shape, np.nan)
    np.divide(open_days, count, out=scale, where=(count > 0) & (count >= OBSERVED_SHARE * open_days))
    return Errors(y * scale, f * scale)


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
