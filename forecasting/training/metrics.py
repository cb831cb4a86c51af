"""How good forecasts are.

All take `y` (sold) and forecasts of one shape (..., days) in units, leave out days on which either is NaN, and measure along `axis` (over
everything by default). A share is 0 only if its numerator and denominator are both 0, and NaN where the denominator alone is 0; NaN means
"not defined".
"""

from __future__ import annotations

import numpy as np

from forecasting.core.arrays import Axis, FloatArray, known_sum, nanmean


def wape(y: FloatArray, yhat: FloatArray, *, axis: Axis = None) -> FloatArray:
    """Weighted absolute percentage error, sum |yhat - y| / sum |y|, as a share.

    Example:
        >>> float(wape(np.array([10.0, 30.0]), np.array([14.0, 30.0])))
        0.1
    """
    y, yhat = _pairs(y, yhat)
    return _share(known_sum(np.abs(yhat - y), axis), known_sum(np.abs(y), axis))


def bias(y: FloatArray, yhat: FloatArray, *, axis: Axis = None) -> FloatArray:
    """Mean of yhat - y, in units a day; above 0 is too high."""
    y, yhat = _pairs(y, yhat)
    return nanmean(yhat - y, axis)


def bias_share(y: FloatArray, yhat: FloatArray, *, axis: Axis = None) -> FloatArray:
    """Bias as a share of mean sales, sum (yhat - y) / sum y; above 0 is too high."""
    y, yhat = _pairs(y, yhat)
    return _share(known_sum(yhat - y, axis), known_sum(y, axis))


def mase(y: FloatArray, yhat: FloatArray, past: FloatArray, *, season_length: int = 7) -> FloatArray:
    """Mean absolute scaled error of each series: below 1 beats the seasonal naive forecast inside the past.

    Args:
        y: Sold, shape (..., days).
        yhat: Forecasts, shape (..., days).
        past: What was sold before, shape (..., past days).
        season_length: Days of a season.

    Source: Hyndman & Koehler 2006.
    """
    y, yhat = _pairs(y, yhat)
    return _share(nanmean(np.abs(yhat - y), -1), nanmean(np.abs(_changes(past, season_length)), -1))


def rmsse(y: FloatArray, yhat: FloatArray, past: FloatArray, *, season_length: int = 1) -> FloatArray:
    """Root mean squared scaled error of each series; arguments as for `mase`. The M5 competition scales by changes from day to day."""
    y, yhat = _pairs(y, yhat)
    return np.sqrt(_share(nanmean((yhat - y) ** 2, -1), nanmean(_changes(past, season_length) ** 2, -1)))


def pinball(y: FloatArray, yhat: FloatArray, quantile: float, *, axis: Axis = None) -> FloatArray:
    """Mean pinball loss of a forecast of the `quantile`, in units.

    Example:
        >>> float(pinball(np.array([10.0, 10.0]), np.array([6.0, 14.0]), 0.9))
        2.0
    """
    y, yhat = _pairs(y, yhat)
    return nanmean(np.maximum(quantile * (y - yhat), (quantile - 1.0) * (y - yhat)), axis)


def coverage(y: FloatArray, lower: FloatArray, upper: FloatArray, *, axis: Axis = None) -> FloatArray:
    """Share of days with lower <= y <= upper."""
    known = np.isfinite(y) & np.isfinite(lower) & np.isfinite(upper)
    return nanmean(np.where(known, (lower <= y) & (y <= upper), np.nan), axis)


def interval_score(y: FloatArray, lower: FloatArray, upper: FloatArray, level: float, *, axis: Axis = None) -> FloatArray:
    """Mean score of the central `level` interval, in units; lower is better.

    Its width, plus 2 / (1 - level) for every unit that y lies outside. Source: Gneiting & Raftery 2007, eq. 43.
    """
    outside = np.maximum(lower - y, 0.0) + np.maximum(y - upper, 0.0)
    return nanmean(upper - lower + 2.0 / (1.0 - level) * outside, axis)


def _pairs(y: FloatArray, yhat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Both, with NaN where either is not known."""
    if y.shape != yhat.shape:
        raise ValueError(f"Expected y and yhat of one shape. Received {y.shape} and {yhat.shape}.")
    known = np.isfinite(y) & np.isfinite(yhat)
    return np.where(known, y, np.nan), np.where(known, yhat, np.nan)


def _changes(past: FloatArray, season_length: int) -> FloatArray:
    return past[..., season_length:] - past[..., :-season_length]


def _share(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    defined = denominator != 0
    share = numerator / np.where(defined, denominator, 1.0)
    return np.where(defined | (numerator == 0), share, np.nan)
