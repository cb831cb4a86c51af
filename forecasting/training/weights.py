"""How much each model's past forecasts say for it: shares of the blend learned from the backtest, pair by pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from forecasting.core import schema
from forecasting.core.arrays import FloatArray, mean_where, t_quantile
from forecasting.models import registry
from forecasting.training.pair_weights import FEWEST_CUTOFFS, MIN_ERROR, learn_pair

NAIVE_SHARE = 0.5
"""Share of the seasonal naive forecast where it was the better one beyond noise."""
_MIN_GAIN = 1e-12


@dataclass(frozen=True, eq=False)
class Weights:
    """What the past says about n series and the m models of a blend, in the registry's order.

    Args:
        names: The models.
        chosen: Each model's share without evidence, shape (m,); sums to 1.
        whole: Each model's share that the whole file calls for, shape (m,); sums to 1.
        shares: Each model's share beside the others, shape (n, m); rows sum to 1.
        naive: The seasonal naive forecast's share beside all of them, shape (n,); 0 or `NAIVE_SHARE`.
        errors: Mean absolute error of each registered model on the days that all forecast, in units, shape (m + 1, n); NaN where none.
        cutoffs: Cutoffs at which at least two models can be judged, shape (n,).
        wins: Of them, those at which each model's error was the smallest, shape (n, m).
    """

    names: tuple[str, ...]
    chosen: FloatArray
    whole: FloatArray
    shares: FloatArray
    naive: FloatArray
    errors: FloatArray
    cutoffs: np.ndarray
    wins: np.ndarray


def learn_weights(y: FloatArray, yhat: Mapping[str, FloatArray], beside: Mapping[str, float]) -> Weights:
    """The weights that past forecasts call for.

    Of two models one weight is learned, the first one's. Each further model is then weighed in the same way against the blend of those before it.

    Args:
        y: Sold at K past cutoffs, shape (K, n, h), in units; NaN where not known.
        yhat: Model name -> what it forecast, the same shape; all that take part.
        beside: Model name -> what the models before it keep beside it without evidence, in [0, 1].
    """
    names = registry.blended_names(yhat)
    forecasts = [yhat[name] for name in names]
    learned = one_by_one(y, forecasts, [beside[name] for name in names[1:]])
    cutoffs, wins = _record(y, forecasts)
    naive = _naive_share(y, _mix(forecasts, learned.shares), yhat[schema.SEASONAL_NAIVE])
    return Weights(names, *learned, naive, _errors(y, yhat), cutoffs, wins)


class Learned(NamedTuple):
    """Shares of m forecasts of n series: those chosen and those that the whole file calls for, shape (m,) each, and each series', shape (n, m)."""

    chosen: FloatArray
    whole: FloatArray
    shares: FloatArray


def one_by_one(y: FloatArray, forecasts: Sequence[FloatArray], beside: Sequence[float], *, squared: bool = False) -> Learned:
    """Shares of forecasts, each weighed against the blend of those before it.

    Args:
        y: Sold at K past cutoffs, shape (K, n, h), in units; NaN where not known.
        forecasts: What each forecast, the same shape.
        beside: For each but the first, what those before it keep beside it without evidence, in [0, 1].
        squared: Whether squares of errors shall be small, as a mean makes them, rather than errors.
    """
    chosen, whole, shares = np.ones(1), np.ones(1), np.ones((y.shape[1], 1))
    for position, start in enumerate(beside, start=1):
        pair = learn_pair(y, _mix(forecasts[:position], shares), forecasts[position], start, squared=squared)
        chosen, whole = np.append(chosen * start, 1 - start), np.append(whole * pair.whole, 1 - pair.whole)
        shares = np.column_stack([shares * pair.first[:, None], 1 - pair.first])
    return Learned(chosen, whole, shares)


def among(shares: FloatArray, there: np.ndarray) -> FloatArray:
    """Shares of the models that have a forecast: the others leave theirs in proportion; alike where none of these has one.

    Args:
        shares: Shape (..., m).
        there: Whether each model has a forecast, the same shape.

    Returns:
        Shape (..., m), summing to 1 over the last axis; all 0 where no model has a forecast.

    Example:
        >>> among(np.array([0.6, 0.2, 0.2]), np.array([True, True, False]))
        array([0.75, 0.25, 0.  ])
    """
    held = np.where(there, shares, 0.0)
    held = np.where(held.sum(axis=-1, keepdims=True) > 0, held, there.astype(float))
    total = held.sum(axis=-1, keepdims=True)
    return np.divide(held, total, out=np.zeros_like(held), where=total > 0)


def _mix(forecasts: Sequence[FloatArray], shares: FloatArray) -> FloatArray:
    """The blend by shares (n, m) of m forecasts of shape (K, n, h), of those that are there; NaN where none is."""
    there = np.array([np.isfinite(values) for values in forecasts])
    mixed = np.zeros(forecasts[0].shape)
    for values, share in zip(forecasts, shares.T, strict=True):
        mixed += share[:, None] * values
    partly = there.any(axis=0) & ~there.all(axis=0)
    if partly.any():
        held = among(shares[np.nonzero(partly)[1]], there[:, partly].T)
        mixed[partly] = (held * np.nan_to_num([values[partly] for values in forecasts]).T).sum(axis=1)
    return mixed


def _record(y: FloatArray, forecasts: Sequence[FloatArray]) -> tuple[np.ndarray, np.ndarray]:
    """Cutoffs at which at least two models can be judged, shape (n,), and those at which each was the closest, shape (n, m)."""
    there = np.array([np.isfinite(values) for values in forecasts])
    known = np.isfinite(y) & (there.sum(axis=0) >= 2)
    errors = np.array([mean_where(np.abs(y - values), known & here, axis=2) for values, here in zip(forecasts, there, strict=True)])
    ranked = np.sort(np.where(np.isnan(errors), np.inf, errors), axis=0)
    wins = (errors == ranked[0]) & (ranked[0] < ranked[min(1, len(ranked) - 1)])
    return known.any(axis=2).sum(axis=0), wins.sum(axis=1).T


def _naive_share(y: FloatArray, blend: FloatArray, naive: FloatArray) -> FloatArray:
    """`NAIVE_SHARE` where the seasonal naive forecast beat the blend by more than chance explains (one-sided t test over cutoffs, 5 %)."""
    share = np.zeros(y.shape[1])
    known = np.isfinite(y) & np.isfinite(blend) & np.isfinite(naive)
    gain = mean_where(np.abs(blend - y) - np.abs(naive - y), known, axis=2)
    count = np.isfinite(gain).sum(axis=0)
    enough = count >= FEWEST_CUTOFFS
    if not enough.any():
        return share
    gain = gain[:, enough]
    mean, spread = np.nanmean(gain, axis=0), np.nanstd(gain, axis=0, ddof=1)
    least = t_quantile(0.95, count[enough] - 1)
    share[enough] = NAIVE_SHARE * (mean * np.sqrt(count[enough]) > np.maximum(least * spread, _MIN_GAIN))
    return share


def _errors(y: FloatArray, yhat: Mapping[str, FloatArray]) -> FloatArray:
    values = [yhat[name] for name in registry.names(yhat)]
    known = np.isfinite(y) & np.isfinite(values).all(axis=0)
    return np.array([np.maximum(mean_where(np.abs(value - y), known, axis=(0, 2)), MIN_ERROR) for value in values])
