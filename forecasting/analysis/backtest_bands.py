"""The bands that past forecasts would have had, held against what was sold; they take seconds to make, so a version keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pyarrow import parquet

from forecasting.core import schema
from forecasting.core.arrays import FloatArray, added_up, share
from forecasting.core.panel import Panel
from forecasting.training.bands import quantiles
from forecasting.training.bands.quantiles import Errors
from forecasting.training.ensemble import Ensemble
from forecasting.training.number_columns import NumberColumns

FILE = "judged.parquet"
LEVELS = (0.50, 0.60, 0.70, 0.80, 0.90, 0.95)
"""Promises that are judged, ascending."""
PROMISED = LEVELS.index(schema.LEVELS[0])
PROBABILITIES = tuple(quantile for level in LEVELS for quantile in ((1 - level) / 2, (1 + level) / 2))
"""Quantiles that are the lower and the upper limit of each level in turn."""
WINDOWS = {"day": 7, "week": 4, "month": 3}
"""Steps whose sums are judged too, by the period's name."""
LIMITS = [2 * LEVELS.index(level) + side for level in schema.LEVELS for side in (0, 1)]
"""Where the limits of `schema.BANDS` stand in `PROBABILITIES`."""
UNKNOWN = -1
_MISSED, _MISSED_SUMS, _HELD, _WIDTH = "missed", "missed_sums", "_held", "_width"

Counts = np.ndarray[tuple[int, ...], np.dtype[np.int8]]
SmallFloats = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


@dataclass(frozen=True, eq=False)
class BacktestBands:
    """An ensemble's backtest, and its bands of past cutoffs, each learned from the other cutoffs; never changes.

    Args:
        ensemble: Whose.
        columns: Its columns in `FILE`, by their names there, of shape (K, n, h) each: those that nobody asks for need not be read.
    """

    ensemble: Ensemble
    columns: Mapping[str, Any]

    @property
    def missed(self) -> Counts:
        """By how many of the bands of `LEVELS` what was sold was missed, of the blend; -1 where that is not known.

        Bands lie inside each other, so that level i held it if at most i did not.
        """
        return np.asarray(self.columns[_MISSED])

    @property
    def missed_sums(self) -> Counts:
        """The same of sums over `window` days from this one on, of what was expected."""
        return np.asarray(self.columns[_MISSED_SUMS])

    def held(self, name: str) -> Counts:
        """Whether the 80 % band of the blend or of a model held what was sold: 1, 0, or -1 where that is not known."""
        return np.asarray(self.columns[f"{name}{_HELD}"])

    def width(self, name: str) -> SmallFloats:
        """The width of that band in units; NaN where there is none."""
        return np.asarray(self.columns[f"{name}{_WIDTH}"])

    def limit(self, name: str) -> SmallFloats:
        """One of `schema.BANDS` of the blend, in units."""
        return np.asarray(self.columns[name])

    @property
    def window(self) -> int:
        """Days (weeks, months) whose sums are judged."""
        return WINDOWS[self.ensemble.panel.period.name]

    @cached_property
    def yhat(self) -> Mapping[str, FloatArray]:
        """Blend and each model -> what it forecast, shape (K, n, h)."""
        return filled(self.ensemble)

    @cached_property
    def cuts(self) -> np.ndarray:
        """Days known at each cutoff, shape (K,)."""
        return self.ensemble.panel.dates.get_indexer(self.ensemble.past.cutoffs) + 1

    @cached_property
    def scale(self) -> FloatArray:
        """What MASE divides by: the mean change from season to season before each cutoff, shape (K, n), in units; NaN where it is 0 or not known."""
        return naive_scale(self.ensemble.panel, self.cuts)

    @cached_property
    def own(self) -> FloatArray | None:
        """How large each series' errors are against those of series that sell as much, shape (n,); None where there are no errors."""
        learned = quantiles.calibrate(self.ensemble.errors) if self.ensemble.apart.any() else self.ensemble.calibrated(1)
        return None if learned is None else learned.own


