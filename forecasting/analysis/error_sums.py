"""Misses added up, by day ahead, cutoff or series, and the measures that come of them: added up first, divided last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from forecasting.analysis.backtest_bands import UNKNOWN, BacktestBands
from forecasting.core import schema
from forecasting.core.arrays import BoolArray, FloatArray, are_all, share

MEASURES = ("wape", "mase", "bias", "coverage_80", "width_80")
"""Error, bias and the width of the 80 % band are shares of sales, coverage one of days; MASE is below 1 where it beats the past's naive forecast."""


class ErrorSums(NamedTuple):
    """What misses add up to; all of one shape.

    Args:
        days: Days with sales and a forecast, which alone count.
        sold: Units sold on them.
        missed: Units by which forecasts were off.
        over: Forecast less sold, in units: below 0 where forecasts were too low. A bias is of sums: the blend's is that of what was expected.
        scaled: Missed, in units of MASE, on `scaled_days`.
        scaled_days: Days of series that have such a unit.
        held: Days inside the 80 % band, of `band_days`.
        band_days: Days that have a band.
        width: Units that the band is wide, on those days.
        band_sold: Units sold on those days.
    """

    days: FloatArray
    sold: FloatArray
    missed: FloatArray
    over: FloatArray
    scaled: FloatArray
    scaled_days: FloatArray
    held: FloatArray
    band_days: FloatArray
    width: FloatArray
    band_sold: FloatArray

    def added(self, axis: int) -> ErrorSums:
        """Added up along an axis."""
        return ErrorSums(*(values.sum(axis=axis) for values in self))

    def measures(self) -> dict[str, FloatArray]:
        """Each of `MEASURES`; NaN where it is not defined."""
        return {
            "wape": share(self.missed, self.sold),
            "mase": share(self.scaled, self.scaled_days),
            "bias": share(self.over, self.sold),
            "coverage_80": share(self.held, self.band_days),
            "width_80": share(self.width, self.band_sold),
        }


def add_up_errors(judged: BacktestBands, names: Sequence[str], rows: np.ndarray) -> dict[str, tuple[ErrorSums, ErrorSums]]:
    """What the blend and models missed of the series at `rows`: by cutoff and day ahead, shape (K, h), and by cutoff and series, shape (K, r).

    Args:
        judged: What they forecast, and what was sold.
        names: Of the models, or the blend's.
        rows: Positions of the series.
    """
    some = slice(None) if are_all(rows, len(judged.ensemble.panel)) else rows
    cutoffs = [_Cutoff(judged, cut, some) for cut in range(len(judged.cuts))]
    return {name: _together([cutoff.missed_by(name) for cutoff in cutoffs]) for name in names}


Pair = tuple[FloatArray, FloatArray]
"""Sums by day ahead, shape (h,), and by series, shape (r,)."""


class _Cutoff:
    """One cutoff of some series: what models share of its sums is added up once."""

    def __init__(self, judged: BacktestBands, cut: int, some: slice | np.ndarray) -> None:
        self._judged, self._cut, self._some = judged, cut, some
        self._y = judged.ensemble.past.y[cut][some]
        self._scale = judged.scale[cut][some][:, None]
        self._known: tuple[BoolArray, tuple[Pair, ...]] | None = None
        self._band: tuple[BoolArray, tuple[Pair, ...]] | None = None

    def missed_by(self, name: str) -> tuple[Pair, ...]:
        """The sums of `ErrorSums`, in its order."""
        y, f = self._y, self._of(self._judged.yhat[name])
        summed = self._of(self._judged.ensemble.expected_errors.f) if name == schema.BLEND else f
        held, width = self._of(self._judged.held(name)), self._of(self._judged.width(name))
        known, band = np.isfinite(y) & np.isfinite(f), held != UNKNOWN
        missed = np.where(known, np.abs(f - y), 0.0)
        days, sold, scaled_days = self._shared_days(known)
        band_days, band_sold = self._shared_band(band)
        over = _added(np.where(known, summed - y, 0.0))
        scaled = _added(np.where(known & np.isfinite(self._scale), missed / self._scale, 0.0))
        return days, sold, _added(missed), over, scaled, scaled_days, _added(held == 1), band_days, _added(np.where(band, width, 0.0)), band_sold

    def _of(self, values: np.ndarray) -> np.ndarray:
        return values[self._cut][self._some]

    def _shared_days(self, known: BoolArray) -> tuple[Pair, ...]:
        """Days, what was sold on them, and those that have a unit of MASE."""
        if self._known is None or not np.array_equal(self._known[0], known):
            scaled = known & np.isfinite(self._scale)
            self._known = known, (_added(known), _added(np.where(known, self._y, 0.0)), _added(scaled))
        return self._known[1]

    def _shared_band(self, band: BoolArray) -> tuple[Pair, ...]:
        """Days that have a band, and what was sold on them."""
        if self._band is None or not np.array_equal(self._band[0], band):
            self._band = band, (_added(band), _added(np.where(band, self._y, 0.0)))
        return self._band[1]


def _added(values: np.ndarray) -> Pair:
    return values.sum(axis=0, dtype=float), values.sum(axis=1, dtype=float)


def _together(cutoffs: list[tuple[Pair, ...]]) -> tuple[ErrorSums, ErrorSums]:
    """The sums of all cutoffs, by day ahead and by series."""
    by_step, by_series = (ErrorSums(*(np.array([pair[side] for pair in of]) for of in zip(*cutoffs, strict=True))) for side in (0, 1))
    return by_step, by_series
