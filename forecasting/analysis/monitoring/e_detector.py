"""Has a series moved away from its forecast? A mixture over when and by how much, beside a version's own steady error.

Source: Shin, Ramdas & Rinaldo 2023 (e-detectors); thresholds by replay over past cutoffs, since the errors of one version hang together.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecasting.core.arrays import FloatArray, nanmean

SHIFTS = (0.5, 1.0, 2.0, 3.0)
"""Sizes of a change that are looked for, up and down, in standard deviations of a day."""
WINDOW = 90
"""Newest steps that a change may have begun in."""
MIN_SPREAD = 0.02
"""Standard deviation, at least, of a version's own mean error."""
TAIL = 0.05
"""Share of past paths beyond which their maxima are taken as exponential."""
MIN_PATHS = 120
"""Past paths below which only theory gives a threshold."""
MAX_PATHS = 3_000
BLOCK = 2_048


class Threshold(NamedTuple):
    """From where on the statistic is an alarm.

    Args:
        value: The threshold, of the logarithm.
        start: Where the tail of past maxima begins; NaN where only theory counts.
        excess: Their mean excess beyond it.
        paths: How many paths of a version's life a year has.
        runs: Steps a year, times series.
    """

    value: float
    start: float
    excess: float
    paths: float
    runs: float

    def years(self, statistic: FloatArray) -> FloatArray:
        """In how many years chance alone leads this far about once, in the whole file."""
        theory = np.exp(np.minimum(statistic, 50.0)) / self.runs
        if not np.isfinite(self.start):
            return theory
        replay = np.exp(np.minimum((statistic - self.start) / self.excess, 50.0)) / (TAIL * self.paths)
        return np.minimum(theory, replay)


def own_spread(paths: FloatArray) -> float:
    """Variance of a version's own mean score, shape (p, t) of past paths, beyond that of independent days; at least 0.02 squared."""
    means, count = nanmean(paths, axis=1), np.isfinite(paths).sum(axis=1)
    enough = count > 1
    if enough.sum() < 2:
        return MIN_SPREAD**2
    within = np.nanvar(paths[enough]) / count[enough].mean()
    return float(max(np.var(means[enough]) - within, MIN_SPREAD**2))


def statistics(scores: FloatArray, spread: float) -> tuple[FloatArray, np.ndarray]:
    """The logarithm of the e-detector at the last step, shape (n,), and the step with which the likeliest change began, shape (n,).

    Args:
        scores: Shape (n, t); NaN for a step that does not count.
        spread: As `own_spread` gives it.
    """
    older = max(scores.shape[1] - WINDOW, 0)
    scores = scores[:, older:]
    values, since = np.empty(len(scores)), np.empty(len(scores), dtype=int)
    for first in range(0, len(scores), BLOCK):
        part = slice(first, first + BLOCK)
        evidence = _evidence(*_running(scores[part]), scores.shape[1], spread)
        values[part], since[part] = _log_sum(evidence), evidence.argmax(axis=1)
    return values, since + older


def maxima(paths: FloatArray, spread: float) -> FloatArray:
    """The largest value of the statistic along each path, shape (p,), from paths of shape (p, t)."""
    total, count = _running(paths)
    largest = np.full(len(paths), -np.inf)
    for step in range(1, paths.shape[1] + 1):
        first = max(0, step - WINDOW)
        evidence = _evidence(total[:, first : step + 1], count[:, first : step + 1], step - first, spread)
        largest = np.maximum(largest, _log_sum(evidence))
    return largest


def learn_threshold(past: FloatArray, *, n: int, steps_a_year: float, alarms: float, spread: float) -> Threshold:
    """The larger of what past paths show and what theory asks for.

    Args:
        past: Scores at past cutoffs, shape (p, t), of all series or some of them.
        n: Series of the file.
        steps_a_year: Days, weeks or months of a year.
        alarms: False alarms a year that the file may have.
        spread: As `own_spread` gives it.
    """
    runs = steps_a_year * max(n, 1)
    theory = float(np.log(runs / alarms))
    life = max(past.shape[1], 1)
    paths = n * steps_a_year / life
    known = past[np.isfinite(past).sum(axis=1) >= life / 2]
    if len(known) < MIN_PATHS:
        return Threshold(theory, np.nan, np.nan, paths, runs)
    largest = maxima(known[:: max(1, len(known) // MAX_PATHS)].astype(np.float32), spread)
    start = float(np.quantile(largest, 1 - TAIL))
    excess = max(float((largest[largest > start] - start).mean()), 0.1)
    replay = start + excess * np.log(TAIL * paths / alarms)
    return Threshold(max(theory, float(replay)), start, excess, paths, runs)


def _running(scores: FloatArray) -> tuple[np.ndarray, np.ndarray]:
    """Running sums of scores and of steps that count, each with a 0 in front, shape (n, t + 1) of float32."""
    known = np.isfinite(scores)
    front = np.zeros((len(scores), 1), dtype=np.float32)
    sums = (np.cumsum(np.where(known, scores, 0.0), axis=1, dtype=np.float32), np.cumsum(known, axis=1, dtype=np.float32))
    total, count = (np.concatenate([front, values], axis=1) for values in sums)
    return total, count


def _evidence(total: np.ndarray, count: np.ndarray, steps: int, spread: float) -> np.ndarray:
    """Log likelihood ratio of a change after each of `steps` steps, mixed over its size, shape (n, steps); -inf after a step that does not count."""
    pull = spread / (1.0 + (count[:, -1:] - count[:, :1]) * spread)
    length = count[:, -1:] - count[:, :-1]
    moved = np.abs(total[:, -1:] - total[:, :-1] - pull * length * (total[:, -1:] - total[:, :1]))
    weight = length - pull * length**2
    ratios = [_log_cosh(shift * moved) - np.float32(shift**2 / 2) * weight for shift in SHIFTS]
    largest = np.maximum.reduce(ratios)
    mixed = largest + np.log(sum(np.exp(each - largest) for each in ratios) / np.float32(len(SHIFTS)))
    counts = count[:, 1:] > count[:, :-1]
    result: np.ndarray = np.where(counts, mixed, -np.inf)[:, -steps:]
    return result


def _log_cosh(x: np.ndarray) -> np.ndarray:
    """log of the mean of exp(x) and exp(-x), for x at least 0."""
    result: np.ndarray = x + np.log1p(np.exp(-2 * x)) - np.float32(np.log(2.0))
    return result


def _log_sum(evidence: np.ndarray) -> np.ndarray:
    largest = evidence.max(axis=1, keepdims=True)
    safe = np.where(np.isfinite(largest), largest, 0.0)
    total = np.exp(evidence - safe).sum(axis=1)
    result: np.ndarray = np.where(np.isfinite(largest[:, 0]), safe[:, 0] + np.log(np.maximum(total, 1e-30)), -np.inf)
    return result
