"""From backtest errors to quantiles of what is asked for: a day, a sum over days, one series or a total.

Aggregate first, calibrate second, clip last: errors of the blend itself are added up exactly as the question adds up, at every past cutoff.
Quantiles are never added, never scaled by a square root of days. An error is split into the common shift of its cutoff (few values: Student-t)
and the rest (many values: empirical); plain pooling would pretend that all days are independent and make
bands too narrow (Barber et al. 2023; Cameron & Miller 2015 on few clusters).
"""

from __future__ import annotations

import numpy as np

from forecasting.core.arrays import FloatArray, moving_sum
from forecasting.training.bands.occasions import Occasions, as_ordinary, learn_sizes
from forecasting.training.bands.past_sums import past_sums
from forecasting.training.bands.residuals import (
    Errors,
    RunningSums,
    cumulate,
    errors_of_series,
    errors_without_cutoff,
    total_errors,
    window_sums,
    windowed,
)
from forecasting.training.bands.series import SeriesBands, calibrate, learn_bands
from forecasting.training.bands.totals import TotalErrors, quantiles_of_total, total_quantiles, totals_of

__all__ = [
    "Errors",
    "RunningSums",
    "SeriesBands",
    "TotalErrors",
    "calibrate",
    "cumulate",
    "day_quantiles",
    "learn_bands",
    "past_quantiles",
    "past_sums",
    "past_total_quantiles",
    "quantiles",
    "quantiles_of_total",
    "total_errors",
    "total_quantiles",
    "totals_of",
    "windowed",
]


def quantiles(
    errors: Errors, f: FloatArray, rows: np.ndarray, probabilities: tuple[float, ...], *, window: int = 1, learned: SeriesBands | None = None
) -> FloatArray:
    """Quantiles of any question: the sales of chosen series added up, over one day or the sum of several.

    Args:
        errors: Errors of all n series at past cutoffs.
        f: Shape (n, h): all forecasts, in units.
        rows: Positions of the series to add up; at least one.
        probabilities: q of them, each in (0, 1).
        window: Days that are added up.
        learned: `calibrate(errors, window=window)` if it was computed already; else None.

    Returns:
        Shape (q, h - window + 1), in units, at least 0, never crossing; NaN where no error of such a window was seen.
    """
    if len(rows) > 1:
        return total_quantiles(errors_of_series(errors, rows), f[rows], probabilities, window=window)
    learned = learned or calibrate(errors, window=window)
    ahead = moving_sum(np.nan_to_num(f[rows]), window)
    if learned is None:
        return np.full((len(probabilities), ahead.shape[1]), np.nan)
    return learned.of(rows).quantiles(ahead, probabilities)[0]


def day_quantiles(errors: Errors, f: FloatArray, probabilities: tuple[float, ...], occasions: Occasions | None) -> FloatArray | None:
    """Quantiles of each series on single days, wider on holidays and beside them; None where no error was seen.

    Args:
        errors: Errors of all n series at past cutoffs.
        f: Shape (n, h): their forecasts, in units.
        probabilities: q of them, each in (0, 1).
        occasions: The kinds of the days; None where all are alike.

    Returns:
        Shape (n, q, h), in units, at least 0, never crossing; NaN where `f` is.
    """
    if occasions is None:
        learned = calibrate(errors)
        return None if learned is None else learned.quantiles(f, probabilities)
    sizes = learn_sizes(errors, occasions.past)
    learned = calibrate(as_ordinary(errors, sizes[occasions.past]))
    if learned is None:
        return None
    bands, middle = learned.quantiles(f, probabilities), f[:, None]
    return np.maximum(middle + (bands - middle) * sizes[occasions.ahead], 0.0)


def past_quantiles(errors: Errors, probabilities: tuple[float, ...], *, window: int = 1, occasions: Occasions | None = None) -> FloatArray:
    """Quantiles that each series would have had at each cutoff, learned from the other cutoffs; shape (q, K, n, t - window + 1), in units.

    Comparing them with the sales shows whether the bands cover as much as they promise. Sums are not told apart by `occasions`.
    """
    if window == 1 and occasions is not None:
        return _past_days(windowed(errors, 1), probabilities, occasions)
    cumulated = cumulate(errors)
    f = window_sums(cumulated, window).f
    bands = np.full((len(probabilities), *f.shape), np.nan)
    if not f.shape[2]:
        return bands
    of = past_sums(cumulated, window)
    for cut in range(len(f)):
        learned = learn_bands(of.without(cut))
        if learned is not None:
            bands[:, cut] = learned.quantiles(f[cut], probabilities).swapaxes(0, 1)
    return bands


def _past_days(errors: Errors, probabilities: tuple[float, ...], occasions: Occasions) -> FloatArray:
    bands = np.full((len(probabilities), *errors.f.shape), np.nan)
    for cut in range(len(errors.f)):
        limits = day_quantiles(errors_without_cutoff(errors, cut), errors.f[cut], probabilities, occasions.at(cut))
        if limits is not None:
            bands[:, cut] = limits.swapaxes(0, 1)
    return bands


def past_total_quantiles(totals: TotalErrors, f: FloatArray, probabilities: tuple[float, ...]) -> FloatArray:
    """Quantiles that the total of all series would have had at each cutoff, from the other cutoffs.

    Args:
        totals: Errors of all series added up.
        f: What each was forecast at each cutoff, shape (K, n, t), in units.
        probabilities: q of them, each in (0, 1).

    Returns:
        Shape (q, K, t), in units.
    """
    bands = [quantiles_of_total(totals.without(cut), f[cut], probabilities) for cut in range(len(f))]
    return np.array(bands).swapaxes(0, 1) if bands else np.full((len(probabilities), 0, f.shape[2]), np.nan)