def filled(ensemble: Ensemble) -> dict[str, FloatArray]:
    """Blend and each model -> what it forecast at past cutoffs; where a model had no forecast the blend stands in, so that all are judged alike."""
    past = ensemble.past.yhat
    return {name: np.where(np.isnan(past[name]), past[schema.BLEND], past[name]) for name in (schema.BLEND, *ensemble.names)}


def naive_scale(panel: Panel, cuts: np.ndarray) -> FloatArray:
    """Mean absolute change of each series' sales from one season to the next, in the first `cuts` days, shape (K, n); NaN for 0 or no change known.

    Source: Hyndman & Koehler 2006.
    """
    season = panel.period.cycle
    change = np.abs(panel.sales[:, season:] - panel.sales[:, :-season])
    known = np.isfinite(change)
    last = np.maximum(cuts - season, 0)
    total, count = (added_up(values)[:, last].T for values in (np.where(known, change, 0.0), known))
    return share(np.where(total > 0, total, np.nan), count)


def bands_of_past(ensemble: Ensemble) -> BacktestBands:
    """Makes the bands of every cutoff from the other cutoffs, the models' from their own errors in the same way as the blend's."""
    y, yhat = ensemble.past.y, filled(ensemble)
    limits = quantiles.past_quantiles(ensemble.errors, PROBABILITIES, occasions=ensemble.occasions)
    eighty = {schema.BLEND: limits[2 * PROMISED : 2 * PROMISED + 2]}
    eighty |= {name: quantiles.past_quantiles(Errors(y, yhat[name]), schema.QUANTILES[:2], occasions=ensemble.occasions) for name in ensemble.names}
    columns: dict[str, Any] = {_MISSED: _missed(y, limits)}
    columns |= {_MISSED_SUMS: _missed_sums(ensemble.expected_errors, WINDOWS[ensemble.panel.period.name])}
    for name, pair in eighty.items():
        columns |= {f"{name}{_HELD}": _held(y, pair), f"{name}{_WIDTH}": (pair[1] - pair[0]).astype(np.float32)}
    columns |= dict(zip(schema.BANDS, limits[LIMITS].astype(np.float32), strict=True))
    return BacktestBands(ensemble, columns)


def _missed(y: FloatArray, limits: FloatArray) -> Counts:
    """How many bands do not hold `y`; `limits` holds the lower and the upper limit of one band after the other."""
    count = np.zeros(y.shape, dtype=np.int8)
    for lower, upper in zip(limits[0::2], limits[1::2], strict=True):
        count += (y < lower) | (y > upper)
    count[~(np.isfinite(y) & np.isfinite(limits).all(axis=0))] = UNKNOWN
    return count


def _held(y: FloatArray, pair: FloatArray) -> Counts:
    missed = _missed(y, pair)
    return np.where(missed == UNKNOWN, missed, 1 - missed).astype(np.int8)


def _missed_sums(errors: Errors, window: int) -> Counts:
    missed = np.full(errors.y.shape, UNKNOWN, dtype=np.int8)
    if window <= errors.y.shape[2]:
        sold, _ = quantiles.windowed(errors, window)
        missed[:, :, : sold.shape[2]] = _missed(sold, quantiles.past_quantiles(errors, PROBABILITIES, window=window))
    return missed


def save(judged: BacktestBands, folder: Path) -> None:
    """Writes all that cannot be read from the ensemble."""
    pd.DataFrame({name: values.ravel() for name, values in judged.columns.items()}).to_parquet(folder / FILE, index=False)


def load(folder: Path, ensemble: Ensemble) -> BacktestBands:
    """What `save` wrote; made anew for a version that has none."""
    if not (folder / FILE).exists():
        return bands_of_past(ensemble)
    names = parquet.read_schema(folder / FILE).names
    return BacktestBands(ensemble, NumberColumns(folder / FILE, names, ensemble.past.y.shape, as_written=True))
