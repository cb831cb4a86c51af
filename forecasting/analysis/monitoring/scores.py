"""How unusual a day's sales are: the normal score of their place among past errors at a forecast like this, within +-3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from forecasting.analysis.monitoring import negative_binomial
from forecasting.core.arrays import BoolArray, FloatArray, midpoints, nanmean
from forecasting.training.bands.law import Law, learn_growth, learn_law
from forecasting.training.bands.own_scale import learn_own_scale
from forecasting.training.bands.residuals import Errors

MAX_SCORE = 3.0
SPARSE_UNITS = 10.0
"""Units a step below which a series is scored as a count."""
SPARSE = -1
"""In place of a bin: the series is scored as a count."""
ODD_SHARE = 0.02
"""Share of days with parts of units up to which a series counts as sold in whole ones."""
QUANTILES = 400
PAIRS_PER_BIN, MAX_BINS = 150, 8
MAX_ERRORS = 300_000
"""Errors from which the law and the bins are learned, about."""


@dataclass(frozen=True, eq=False)
class Scoring:
    """How errors of n series are scored, learned at past cutoffs.

    Args:
        law: Size of errors by forecast and days ahead.
        own: Each series' size of errors against those of series that sell as much, shape (n,).
        edges: Forecasts that part the bins, shape (b - 1,), in units.
        reference: Scaled past errors of each bin, each by a scale learned without its cutoff: quantiles in order, shape (b, q).
        dispersion: Of each series that is scored as a count, shape (n,); NaN for the others.
        spread: Standard deviation of its scores as a count, shape (n,); NaN for the others.
    """

    law: Law
    own: FloatArray
    edges: FloatArray
    reference: FloatArray
    dispersion: FloatArray
    spread: FloatArray

    @property
    def sparse(self) -> BoolArray:
        """Series that are scored as counts, shape (n,)."""
        return np.isfinite(self.dispersion)

    def scale(self, f: FloatArray, steps: np.ndarray) -> FloatArray:
        """What a day's error is divided by, shape (n, t), in units; of a sparse series its score, by the spread of such scores.

        Args:
            f: Forecasts of days, shape (n, t), in units.
            steps: Days ahead (from 0) of each column.
        """
        size = self.law.size(f) * self.law.growth(steps) * self.own[:, None]
        return np.where(self.sparse[:, None], self.spread[:, None], size)

    def bins(self, f: FloatArray) -> np.ndarray:
        """The bin of each day by its forecast, shape (n, t); -1 for sparse series."""
        return np.where(self.sparse[:, None], SPARSE, np.searchsorted(self.edges, f)).astype(np.int8)


class Yardstick(NamedTuple):
    """What days are scored by.

    Args:
        scale: As `Scoring.scale` gives it, shape (n, t).
        bins: As `Scoring.bins` gives them, shape (n, t).
        dispersion: Of each series that is scored as a count, shape (n,).
    """

    scale: FloatArray
    bins: np.ndarray
    dispersion: FloatArray


def scores(y: FloatArray, f: FloatArray, by: Yardstick, reference: FloatArray) -> FloatArray:
    """Normal scores of sales, within +-3; NaN where sales or the forecast are not known.

    Args:
        y: Units sold, shape (n, t).
        f: Units forecast, with what is common to all taken in.
        by: What they are scored by.
        reference: Past errors of each bin, shape (b, q).
    """
    from scipy.special import ndtri

    scale, bins, dispersion = by
    place = np.full(y.shape, np.nan)
    known = np.isfinite(y) & np.isfinite(f)
    z = (y - f) / np.where(scale > 0, scale, np.nan)
    for level, past in enumerate(reference):
        where = known & (bins == level)
        values = z[where]
        ranks = np.searchsorted(past, values, side="left") + np.searchsorted(past, values, side="right")
        place[where] = np.where(np.isfinite(values), (ranks + 1) / (2 * len(past) + 2), np.nan)
    dense = np.clip(ndtri(place), -MAX_SCORE, MAX_SCORE)
    rows = (bins == SPARSE).any(axis=1)
    if not rows.any():
        return dense
    counts = ndtri(np.clip(negative_binomial.mid_rank(y[rows], f[rows], dispersion[rows, None]), 1e-4, 1 - 1e-4)) / scale[rows]
    dense[rows] = np.where(bins[rows] == SPARSE, np.clip(counts, -MAX_SCORE, MAX_SCORE), dense[rows])
    return dense


def learn_scoring(line: Errors, expected: Errors, factor: FloatArray) -> tuple[Scoring, FloatArray] | None:
    """How to score days, and the scores of the past ones, each by what the other cutoffs say; None without past errors.

    Args:
        line: Of single days at past cutoffs.
        expected: The same of what was expected: sparse series are judged by their mean.
        factor: What was common to all, shape (K, n, t).

    Returns:
        The scoring, and scores of shape (K, n, t).
    """
    from scipy.special import ndtri

    y = line.y
    mean = expected.f * factor
    sparse = _are_sparse(y, expected.f)
    f = np.where(sparse[:, None], mean, line.f * factor)
    if not np.isfinite(y - f).any():
        return None
    some = slice(None, None, max(1, y.size // MAX_ERRORS))
    law = learn_law((y - f)[:, some], f[:, some])
    z = (y - f) / law.size(f)
    law = law._replace(slope=learn_growth(z[:, some], np.arange(y.shape[2])), middle=(y.shape[2] - 1) / 2)
    z = z / law.growth(np.arange(y.shape[2]))
    own, own_without = learn_own_scale(z)
    z = z / own_without[:, :, None]
    z[:, sparse] = np.nan
    edges, reference, without = _references(z, f)
    n = len(own)
    dispersion, spread = np.full(n, np.nan), np.full(n, np.nan)
    scored = np.full(y.shape, np.nan)
    bins = np.searchsorted(edges, f).astype(np.int8)
    ones = np.ones(f.shape[1:])
    for cut in range(len(y)):
        scored[cut] = scores(z[cut], np.zeros_like(ones), Yardstick(ones, bins[cut], dispersion), without[cut])
    if sparse.any():
        flat_y, flat_mean = (values[:, sparse].swapaxes(0, 1).reshape(int(sparse.sum()), -1) for values in (y, mean))
        dispersion[sparse] = negative_binomial.dispersions(flat_y, flat_mean)
        place = negative_binomial.mid_rank(flat_y, flat_mean, dispersion[sparse, None])
        raw = ndtri(np.clip(place, 1e-4, 1 - 1e-4))
        spread[sparse] = _spread(raw)
        raw = np.clip(raw / spread[sparse, None], -MAX_SCORE, MAX_SCORE)
        scored[:, sparse] = raw.reshape(len(raw), len(y), -1).swapaxes(0, 1)
    return Scoring(law, own, edges, reference, dispersion, spread), scored


def _are_sparse(y: FloatArray, expected: FloatArray) -> BoolArray:
    """Series that sell few, and whole, units; shape (n,)."""
    known = np.isfinite(y)
    odd = (known & (y % 1 != 0)).sum(axis=(0, 2))
    mean = nanmean(np.where(known, expected, np.nan), axis=(0, 2))
    return np.asarray((mean < SPARSE_UNITS) & (odd <= ODD_SHARE * known.sum(axis=(0, 2))))


def _spread(raw: FloatArray, prior: float = 60.0) -> FloatArray:
    """Root mean square of each row's scores, steadied towards that of all; shape (n,)."""
    known = np.isfinite(raw)
    squares, counts = np.where(known, raw**2, 0.0).sum(axis=1), known.sum(axis=1)
    pooled = squares.sum() / max(counts.sum(), 1)
    return np.maximum(np.sqrt((squares + prior * pooled) / (counts + prior)), 0.05)


