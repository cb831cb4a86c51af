"""Quantiles of single series from their past errors: a law for all series, a scale for each, quantiles by forecast level."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from forecasting.core.arrays import FloatArray, midpoints, nanmean, student_t
from forecasting.training.bands.residuals import Errors, RunningSums, cumulate, errors_without_cutoff, window_sums

WINSOR = 0.99
PRIOR_COUNT = 2.0
"""Weight, in cutoffs, of the overall scale within each series' own scale."""
PAIRS_PER_BIN = 150
MIN_STANDARD_ERRORS = 2.0
"""Standard errors that the mean error of past cutoffs must exceed to move the middle of the bands; only the excess (in squares) does."""
OWN_SUMS, LAW_SUMS = 1_000_000, 300_000
"""Past sums at most from which each series' own scale, and the law of all series, are learned."""


@dataclass(frozen=True, eq=False)
class SeriesBands:
    """The distribution of errors of n series, from which quantiles of any of their forecasts follow. Built by `calibrate`.

    Args:
        window: Days that are added up, at least 1.
        power: Errors grow like forecast ** (power / 2); in [0, 2].
        scale: Error at a forecast of 1 unit, in units.
        floor: Forecasts below it count as this much, in units.
        slope: Growth of the mean error by one day ahead, as a share of its mean, at least 0.
        middle: The day ahead (index from 0) at which growth is 1.
        own: Shape (n,), each series' error relative to the law; 1 where it is unknown.
        levels: Shape (b,), log forecasts of the bins' centres, ascending.
        shift: Standard deviation of the shift common to a cutoff, relative to the law.
        freedom: Degrees of freedom of that shift.
        rest: Shape (b, 400), quantiles of the remaining relative errors in each bin.
        asked: Probabilities -> quantiles of relative errors in each bin, shape (b, q): a cache for all series.
    """

    window: int
    power: float
    scale: float
    floor: float
    slope: float
    middle: float
    own: FloatArray
    levels: FloatArray
    shift: float
    freedom: float
    rest: FloatArray
    asked: dict[tuple[float, ...], FloatArray] = field(default_factory=dict, repr=False)

    def of(self, rows: np.ndarray) -> SeriesBands:
        """The bands of the series at these positions."""
        return replace(self, own=self.own[rows])

    def law(self, f: FloatArray) -> FloatArray:
        """Typical size of an error at forecasts `f`, in units."""
        return self.scale * np.maximum(f, self.floor) ** (self.power / 2)

    def growth(self, steps: np.ndarray) -> FloatArray:
        """Typical size of an error at these days ahead (from 0) relative to the middle of the judged days, shape (len(steps),)."""
        return np.maximum(1 + self.slope * (steps - self.middle), 0.05)

    def quantiles(self, f: FloatArray, probabilities: tuple[float, ...], *, steps: np.ndarray | None = None) -> FloatArray:
        """Quantiles of the sales behind forecasts.

        Args:
            f: Shape (n, t): forecasts (sums over `window` days), in units.
            probabilities: q of them, each in (0, 1).
            steps: Days ahead on which the forecasts start, from 0, shape (t,); None for 0, 1, ...

        Returns:
            Shape (n, q, t), in units, at least 0, never crossing; NaN where `f` is.
        """
        order = np.argsort(probabilities)
        z = self._kept(tuple(sorted(probabilities)))
        where = np.log(np.maximum(f, self.floor))
        size = self._size(f, steps)
        bands = np.empty((f.shape[0], len(order), f.shape[1]))
        for row, position in enumerate(order):
            bands[:, position] = f + np.interp(where, self.levels, z[:, row]) * size
        bands[:, order] = np.maximum.accumulate(np.maximum(bands[:, order], 0.0), axis=1)
        return bands

    def levels_at(self, f: FloatArray, p: FloatArray, *, steps: np.ndarray | None = None) -> FloatArray:
        """A quantile of the sales behind forecasts, with a probability of its own for each series.

        Args:
            f: Shape (n, t): forecasts (sums over `window` days), in units.
            p: Shape (n,), each in (0, 1); rounded to thousandths.
            steps: As for `quantiles`.

        Returns:
            Shape (n, t), in units, at least 0.
        """
        asked, which = np.unique(np.clip(np.round(p, 3), 0.001, 0.999), return_inverse=True)
        z = self._relative(asked)
        where = np.log(np.maximum(f, self.floor))
        relative = np.empty(f.shape)
        for place in range(len(asked)):
            rows = which == place
            relative[rows] = np.interp(where[rows], self.levels, z[:, place])
        return np.maximum(f + relative * self._size(f, steps), 0.0)

    def _size(self, f: FloatArray, steps: np.ndarray | None) -> FloatArray:
        return self.law(f) * self.growth(np.arange(f.shape[1]) if steps is None else steps) * self.own[:, None]

    def _kept(self, probabilities: tuple[float, ...]) -> FloatArray:
        if probabilities not in self.asked:
            self.asked[probabilities] = self._relative(np.asarray(probabilities))
        return self.asked[probabilities]

    def _relative(self, probabilities: FloatArray) -> FloatArray:
        """Quantiles of shift + rest in each bin, shape (b, q): the convolution of 30 with 400 equally likely values."""
        shift = self.shift * student_t(30, self.freedom)
        values = [np.quantile(np.add.outer(shift, rest), probabilities) for rest in self.rest]
        return np.array(values)


