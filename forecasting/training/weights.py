"""How much each model's past forecasts say for it: weights learned from the backtest, shrunk to the chosen ones.

Two questions are asked of the same errors. Of the whole file: is another weight than the chosen one better beyond noise, and by how much?
Of each series: does it differ from the file? Both get a prior of a spike (as expected) and a slab (anything), after George & McCulloch 1993, and
a likelihood whose spread comes from differences between cutoffs, since the errors of one cutoff go up and down together (Cameron & Miller 2015).
Single huge errors count only in proportion, as in Huber's loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecasting.core import schema
from forecasting.core.arrays import FloatArray, mean_where, t_quantile

FEWEST_CUTOFFS = 3
"""Below so many cutoffs the chosen weight stays."""
WORTH_MOVING = 0.005
"""Share of the error that another weight for the whole file must save to be half believed: equal models keep the chosen weight."""
BROKEN = 1.5
"""A model whose error is so many times the other's, and larger at every cutoff, has no weight."""
ABSURD = 5.0
"""So has one that forecasts so many times too much, or too little, at every cutoff."""
NAIVE_SHARE = 0.5
"""Share of the seasonal naive forecast where it was the better one beyond noise."""
LOUDEST = 3.0
"""A series' evidence for the file, relative to its error, counts up to so many times the usual one."""
_SPIKE, _SLAB = 0.03, 0.30
_GRID = np.arange(81) / 80
_LEAST, _LEAST_ERROR = 1e-12, 1e-9


@dataclass(frozen=True, eq=False)
class Weights:
    """What the past says about n series.

    Args:
        chosen: Prophet's weight that a person chose, in [0, 1].
        whole: Prophet's weight that the whole file calls for.
        prophet: Prophet's weight beside the network, shape (n,), in [0, 1].
        naive: The seasonal naive forecast's share, shape (n,); 0 or `NAIVE_SHARE`.
        errors: Mean absolute error of each of `schema.MODELS` on the days that all forecast, in units, shape (3, n); NaN where none.
        cutoffs: Cutoffs at which both Prophet and the network can be judged, shape (n,).
        prophet_wins: Of them, those at which Prophet's error was the smaller one, shape (n,).
    """

    chosen: float
    whole: float
    prophet: FloatArray
    naive: FloatArray
    errors: FloatArray
    cutoffs: np.ndarray
    prophet_wins: np.ndarray


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Where both models forecast: D = Prophet - network, E = sold - network, 0 elsewhere; shape (K, n, h), and each series' mean error (n,)."""

    known: np.ndarray
    difference: FloatArray
    error: FloatArray
    unit: FloatArray

    def rest(self, weight: float) -> FloatArray:
        """What a blend with this weight misses."""
        return self.error - weight * self.difference

    def evidence(self, weight: float) -> tuple[FloatArray, FloatArray]:
        """Sums over days of D D and D E, each shape (K, n), errors above a series' mean error counting only in proportion."""
        trust = self.known / np.maximum(np.abs(self.rest(weight)), self.unit[:, None])
        return (trust * self.difference**2).sum(axis=2), (trust * self.difference * self.error).sum(axis=2)


