"""Errors of the total of a set of series, and its quantiles from them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecasting.core.arrays import BoolArray, FloatArray, midpoints, moving_sum, nanmean, student_t
from forecasting.training.bands.residuals import Errors, known_days, total_errors, windowed


class TotalErrors(NamedTuple):
    """What n series sold together after K past cutoffs, and what was forecast: all that a total's quantiles need of single series' errors.

    Args:
        y: Units sold of the series that have both, shape (K, t); NaN on days on which none has.
        f: Units forecast, added up the same way.
        known: Which series have both on any day after a cutoff, shape (K, n).
    """

    y: FloatArray
    f: FloatArray
    known: BoolArray

    def without(self, cut: int) -> TotalErrors:
        """Those of all cutoffs except the one at position `cut`."""
        return TotalErrors(np.delete(self.y, cut, axis=0), np.delete(self.f, cut, axis=0), np.delete(self.known, cut, axis=0))


def totals_of(errors: Errors) -> TotalErrors:
    """The errors of the series added up."""
    known = known_days(errors)
    return TotalErrors(*total_errors(errors, known), np.asarray(known.any(axis=2)))


def total_quantiles(errors: Errors, f: FloatArray, probabilities: tuple[float, ...], *, window: int = 1) -> FloatArray:
    """Quantiles of the total of a set of series, from past errors of the same total; `quantiles_of_total` with the errors of its n series."""
    return quantiles_of_total(totals_of(errors), f, probabilities, window=window)


def quantiles_of_total(errors: TotalErrors, f: FloatArray, probabilities: tuple[float, ...], *, window: int = 1) -> FloatArray:
    """Quantiles of the total of a set of series, from past errors of the same total.

    Args:
        errors: Errors of the set's n series at past cutoffs, added up.
        f: Shape (n, h): their forecasts, in units; NaN counts as no sales.
        probabilities: q of them, each in (0, 1).
        window: Days that are added up.

    Returns:
        Shape (q, h - window + 1), in units, at least 0, never crossing; NaN where no error of such a window was seen. Where some series
        have no errors, widths are scaled up to the whole set.
    """
    ahead = moving_sum(np.nansum(f, axis=0)[None], window)[0]
    bands = np.full((len(probabilities), len(ahead)), np.nan)
    if window > errors.y.shape[1] or not len(errors.y):
        return bands
    y, g = (values[:, 0] for values in windowed(Errors(errors.y[:, None], errors.f[:, None]), window))
    if not np.isfinite(y).any():
        return bands
    covered = np.nansum(f[errors.known.any(axis=0)])
    reach = float(np.nansum(f) / covered) if covered > 0 else 1.0
    order = np.argsort(probabilities)
    floor = max(0.05 * float(np.nanmean(y)), 1e-9)
    z = _shifted_errors(y, g, floor)
    bands[order] = ahead + np.quantile(z, np.asarray(probabilities)[order])[:, None] * np.sqrt(np.maximum(ahead, floor)) * reach
    bands[order] = np.maximum.accumulate(np.maximum(bands[order], 0.0), axis=0)
    return bands


def _shifted_errors(y: FloatArray, f: FloatArray, floor: float) -> FloatArray:
    """Equally likely errors of a total relative to the root of its forecast; `y` and `f` of shape (K, t).

    The shift of a cutoff is a Student-t whose freedom is Satterthwaite's (1946) from the cutoffs' mean squares.
    """
    z = (y - f) / np.sqrt(np.maximum(f, floor))
    z = z[np.isfinite(z).any(axis=1)]
    count, t = z.shape
    shifts = nanmean(z, axis=1)
    squares = nanmean(z**2, axis=1)
    spread = squares.var(ddof=1) / count if count > 1 else 0.0
    freedom = float(np.clip(2 * squares.mean() ** 2 / spread if spread > 0 else count, count, count * t))
    shift = float(np.sqrt(np.mean(shifts**2))) * student_t(60, freedom)
    if t == 1:
        return shift
    rest = np.nanquantile(z - shifts[:, None], midpoints(60))
    return np.add.outer(shift, rest).ravel()
