"""Misses added up, by day ahead, cutoff or series, and the measures that come of them: added up first, divided last."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecasting.analysis.backtest_bands import UNKNOWN, BacktestBands
from forecasting.core import schema
from forecasting.core.arrays import FloatArray, share

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


def add_up_errors(judged: BacktestBands, name: str, rows: np.ndarray) -> tuple[ErrorSums, ErrorSums]:
    """What a model (or the blend) missed of the series at `rows`: by cutoff and day ahead, shape (K, h), and by cutoff and series, shape (K, r)."""
    y, f = judged.ensemble.past.y[:, rows], judged.yhat[name][:, rows]
    summed = judged.ensemble.expected_errors.f[:, rows] if name == schema.BLEND else f
    known = np.isfinite(y) & np.isfinite(f)
    sold, over = np.where(known, y, 0.0), np.where(known, summed - y, 0.0)
    missed = np.where(known, np.abs(f - y), 0.0)
    scale = judged.scale[:, rows, None]
    scaled = known & np.isfinite(scale)
    held, width = judged.held[name][:, rows], judged.width[name][:, rows]
    band = held != UNKNOWN
    quantities = (
        known,
        sold,
        missed,
        over,
        np.where(scaled, missed / scale, 0.0),
        scaled,
        held == 1,
        band,
        np.where(band, width, 0.0),
        np.where(band, sold, 0.0),
    )
    by_step, by_series = (ErrorSums(*(values.sum(axis=axis, dtype=float) for values in quantities)) for axis in (1, 2))
    return by_step, by_series
