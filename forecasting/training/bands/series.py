"""Quantiles of single series from their past errors: a law for all series, a scale for each, quantiles by forecast level."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from forecasting.core.arrays import FloatArray, nanmean, student_t
from forecasting.core.engine import blocks
from forecasting.training.bands.law import Law, learn_growth, learn_law
from forecasting.training.bands.level_bins import MAX_BINS, PAIRS_PER_BIN, bin_levels
from forecasting.training.bands.own_scale import learn_own_scale
from forecasting.training.bands.past_sums import PastSums, past_sums
from forecasting.training.bands.residuals import Errors, cumulate
from forecasting.training.bands.shift import centre_of

_BLOCK_CELLS: Final = 30_000
"""Quantiles that are worked out at a time: as many as a processor has next to it."""


@dataclass(frozen=True, eq=False)
class SeriesBands:
    """The distribution of errors of n series, from which quantiles of any of their forecasts follow. Built by `calibrate`.

    Args:
        window: Days that are added up, at least 1.
        law: Typical size of an error, of all series.
        own: Shape (n,), each series' error relative to the law; 1 where it is unknown.
        levels: Shape (b,), log forecasts of the bins' centres, ascending.
        shift: Standard deviation of the shift common to a cutoff, relative to the law.
        freedom: Degrees of freedom of that shift.
        rest: Shape (b, 400), quantiles of the remaining relative errors in each bin.
        asked: Probabilities -> quantiles of relative errors in each bin, shape (b, q): a cache for all series.
    """

    window: int
    law: Law
    own: FloatArray
    levels: FloatArray
    shift: float
    freedom: float
    rest: FloatArray
    asked: dict[tuple[float, ...], FloatArray] = field(default_factory=dict, repr=False)

    def of(self, rows: np.ndarray) -> SeriesBands:
        """The bands of the series at these positions."""
        return replace(self, own=self.own[rows])

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
        where = np.log(np.maximum(f, self.law.floor))
        size = self._size(f, steps)
        bands = np.empty((f.shape[0], len(order), f.shape[1]))
        for some in blocks(len(f), max(1, _BLOCK_CELLS // max(len(order) * f.shape[1], 1))):
            values = interpolated(where[some], self.levels, z)
            values *= size[some][..., None]
            values += f[some][..., None]
            np.maximum(values, 0.0, out=values)
            np.maximum.accumulate(values, axis=2, out=values)
            bands[some][:, order] = np.moveaxis(values, 2, 1)
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
        where = np.log(np.maximum(f, self.law.floor))
        relative = np.empty(f.shape)
        for place in range(len(asked)):
            rows = which == place
            relative[rows] = np.interp(where[rows], self.levels, z[:, place])
        return np.maximum(f + relative * self._size(f, steps), 0.0)

    def _size(self, f: FloatArray, steps: np.ndarray | None) -> FloatArray:
        return self.law.size(f) * self.law.growth(np.arange(f.shape[1]) if steps is None else steps) * self.own[:, None]

    def _kept(self, probabilities: tuple[float, ...]) -> FloatArray:
        if probabilities not in self.asked:
            self.asked[probabilities] = self._relative(np.asarray(probabilities))
        return self.asked[probabilities]

    def _relative(self, probabilities: FloatArray) -> FloatArray:
        """Quantiles of shift + rest in each bin, shape (b, q): the convolution of 30 with 400 equally likely values."""
        shift = self.shift * student_t(30, self.freedom)
        values = [np.quantile(np.add.outer(shift, rest), probabilities) for rest in self.rest]
        return np.array(values)


def interpolated(x: FloatArray, places: FloatArray, curves: FloatArray) -> FloatArray:
    """Each of several curves at each x, between the places where they are known and level beyond; bit for bit as `np.interp` does it one by one.

    Args:
        x: Shape (n, t); NaN gives NaN.
        places: Shape (b,), ascending, at least one; of equal ones the last counts.
        curves: Shape (b, q).

    Returns:
        Shape (n, t, q).
    """
    last = len(places) - 1
    at = np.searchsorted(places, x, side="right") - 1
    from_ = np.clip(at, 0, max(last - 1, 0))
    if last:
        width = np.diff(places)[:, None]
        slopes = np.divide(np.diff(curves, axis=0), width, out=np.zeros((last, curves.shape[1])), where=width > 0)
        values = slopes[from_]
        values *= (x - places[from_])[..., None]
        values += curves[from_]
    else:
        values = np.empty((*x.shape, curves.shape[1]))
    values[at < 0] = curves[0]
    values[at >= last] = curves[-1]
    values[np.isnan(x)] = np.nan
    return values


def calibrate(errors: Errors, *, window: int = 1) -> SeriesBands | None:
    """Learns how large the errors of single series are; None where no error of that window was seen.

    Args:
        errors: Errors of the blend at past cutoffs.
        window: Days that are added up.
    """
    return learn_bands(past_sums(cumulate(errors), window)) if window <= errors.y.shape[2] else None


def learn_bands(of: PastSums) -> SeriesBands | None:
    """The bands of single series, learned from past sums; None if there are no sums."""
    y, f = of.errors
    if not np.isfinite(y).any():
        return None
    some = of.some
    law = learn_law((y - f)[:, :, some], f[:, :, some])
    z = (y - f) / law.size(f)
    law = law._replace(slope=learn_growth(z[:, :, some], of.starts[some]), middle=(of.steps - 1) / 2)
    z = z / law.growth(of.starts)
    own, own_without = learn_own_scale(z)
    z = z[:, :, some] / own_without[:, :, None]
    shifts = nanmean(nanmean(z, axis=2), axis=1)
    rest = z - shifts[:, None, None]
    pairs = np.isfinite(z).any(axis=2).sum() * max(of.steps / of.window, 1.0)
    levels, quantiles = bin_levels(np.log(np.maximum(f[:, :, some], law.floor)), rest, int(np.clip(pairs // PAIRS_PER_BIN, 1, MAX_BINS)))
    centre = centre_of(shifts[np.isfinite(shifts)])
    shift = float(np.sqrt(np.nanmean((shifts - centre) ** 2)))
    return SeriesBands(of.window, law, own, levels, shift, 2.0 * len(y), quantiles + centre)