def calibrate(errors: Errors, *, window: int = 1) -> SeriesBands | None:
    """Learns how large the errors of single series are; None where no error of that window was seen.

    Args:
        errors: Errors of the blend at past cutoffs.
        window: Days that are added up.
    """
    return learn_bands(past_sums(cumulate(errors), window)) if window <= errors.y.shape[2] else None


class PastSums(NamedTuple):
    """Sums over a window at past cutoffs, of the windows that start on every `stride`-th of `steps` days."""

    errors: Errors
    window: int
    stride: int
    steps: int

    def without(self, cut: int) -> PastSums:
        """The sums of all cutoffs except the one at position `cut`."""
        return self._replace(errors=errors_without_cutoff(self.errors, cut))


def past_sums(cumulated: RunningSums, window: int) -> PastSums:
    """The sums to learn from: all, or in a large file a part of them, since windows that overlap have nearly the same errors.

    Args:
        cumulated: Errors at past cutoffs, added up.
        window: Days that are added up, at most the number of judged days.
    """
    count, n, t = cumulated.y.shape
    stride = _stride(count * n, t - window, OWN_SUMS)
    return PastSums(window_sums(cumulated, window, stride), window, stride, t - window)


def learn_bands(of: PastSums) -> SeriesBands | None:
    """The bands of single series, learned from past sums; None if there are no sums."""
    y, f = of.errors
    if not np.isfinite(y).any():
        return None
    count, n, t = y.shape
    window, steps = of.window, of.stride * np.arange(t)
    some = slice(None, None, _stride(count * n, t, LAW_SUMS))
    power, scale, floor = _law((y - f)[:, :, some], f[:, :, some])
    z = (y - f) / (scale * np.maximum(f, floor) ** (power / 2))
    middle = (of.steps - 1) / 2
    slope = _growth(z[:, :, some], steps[some])
    z = z / np.maximum(1 + slope * (steps - middle), 0.05)
    own, own_without = _own_scale(z)
    z = z[:, :, some] / own_without[:, :, None]
    shifts = nanmean(nanmean(z, axis=2), axis=1)
    rest = z - shifts[:, None, None]
    pairs = np.isfinite(z).any(axis=2).sum() * max(of.steps / window, 1.0)
    levels, quantiles = _bins(np.log(np.maximum(f[:, :, some], floor)), rest, int(np.clip(pairs // PAIRS_PER_BIN, 1, 8)))
    centre = _centre(shifts[np.isfinite(shifts)])
    shift = float(np.sqrt(np.nanmean((shifts - centre) ** 2)))
    return SeriesBands(window, power, scale, floor, slope, middle, own, levels, shift, 2.0 * count, quantiles + centre)


def _centre(shifts: FloatArray) -> float:
    """The centre of the shifts of cutoffs: 0 unless they agree far beyond chance (James & Stein, positive part).

    The mean error of a few cutoffs mostly does not last. But forecasts of sales on few days are near their median, which lies far below the
    mean in the same way at every cutoff.
    """
    if len(shifts) < 2:
        return 0.0
    mean, noise = float(shifts.mean()), float(shifts.var(ddof=1)) / len(shifts)
    return mean * max(0.0, 1 - MIN_STANDARD_ERRORS**2 * noise / mean**2) if mean else 0.0


def _stride(pairs: int, steps: int, most: int) -> int:
    """The stride over `steps` that leaves about `most` sums at most, for this many pairs of series and cutoff."""
    return max(1, min(steps, -(-pairs * steps // most)))


def _law(e: FloatArray, f: FloatArray) -> tuple[float, float, float]:
    """Power, scale and floor of |error| = scale * max(forecast, floor) ** (power / 2), by regression over 20 quantile bins of forecasts."""
    seen = np.isfinite(e)
    e2, f = e[seen] ** 2, f[seen]
    e2 = np.minimum(e2, np.quantile(e2, 0.999))
    positive = f[f > 0]
    if not len(positive) or not e2.any():
        return 0.0, max(float(np.sqrt(e2.mean())), 1e-9), 1e-9
    floor = max(float(positive.min()), 0.02 * float(f.mean()))
    edges = np.unique(np.quantile(f, np.linspace(0, 1, 21)))
    index = np.clip(np.searchsorted(edges, f, side="right") - 1, 0, max(len(edges) - 2, 0))
    counts = np.bincount(index)
    filled = counts > 0
    mean_e2 = np.bincount(index, e2)[filled] / counts[filled]
    x = np.log(np.maximum(np.bincount(index, f)[filled] / counts[filled], floor))
    target, weight = np.log(np.maximum(mean_e2, 1e-12 * e2.max())), np.sqrt(counts[filled])
    centre = np.average(x, weights=weight)
    spread = np.average((x - centre) ** 2, weights=weight)
    slope = np.average((x - centre) * target, weights=weight) / spread if spread > 1e-12 else 0.0
    power = float(np.clip(slope, 0.0, 2.0))
    intercept = np.average(target - power * x, weights=weight)
    return power, float(np.exp(intercept / 2)), floor


def _growth(z: FloatArray, steps: np.ndarray) -> float:
    """Slope of the mean |z| by day ahead relative to its mean; 0 where it does not grow."""
    size = nanmean(np.abs(z).reshape(-1, z.shape[2]), axis=0)
    known = np.isfinite(size)
    if known.sum() < 2 or not size[known].mean() > 0:
        return 0.0
    return max(float(np.polyfit(steps[known], size[known], 1)[0] / size[known].mean()), 0.0)


def _own_scale(z: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Each series' size of |z| relative to all series, shrunk by how well it repeats (empirical Bayes, Spearman-Brown from halves).

    Returns:
        Shape (n,) from all cutoffs, and shape (K, n) learned without each cutoff, so that no error is judged by itself.
    """
    count = z.shape[0]
    seen = np.isfinite(z)
    a = np.where(seen, np.minimum(np.abs(z), np.quantile(np.abs(z[seen]), WINSOR)), 0.0)
    sums, counts = a.sum(axis=2), seen.sum(axis=2).astype(float)
    overall = max(sums.sum() / counts.sum(), 1e-12)
    reliability = 0.3
    if count >= 2:
        even, odd = (_log_scale(sums[half::2].sum(axis=0), counts[half::2].sum(axis=0), overall) for half in (0, 1))
        both = (counts[0::2].sum(axis=0) > 0) & (counts[1::2].sum(axis=0) > 0)
        reliability = _correlation(even[both], odd[both])
    reliability = float(np.clip(reliability, 1e-6, 0.999))
    pull = (1 - reliability) / reliability * count / 2
    own = np.exp(count / (count + pull) * _log_scale(sums.sum(axis=0), counts.sum(axis=0), overall))
    rest = max(count - 1, 0)
    without = _log_scale(sums.sum(axis=0) - sums, counts.sum(axis=0) - counts, overall)
    return own, np.exp(rest / (rest + pull) * without)


def _log_scale(sums: FloatArray, counts: FloatArray, overall: float) -> FloatArray:
    return np.log((sums + PRIOR_COUNT * overall) / ((counts + PRIOR_COUNT) * overall))


def _correlation(a: FloatArray, b: FloatArray) -> float:
    if len(a) < 3 or a.std() == 0 or b.std() == 0:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def _bins(level: FloatArray, rest: FloatArray, count: int) -> tuple[FloatArray, FloatArray]:
    """Centres of `count` equally filled bins of the forecast level, and 400 quantiles of the errors in each."""
    seen = np.isfinite(rest)
    level, rest = level[seen], rest[seen]
    order = np.argsort(level)
    centres, quantiles = [], []
    for part in np.array_split(order, count):
        centres.append(level[part].mean())
        quantiles.append(np.quantile(rest[part], midpoints(400)))
    return np.array(centres), np.array(quantiles)
