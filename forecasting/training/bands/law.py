"""How large errors are at a forecast, and how they grow with the days ahead: one law for all series."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecasting.core.arrays import FloatArray, nanmean


class Law(NamedTuple):
    """Typical size of an error.

    Args:
        power: Errors grow like forecast ** (power / 2); in [0, 2].
        scale: Error at a forecast of 1 unit, in units.
        floor: Forecasts below it count as this much, in units.
        slope: Growth of the mean error by one day ahead, as a share of its mean, at least 0.
        middle: The day ahead (index from 0) at which growth is 1.
    """

    power: float
    scale: float
    floor: float
    slope: float = 0.0
    middle: float = 0.0

    def size(self, f: FloatArray) -> FloatArray:
        """Of an error at forecasts `f`, in units, at the middle of the judged days."""
        return self.scale * np.maximum(f, self.floor) ** (self.power / 2)

    def growth(self, steps: np.ndarray) -> FloatArray:
        """Of an error at these days ahead (from 0) relative to the middle of the judged days, shape (len(steps),)."""
        return np.maximum(1 + self.slope * (steps - self.middle), 0.05)


def learn_law(e: FloatArray, f: FloatArray) -> Law:
    """The law without growth, from errors and their forecasts: a regression over 20 quantile bins of forecasts."""
    seen = np.isfinite(e)
    e2, f = e[seen] ** 2, f[seen]
    e2 = np.minimum(e2, np.quantile(e2, 0.999))
    positive = f[f > 0]
    if not len(positive) or not e2.any():
        return Law(0.0, max(float(np.sqrt(e2.mean())), 1e-9), 1e-9)
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
    return Law(power, float(np.exp(intercept / 2)), floor)


def learn_growth(z: FloatArray, steps: np.ndarray) -> float:
    """Slope of the mean |z| by day ahead relative to its mean; 0 where it does not grow."""
    size = nanmean(np.abs(z).reshape(-1, z.shape[2]), axis=0)
    known = np.isfinite(size)
    if known.sum() < 2 or not size[known].mean() > 0:
        return 0.0
    return max(float(np.polyfit(steps[known], size[known], 1)[0] / size[known].mean()), 0.0)
