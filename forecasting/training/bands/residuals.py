"""Errors at past cutoffs, and how they add up over days and series."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecasting.core.arrays import BoolArray, FloatArray, added_up, at_rows

OBSERVED_SHARE = 0.6
"""Share of the open days of a window that must have sales for its sum to count."""


class Errors(NamedTuple):
    """Sales `y` and forecasts `f` at past cutoffs, shape (K, n, t) each, in units; NaN where either is missing.

    A closed day has a forecast of exactly 0 and no sales (NaN): it says nothing about the error of a day, and counts as 0 within a sum.
    """

    y: FloatArray
    f: FloatArray


def errors_of_series(errors: Errors, rows: np.ndarray) -> Errors:
    """The errors of the series at these positions, or under this mask."""
    return Errors(*(at_rows(values, rows) for values in errors))


def errors_without_cutoff(errors: Errors, cut: int) -> Errors:
    """The errors of all cutoffs except the one at position `cut`."""
    return Errors(np.delete(errors.y, cut, axis=0), np.delete(errors.f, cut, axis=0))


def known_days(errors: Errors) -> BoolArray:
    """Days that have both sales and a forecast, shape (K, n, t)."""
    return np.asarray(np.isfinite(errors.y) & np.isfinite(errors.f))


class RunningSums(NamedTuple):
    """Errors added up from the first day on, shape (K, n, t + 1) each.

    Args:
        y: Units sold on days that have sales and a forecast.
        f: Units forecast on these days.
        known: Number of days that have sales and a forecast.
        closed: Number of closed days.
    """

    y: FloatArray
    f: FloatArray
    known: np.ndarray
    closed: np.ndarray


def cumulate(errors: Errors) -> RunningSums:
    """Errors added up from the first day on, from which sums over any window follow fast."""
    both = known_days(errors)
    y, f = (added_up(np.where(both, values, 0.0)) for values in errors)
    return RunningSums(y, f, added_up(both, np.int16), added_up(np.isnan(errors.y) & (errors.f == 0), np.int16))


def windowed(errors: Errors, window: int) -> Errors:
    """Sums over every `window` consecutive days inside each cutoff's horizon, shape (K, n, t - window + 1).

    Only days that have both sales and a forecast count, and closed days as nothing; a sum with fewer than 60 % of its open days is NaN.
    Sums are scaled up for missing days, sales and forecast alike.
    """
    if window == 1:
        both = known_days(errors)
        return Errors(*(np.where(both, values, np.nan) for values in errors))
    return window_sums(cumulate(errors), window)


def window_sums(cumulated: RunningSums, window: int, stride: int = 1) -> Errors:
    """Sold and forecast units summed over windows of `window` steps.

    Args:
        cumulated: Errors added up from each cutoff on.
        window: Steps in a window, at least 1.
        stride: Steps from the start of one window to the start of the next, at least 1.

    Returns:
        Shape (K, n, windows); a window with fewer than 60 % of its open steps known is NaN. No windows where `window` exceeds the judged steps.
    """
    steps = max(cumulated.y.shape[2] - window, 0)
    first, last = slice(0, steps, stride), slice(window, window + steps, stride)
    y, f, count, closed = (values[..., last] - values[..., first] for values in cumulated)
    open_days = window - closed
    scale = np.full(count.shape, np.nan)
    np.divide(open_days, count, out=scale, where=(count > 0) & (count >= OBSERVED_SHARE * open_days))
    return Errors(y * scale, f * scale)


def total_errors(errors: Errors, known: BoolArray | None = None) -> tuple[FloatArray, FloatArray]:
    """Sales and forecasts, each added up over the series that have both, shape (K, t), in units.

    On days on which no series has both, sales are NaN, and so is the forecast unless all series are closed: then it is 0.

    Args:
        errors: Of each series.
        known: `known_days(errors)` if it was worked out already.
    """
    both = known_days(errors) if known is None else known
    y, f = (np.where(both, values, 0.0).sum(axis=1) for values in errors)
    none = ~both.any(axis=1)
    if none.any():
        y[none] = np.nan
        f[none & ~(errors.f == 0).any(axis=1)] = np.nan
    return y, f
