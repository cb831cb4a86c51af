"""What all series of a file did together on a day: taken out before single series are judged, so that one shift of everything is one alarm."""

from __future__ import annotations

import numpy as np

from forecasting.core.arrays import BoolArray, FloatArray, share

MIN_SERIES = 20
"""Series of a category from which it has a common part of its own, and of a file from which it has one at all."""
MIN_FACTOR, MAX_FACTOR = 0.05, 20.0


def blocks_of(category: np.ndarray | None, n: int) -> np.ndarray:
    """The block of each series, shape (n,): its category where that has enough series, else 0 for all others together; -1 in files of few series."""
    if n < MIN_SERIES:
        return np.full(n, -1)
    if category is None:
        return np.zeros(n, dtype=int)
    _, codes, counts = np.unique(category.astype(str), return_inverse=True, return_counts=True)
    large = counts >= MIN_SERIES
    return np.where(large[codes], np.cumsum(large)[codes], 0)


def factors(y: FloatArray, expected: FloatArray, blocks: np.ndarray, usable: BoolArray | None = None) -> FloatArray:
    """Sold against expected of each series' block on each day, shape (..., n, t); 1 where there is no block, or nothing was expected.

    Args:
        y: Units sold, shape (..., n, t); NaN where not known.
        expected: Units expected, of the same shape.
        blocks: Block of each series, shape (n,); -1 for none.
        usable: Series that count for block 0, shape (n,); all for None. A block that has none of its own takes that of all.
    """
    both = np.isfinite(y) & np.isfinite(expected)
    sold, planned = (np.where(both, values, 0.0) for values in (y, expected))
    result = np.ones(y.shape)
    for block in np.unique(blocks[blocks >= 0]):
        rows = blocks == block
        counted = rows if block or usable is None else usable
        if not counted.any():
            continue
        ratio = share(np.maximum(sold[..., counted, :].sum(axis=-2), 0.0), planned[..., counted, :].sum(axis=-2))
        result[..., rows, :] = np.clip(np.where(np.isfinite(ratio), ratio, 1.0), MIN_FACTOR, MAX_FACTOR)[..., None, :]
    return result
