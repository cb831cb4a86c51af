"""Errors by the level of their forecast: skewed and lumpy where little is sold, nearly normal where much is."""

from __future__ import annotations

import numpy as np

from forecasting.core.arrays import FloatArray, midpoints

PAIRS_PER_BIN = 150
MAX_BINS = 8


def bin_levels(level: FloatArray, rest: FloatArray, count: int) -> tuple[FloatArray, FloatArray]:
    """Centres of `count` equally filled bins of the forecast level, and 400 quantiles of the errors in each."""
    seen = np.isfinite(rest)
    level, rest = level[seen], rest[seen]
    order = np.argsort(level)
    centres, quantiles = [], []
    for part in np.array_split(order, count):
        centres.append(level[part].mean())
        quantiles.append(np.quantile(rest[part], midpoints(400)))
    return np.array(centres), np.array(quantiles)
