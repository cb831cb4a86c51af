"""The weight of one forecast beside another that their past errors call for, shrunk to the chosen one.

Two questions are asked of the same errors. Of the whole file: is another weight than the chosen one better beyond noise, and by how much?
Of each series: does it differ from the file? Both get a prior of a spike (as expected) and a slab (anything), after George & McCulloch 1993, and
a likelihood whose spread comes from differences between cutoffs, since the errors of one cutoff go up and down together (Cameron & Miller 2015).
Single huge errors count only in proportion, as in Huber's loss: this is asked of a median. Of a mean squares are asked, all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.core.arrays import FloatArray, mean_where

FEWEST_CUTOFFS = 3
"""Below so many cutoffs the chosen weight stays."""
WORTH_MOVING = 0.005
"""Share of the error that another weight for the whole file must save to be half believed: equal models keep the chosen weight."""
BROKEN = 1.5
"""A model whose error is so many times the other's, and larger at every cutoff, has no weight."""
ABSURD = 5.0
"""So has one that forecasts so many times too much, or too little, at every cutoff."""
LOUDEST = 3.0
"""A series' evidence for the file, relative to its error, counts up to so many times the usual one."""
_SPIKE, _SLAB = 0.03, 0.30
_GRID = np.arange(81) / 80
MIN_ERROR = 1e-9
"""Units below which a mean error counts as this much, so that nothing is divided by 0."""
_LEAST = 1e-12


@dataclass(frozen=True, eq=False)
class Pair:
    """What the past says about two forecasts of n series.

    Args:
        whole: The first one's weight that the whole file calls for, in [0, 1].
        first: Its weight beside the second, shape (n,), in [0, 1].
    """

    whole: float
    first: FloatArray


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Where both models forecast: D = first - second, E = sold - second, 0 elsewhere; shape (K, n, h), and each series' mean error (n,)."""

    known: np.ndarray
    difference: FloatArray
    error: FloatArray
    unit: FloatArray
    squared: bool

    def rest(self, weight: float) -> FloatArray:
        """What a blend with this weight misses."""
        return self.error - weight * self.difference

    def evidence(self, weight: float) -> tuple[FloatArray, FloatArray]:
        """Sums over days of D D and D E, each shape (K, n); unless squares are asked, errors above a series' mean error count only in proportion."""
        size = np.zeros_like(self.error) if self.squared else np.abs(self.rest(weight))
        trust = self.known / np.maximum(size, self.unit[:, None])
        return (trust * self.difference**2).sum(axis=2), (trust * self.difference * self.error).sum(axis=2)

    def loss(self, weight: float) -> FloatArray:
        """What a blend with this weight misses of each series, in units, shape (n,)."""
        missed = np.abs(self.rest(weight))
        return np.asarray((missed**2 / self.unit[:, None] if self.squared else missed).sum(axis=(0, 2)))


def learn_pair(y: FloatArray, first: FloatArray, second: FloatArray, chosen: float, *, squared: bool = False) -> Pair:
    """The weight of one forecast beside another that the past calls for.

    Args:
        y: Sold at K past cutoffs, shape (K, n, h), in units; NaN where not known.
        first: What the one forecast, the same shape.
        second: What the other forecast.
        chosen: The first one's weight without evidence, in [0, 1].
        squared: Whether squares of errors shall be small, as a mean makes them, rather than errors.
    """
    known = np.isfinite(y) & np.isfinite(first) & np.isfinite(second)
    whole, weight = chosen, np.full(y.shape[1], chosen)
    if len(y) < FEWEST_CUTOFFS or not known.any():
        return Pair(whole, weight)
    sold, first, second = (np.where(known, values, 0.0) for values in (y, first, second))
    cutoffs = known.any(axis=2).sum(axis=0)
    first_errors, second_errors = (mean_where(np.abs(sold - values), known, axis=2) for values in (first, second))
    totals = [values.sum(axis=2) for values in (sold, first, second)]
    no_first = _worse(first_errors, second_errors) | _absurd(totals[0], totals[1], totals[2], known)
    no_second = _worse(second_errors, first_errors) | _absurd(totals[0], totals[2], totals[1], known)
    unit = np.fmax(mean_where(np.abs(sold - chosen * first - (1 - chosen) * second), known, axis=(0, 2)), MIN_ERROR)
    pairs = _Pairs(known, first - second, sold - second, unit, squared)
    broken = (no_first ^ no_second) & (cutoffs >= FEWEST_CUTOFFS)
    whole = _of_file(pairs, ~broken, chosen)
    weight = np.where(cutoffs > 0, _of_series(pairs, whole), whole)
    weight[broken] = np.where(no_first, 0.0, 1.0)[broken]
    return Pair(whole, weight)


def _of_file(pairs: _Pairs, sound: np.ndarray, chosen: float) -> float:
    """The first one's weight for the whole file, from series for which both are sound: large ones, more of the total, say more."""
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
    loss = [float(pairs.loss(value) @ voice) for value in (chosen, learned)]
    saved = max(1.0 - loss[1] / loss[0], 0.0) if loss[0] > 0 else 0.0
    return chosen + (learned - chosen) * saved**2 / (saved**2 + WORTH_MOVING**2)


def _voice(evidence: FloatArray, unit: FloatArray) -> FloatArray:
    """How much of each series' evidence counts for the file, shape (n,): one on which the models differ absurdly must not speak for all."""
    reach = evidence / unit
    typical = float(np.median(reach[evidence > _LEAST])) if (evidence > _LEAST).any() else 1.0
    return np.minimum(1.0, LOUDEST * typical / np.maximum(reach, _LEAST))


def _of_series(pairs: _Pairs, whole: float) -> FloatArray:
    """The first one's weight for each series, shape (n,); how many of them differ from the file is learned too (EM)."""
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