def learn(y: FloatArray, yhat: Mapping[str, FloatArray], chosen: float) -> Weights:
    """The weights that past forecasts call for.

    Args:
        y: Sold at K past cutoffs, shape (K, n, h), in units; NaN where not known.
        yhat: Model name -> what it forecast, the same shape; all of `schema.MODELS`.
        chosen: Prophet's weight without evidence, in [0, 1].
    """
    prophet, lstm = yhat[schema.PROPHET], yhat[schema.LSTM]
    known = np.isfinite(y) & np.isfinite(prophet) & np.isfinite(lstm)
    sold, first, second = (np.where(known, values, 0.0) for values in (y, prophet, lstm))
    cutoffs = known.any(axis=2).sum(axis=0)
    first_errors, second_errors = (mean_where(np.abs(sold - values), known, axis=2) for values in (first, second))
    whole, weight = chosen, np.full(y.shape[1], chosen)
    if len(y) >= FEWEST_CUTOFFS and known.any():
        totals = [values.sum(axis=2) for values in (sold, first, second)]
        no_prophet = _worse(first_errors, second_errors) | _absurd(totals[0], totals[1], totals[2], known)
        no_lstm = _worse(second_errors, first_errors) | _absurd(totals[0], totals[2], totals[1], known)
        unit = np.fmax(mean_where(np.abs(sold - chosen * first - (1 - chosen) * second), known, axis=(0, 2)), _LEAST_ERROR)
        pairs = _Pairs(known, first - second, sold - second, unit)
        broken = (no_prophet ^ no_lstm) & (cutoffs >= FEWEST_CUTOFFS)
        whole = _of_file(pairs, ~broken, chosen)
        weight = np.where(cutoffs > 0, _of_series(pairs, whole), whole)
        weight[broken] = np.where(no_prophet, 0.0, 1.0)[broken]
    return Weights(
        chosen=chosen,
        whole=whole,
        prophet=weight,
        naive=_naive_share(y, yhat, weight),
        errors=_errors(y, yhat),
        cutoffs=cutoffs,
        prophet_wins=np.nansum(first_errors < second_errors, axis=0),
    )


def _of_file(pairs: _Pairs, sound: np.ndarray, chosen: float) -> float:
    """Prophet's weight for the whole file, from series for which both models are sound: large ones say more, since they are more of the total."""
    weight = chosen
    for _ in range(5):
        a, b = pairs.evidence(weight)
        voice = _voice(a.sum(axis=0), pairs.unit) * sound
        a, b = a @ voice, b @ voice
        if a.sum() <= _LEAST:
            return chosen
        weight = float(np.clip(b.sum() / a.sum(), -0.5, 1.5))
    _, spread = _estimate(a[:, None], b[:, None])
    prior = 0.5 * _bell(chosen, _SPIKE) + 0.5 * _bell(chosen, _SLAB)
    likelihood = _student(np.array([weight]), np.sqrt(spread / a.sum()), freedom=len(a) - 1)
    learned = float(_mean_of(likelihood * prior)[0])
    loss = [float(np.abs(pairs.rest(value)).sum(axis=(0, 2)) @ voice) for value in (chosen, learned)]
    saved = max(1.0 - loss[1] / loss[0], 0.0) if loss[0] > 0 else 0.0
    return chosen + (learned - chosen) * saved**2 / (saved**2 + WORTH_MOVING**2)


def _voice(evidence: FloatArray, unit: FloatArray) -> FloatArray:
    """How much of each series' evidence counts for the file, shape (n,): one on which the models differ absurdly must not speak for all."""
    reach = evidence / unit
    typical = float(np.median(reach[evidence > _LEAST])) if (evidence > _LEAST).any() else 1.0
    return np.minimum(1.0, LOUDEST * typical / np.maximum(reach, _LEAST))


def _of_series(pairs: _Pairs, whole: float) -> FloatArray:
    """Prophet's weight for each series, shape (n,); how many of them differ from the file is learned too (EM)."""
    a, b = (values / pairs.unit for values in pairs.evidence(whole))
    count, total = len(a), a.sum(axis=0)
    weight, spread = _estimate(a, b)
    seen = total > _LEAST
    if not seen.any():
        return np.full(len(total), whole)
    typical = float(np.exp(np.log(np.maximum(spread[seen], _LEAST)).mean()))
    spread = ((count - 1) * spread + 4 * typical) / (count + 3)
    likelihood = _student(weight, np.sqrt(spread / np.maximum(total, _LEAST)), freedom=count + 3)
    spike, slab = _bell(whole, _SPIKE), _bell(whole, _SLAB)
    moved = 0.15
    for _ in range(50):
        slabs, spikes = moved * (likelihood @ slab), (1 - moved) * (likelihood @ spike)
        share = slabs / np.maximum(slabs + spikes, 1e-300)
        moved = (share[seen].sum() + 2) / (seen.sum() + 20)
    return np.where(seen, _mean_of(likelihood * ((1 - moved) * spike + moved * slab)), whole)


