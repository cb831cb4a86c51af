"""How large each series' errors are beside those of all series, as far as that repeats."""

from __future__ import annotations

import numpy as np

from forecasting.core.arrays import FloatArray

WINSOR = 0.99
PRIOR_COUNT = 2.0
"""Weight, in cutoffs, of the overall scale within each series' own scale."""


def learn_own_scale(z: FloatArray) -> tuple[FloatArray, FloatArray]:
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