def _references(z: FloatArray, f: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Edges of the bins, quantiles of each bin (b, q), and those from all cutoffs but one (K, b, q)."""
    some = slice(None, None, max(1, z.size // MAX_ERRORS))
    z, f = z[:, some], f[:, some]
    seen = np.isfinite(z)
    if not seen.any():
        return np.empty(0), np.zeros((1, QUANTILES)), np.zeros((len(z), 1, QUANTILES))
    pairs = int(seen.any(axis=2).sum())
    count = int(np.clip(pairs // PAIRS_PER_BIN, 1, MAX_BINS))
    edges = np.unique(np.quantile(f[seen], np.arange(1, count) / count))
    bins = np.searchsorted(edges, f)
    everything = np.array([_quantiles(z, seen & (bins == level), seen) for level in range(len(edges) + 1)])
    others = []
    for cut in range(len(z)):
        rest = seen & (np.arange(len(z)) != cut)[:, None, None] if len(z) > 1 else seen
        others.append([_quantiles(z, rest & (bins == level), rest) for level in range(len(edges) + 1)])
    return edges, everything, np.array(others)


def _quantiles(z: FloatArray, where: BoolArray, otherwise: BoolArray) -> FloatArray:
    values = z[where] if where.sum() >= QUANTILES / 10 else z[otherwise]
    return np.quantile(values, midpoints(QUANTILES))
