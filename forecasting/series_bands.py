"""What the errors of single series say about their forecasts: a law for all, a scale for each, quantiles by level."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.panel import FloatArray
from forecasting.residuals import Errors, midpoints, nanmean, student_t, windowed

WINSOR = 0.99
PRIOR_COUNT = 2.0
"""Cutoffs' worth of the overall scale that each series' own scale starts with."""
PAIRS_PER_BIN = 150


@dataclass(frozen=True, eq=False)
class SeriesBands:
    """What the errors of n series say about any forecast of theirs. Built by `calibrate`.

    Args:
        window: Days that are added up, at least 1.
        power: Errors grow like forecast ** (power / 2); in [0, 2].
        scale: Error at a forecast of 1 unit, in units.
        floor: Forecasts below it count as this much, in units.
        slope: Growth of the mean error by one day ahead, as a share of its mean, at least 0.
        middle: Day ahead (index from 0) at which growth is 1.
        own: Shape (n,), each series' error relative to the law; 1 where nothing is known.
        levels: Shape (b,), log forecasts of the bins' centres, ascending.
        shift: Standard deviation of the shift common to a cutoff, relative to the law.
        freedom: Degrees of freedom of that shift.
        rest: Shape (b, 400), quantiles of the remaining relative errors in each bin.
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

    def of(self, rows: np.ndarray) -> SeriesBands:
        """Those of the series at these positions."""
        return replace(self, own=self.own[rows])

    def law(self, f: FloatArray) -> FloatArray:
        """Typical size of an error at forecasts `f`, in units."""
        size: FloatArray = self.scale * np.maximum(f, self.floor) ** (self.power / 2)
        return size

    def growth(self, steps: int) -> FloatArray:
        """Typical size of an error by day ahead relative to the middle of what was judged, shape (steps,)."""
        grown: FloatArray = np.maximum(1 + self.slope * (np.arange(steps) - self.middle), 0.05)
        return grown

    def quantiles(self, f: FloatArray, probabilities: tuple[float, ...]) -> FloatArray:
        """Quantiles of the sales behind forecasts.

        Args:
            f: Shape (n, t): forecasts (sums over `window` days), in units.
            probabilities: q of them, each in (0, 1).

        Returns:
            Shape (n, q, t), in units, at least 0, never crossing; NaN where `f` is.
        """
        order = np.argsort(probabilities)
        z = self._relative(np.asarray(probabilities)[order])
        where = np.log(np.maximum(f, self.floor))
        size = self.law(f) * self.growth(f.shape[1]) * self.own[:, None]
        made = np.empty((f.shape[0], len(order), f.shape[1]))
        for row, position in enumerate(order):
            made[:, position] = f + np.interp(where, self.levels, z[:, row]) * size
        made[:, order] = np.maximum.accumulate(np.maximum(made[:, order], 0.0), axis=1)
        return made

    def _relative(self, probabilities: FloatArray) -> FloatArray:
        """Quantiles of shift + rest in each bin, shape (b, q): the convolution of 30 with 400 equally likely values."""
        shift = self.shift * student_t(30, self.freedom)
        made = [np.quantile(np.add.outer(shift, rest), probabilities) for rest in self.rest]
        return np.array(made)


def calibrate(errors: Errors, *, window: int = 1) -> SeriesBands | None:
    """Learns how large the errors of single series are; None where no error of that window was seen.

    Args:
        errors: Of the served forecast at past cutoffs.
        window: Days that are added up.
    """
    count, _, t = errors.y.shape
    if count == 0 or window > t:
        return None
    y, f = windowed(errors, window)
    if not np.isfinite(y).any():
        return None
    power, scale, floor = _law(y - f, f)
    z = (y - f) / (scale * np.maximum(f, floor) ** (power / 2))
    slope, middle = _growth(z)
    z = z / np.maximum(1 + slope * (np.arange(z.shape[2]) - middle), 0.05)
    own, own_without = _own_scale(z)
    z = z / own_without[:, :, None]
    shifts = nanmean(nanmean(z, axis=2), axis=1)
    rest = z - shifts[:, None, None]
    levels, quantiles = _bins(np.log(np.maximum(f, floor)), rest, _bin_count(z, window))
    shift = float(np.sqrt(np.nanmean(shifts**2)))
    return SeriesBands(window, power, scale, floor, slope, middle, own, levels, shift, 2.0 * count, quantiles)


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
    kept = counts > 0
    mean_e2 = np.bincount(index, e2)[kept] / counts[kept]
    x = np.log(np.maximum(np.bincount(index, f)[kept] / counts[kept], floor))
    target, weight = np.log(np.maximum(mean_e2, 1e-12 * e2.max())), np.sqrt(counts[kept])
    centre = np.average(x, weights=weight)
    spread = np.average((x - centre) ** 2, weights=weight)
    slope = np.average((x - centre) * target, weights=weight) / spread if spread > 1e-12 else 0.0
    power = float(np.clip(slope, 0.0, 2.0))
    intercept = np.average(target - power * x, weights=weight)
    return power, float(np.exp(intercept / 2)), floor


def _growth(z: FloatArray) -> tuple[float, float]:
    """Slope of the mean |z| by day ahead relative to its mean (0 where it does not grow), and the middle day."""
    size = nanmean(np.abs(z).reshape(-1, z.shape[2]), axis=0)
    seen = np.isfinite(size)
    middle = (z.shape[2] - 1) / 2
    if seen.sum() < 2 or not size[seen].mean() > 0:
        return 0.0, middle
    slope = np.polyfit(np.flatnonzero(seen), size[seen], 1)[0] / size[seen].mean()
    return max(float(slope), 0.0), middle


def _own_scale(z: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Each series' size of |z| relative to all, shrunk by how well it repeats (empirical Bayes, Spearman-Brown from halves).

    Returns:
        Shape (n,) from all cutoffs, and shape (K, n) learned without each cutoff, so that errors are not judged by themselves.
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
    scale: FloatArray = np.log((sums + PRIOR_COUNT * overall) / ((counts + PRIOR_COUNT) * overall))
    return scale


def _correlation(a: FloatArray, b: FloatArray) -> float:
    if len(a) < 3 or a.std() == 0 or b.std() == 0:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def _bin_count(z: FloatArray, window: int) -> int:
    """Bins of the forecast level that the errors support, counted in independent windows."""
    pairs = np.isfinite(z).any(axis=2).sum() * max(z.shape[2] / window, 1.0)
    return int(np.clip(pairs // PAIRS_PER_BIN, 1, 8))


def _bins(level: FloatArray, rest: FloatArray, count: int) -> tuple[FloatArray, FloatArray]:
    """Centres of `count` equally filled bins of the forecast level, and 400 quantiles of the errors in each."""
    seen = np.isfinite(rest)
    level, rest = level[seen], rest[seen]
    order = np.argsort(level, kind="stable")
    centres, quantiles = [], []
    for part in np.array_split(order, count):
        centres.append(level[part].mean())
        quantiles.append(np.quantile(rest[part], midpoints(400)))
    return np.array(centres), np.array(quantiles)