def _estimate(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Least squares weight of columns of `a` and `b` (K, m), and its variance by differences between cutoffs times the sum of `a`."""
    total = np.maximum(a.sum(axis=0), _LEAST)
    weight = np.clip(b.sum(axis=0) / total, -0.5, 1.5)
    count = len(a)
    return weight, count / (count - 1) * ((b - a * weight) ** 2).sum(axis=0) / total


def _bell(centre: float, width: float) -> FloatArray:
    """A normal density on the grid, summing to 1."""
    density = np.exp(-0.5 * ((_GRID - centre) / width) ** 2)
    return density / density.sum()


def _student(weight: FloatArray, error: FloatArray, *, freedom: int) -> FloatArray:
    """Likelihood of each weight of the grid, shape (m, grid), largest 1."""
    z = (weight[:, None] - _GRID) / np.maximum(error, 1e-6)[:, None]
    log = -(freedom + 1) / 2 * np.log1p(z**2 / freedom)
    return np.exp(log - log.max(axis=1, keepdims=True))


def _mean_of(posterior: FloatArray) -> FloatArray:
    return posterior @ _GRID / posterior.sum(axis=1)


def _worse(one: FloatArray, other: FloatArray) -> np.ndarray:
    """Whose error is far larger over all, and larger at every cutoff; errors by cutoff, shape (K, n), NaN where not known."""
    return (np.nansum(one, axis=0) > BROKEN * np.nansum(other, axis=0)) & ~(one <= other).any(axis=0)


def _absurd(sold: FloatArray, one: FloatArray, other: FloatArray, known: np.ndarray) -> np.ndarray:
    """Who forecasts several times too much or too little at every cutoff, where the other does not; sums over days, shape (K, n)."""
    seen = known.any(axis=2) & (sold > 0)
    far, other_far = (((values > ABSURD * sold) | (values < sold / ABSURD) | ~seen).all(axis=0) for values in (one, other))
    return far & ~other_far & (seen.sum(axis=0) >= FEWEST_CUTOFFS)


def _naive_share(y: FloatArray, yhat: Mapping[str, FloatArray], prophet: FloatArray) -> FloatArray:
    """`NAIVE_SHARE` where the seasonal naive forecast beat the blend by more than chance explains (one-sided t test over cutoffs, 5 %)."""
    share = np.zeros(y.shape[1])
    first, second, naive = (yhat[name] for name in schema.MODELS)
    blend = np.where(np.isnan(first), second, np.where(np.isnan(second), first, prophet[:, None] * first + (1 - prophet[:, None]) * second))
    known = np.isfinite(y) & np.isfinite(blend) & np.isfinite(naive)
    gain = mean_where(np.abs(blend - y) - np.abs(naive - y), known, axis=2)
    count = np.isfinite(gain).sum(axis=0)
    enough = count >= FEWEST_CUTOFFS
    if not enough.any():
        return share
    gain = gain[:, enough]
    mean, spread = np.nanmean(gain, axis=0), np.nanstd(gain, axis=0, ddof=1)
    least = t_quantile(0.95, count[enough] - 1)
    share[enough] = NAIVE_SHARE * (mean * np.sqrt(count[enough]) > np.maximum(least * spread, _LEAST))
    return share


def _errors(y: FloatArray, yhat: Mapping[str, FloatArray]) -> FloatArray:
    values = [yhat[name] for name in schema.MODELS]
    known = np.isfinite(y) & np.isfinite(values).all(axis=0)
    return np.array([np.maximum(mean_where(np.abs(value - y), known, axis=(0, 2)), _LEAST_ERROR) for value in values])
