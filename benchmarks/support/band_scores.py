"""How well bands keep their word: coverage and interval score for days, sums over a week, and filtered totals of both.

Every kind of bands answers the same questions: those of single series, and those of sets of series. A day counts where it has sales; a set's
total adds up the series that have sales on that day, sold and forecast alike. Sums over a week follow each other and do not overlap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.arrays import FloatArray, moving_sum
from forecasting.training import metrics
from forecasting.training.bands import quantiles
from forecasting.training.bands.quantiles import Errors
from forecasting.training.bands.residuals import OBSERVED_SHARE
from forecasting.training.ensemble import Ensemble

WEEK = 7
RANDOM_SETS = 16
SET_SIZES = (3, 50)
COLUMNS = ("coverage_80", "coverage_95", "score_80", "score_95")


class Bands(Protocol):
    """Limits of the sums over every `window` consecutive days of the horizon, in the order of `schema.BANDS`; NaN where there are none."""

    def series(self, window: int) -> FloatArray:
        """Of each series, shape (4, n, t)."""

    def total(self, rows: np.ndarray, window: int) -> FloatArray:
        """Of the total of the series at `rows`, shape (4, t)."""


@dataclass(frozen=True, eq=False)
class Learned:
    """Bands of any forecast, made from its own past errors the way that Shelfcast makes them.

    Args:
        errors: At past cutoffs.
        f: Shape (n, h), what it forecasts, in units; NaN on days that do not count.
    """

    errors: Errors
    f: FloatArray

    def series(self, window: int) -> FloatArray:
        """Of each series."""
        f, learned = _sums(self.f, window), quantiles.calibrate(self.errors, window=window)
        return np.full((4, *f.shape), np.nan) if learned is None else learned.quantiles(f, schema.QUANTILES).swapaxes(0, 1)

    def total(self, rows: np.ndarray, window: int) -> FloatArray:
        """Of a set's total."""
        past = Errors(self.errors.y[:, rows], self.errors.f[:, rows])
        return quantiles.total_quantiles(past, self.f[rows], schema.QUANTILES, window=window)


class Served(Learned):
    """The bands that people see of an ensemble.

    Args:
        ensemble: What is served.
        f: Shape (n, h), what it expects; NaN on days that do not count.
    """

    def __init__(self, ensemble: Ensemble, f: FloatArray) -> None:
        super().__init__(ensemble.expected_errors, f)
        object.__setattr__(self, "ensemble", ensemble)

    def series(self, window: int) -> FloatArray:
        """Of each series: single days are stored with the ensemble."""
        return super().series(window) if window > 1 else self.ensemble.bands.swapaxes(0, 1)[:, :, : self.f.shape[1]]


@dataclass(frozen=True, eq=False)
class Conformal:
    """Split conformal bands, symmetric, of each series (or total) by itself: Vovk et al. 2005; Lei et al. 2018.

    Args:
        errors: At past cutoffs.
        f: Shape (n, h), what is forecast, in units; NaN on days that do not count.
    """

    errors: Errors
    f: FloatArray

    def series(self, window: int) -> FloatArray:
        """Of each series."""
        y, g = quantiles.windowed(self.errors, window)
        return _symmetric(_sums(self.f, window), np.abs(y - g).swapaxes(0, 1).reshape(y.shape[1], -1))

    def total(self, rows: np.ndarray, window: int) -> FloatArray:
        """Of a set's total."""
        past = quantiles.total_errors(Errors(self.errors.y[:, rows], self.errors.f[:, rows]))
        y, g = quantiles.windowed(Errors(*(values[:, None] for values in past)), window)
        return _symmetric(moving_sum(np.nansum(self.f[rows], axis=0), window)[None], np.abs(y - g).reshape(1, -1))[:, 0]


def _symmetric(f: FloatArray, sizes: FloatArray) -> FloatArray:
    """Forecasts (n, t) plus and minus the right one of each series' sizes of errors (n, m): the ceil((m + 1) level)-th, or the largest."""
    ordered, count = np.sort(sizes, axis=1), np.isfinite(sizes).sum(axis=1)
    limits = []
    for level in schema.LEVELS:
        place = np.clip(np.ceil((count + 1) * level).astype(int), 1, np.maximum(count, 1)) - 1
        half = np.take_along_axis(ordered, place[:, None], axis=1)
        limits += [np.maximum(f - half, 0.0), f + half]
    return np.array(limits)


@dataclass(frozen=True, eq=False)
class Sampled:
    """Bands from drawn futures of some of the series.

    Args:
        rows: Shape (m,), positions of the series that were drawn.
        draws: Shape (m, s, h), in units.
        known: Shape (n, h), days that count.
    """

    rows: np.ndarray
    draws: FloatArray
    known: np.ndarray

    def series(self, window: int) -> FloatArray:
        """Of each series; NaN of those that were not drawn."""
        counted = np.where(self.known[self.rows][:, None], self.draws, np.nan)
        drawn = _sums(counted.reshape(-1, counted.shape[2]), window).reshape(*counted.shape[:2], -1)
        made = np.full((4, len(self.known), drawn.shape[2]), np.nan)
        made[:, self.rows] = np.maximum(np.quantile(drawn, schema.QUANTILES, axis=1), 0.0)
        return made

    def total(self, rows: np.ndarray, window: int) -> FloatArray:
        """Of a set's total, its series drawn independently of each other; NaN if one of them was not drawn."""
        place = np.searchsorted(self.rows, rows)
        if not np.isin(rows, self.rows).all():
            return np.full((4, self.draws.shape[2] - window + 1), np.nan)
        added = np.where(self.known[rows][:, None], self.draws[place], 0.0).sum(axis=0)
        return np.maximum(np.quantile(moving_sum(added, window), schema.QUANTILES, axis=0), 0.0)


def sets_of(series: pd.DataFrame, rows: np.ndarray, seed: int = 0) -> list[np.ndarray]:
    """What people filter by: all series at `rows`, those of each filter's values, and random sets; each of at least two series, none twice."""
    sets = [rows]
    for name in (column for column in schema.FILTERS if column in series):
        sets += list(pd.Series(rows).groupby(series[name].to_numpy()[rows]).agg(list).map(np.array))
    random = np.random.default_rng(seed)
    sizes = random.integers(SET_SIZES[0], SET_SIZES[1] + 1, RANDOM_SETS)
    sets += [np.sort(random.choice(rows, min(size, len(rows)), replace=False)) for size in sizes]
    return list({tuple(chosen): chosen for chosen in sets if len(chosen) > 1}.values())


Answers = dict[str, list[FloatArray]]
"""Target (`days`, `7 days`, `totals`, `totals, 7 days`) -> one array (..., t) for all series, or one a set."""


def limits_of(made: Bands, horizon: int, sets: list[np.ndarray]) -> Answers:
    """Limits of everything that is asked for, each of shape (4, ..., t)."""
    found: Answers = {}
    for name, window in _windows(horizon).items():
        found[name] = [made.series(window)[:, :, ::window]]
        found[_totals(name)] = [made.total(rows, window)[:, ::window] for rows in sets]
    return found


def sold_of(y: FloatArray, closed: np.ndarray, sets: list[np.ndarray]) -> Answers:
    """What was sold of it, from `y` of shape (n, h), NaN on days that do not count; closed days count as nothing in sums, and not by themselves."""
    found: Answers = {}
    for name, window in _windows(y.shape[1]).items():
        sold = np.where(closed, np.nan if window == 1 else 0.0, y)
        found[name] = [_sums(sold, window)[:, ::window]]
        found[_totals(name)] = [_total(sold[rows], window)[::window] for rows in sets]
    return found


def judge(limits: Answers, sold: Answers, where: Answers | None = None) -> pd.DataFrame:
    """Coverage and interval score of bands.

    Args:
        limits: Of the bands.
        sold: What was sold.
        where: Judge only where these have limits as well.

    Returns:
        One row a target: coverage as a share, and the mean interval score relative to mean sales (of all series; of each set, then the mean over
        the sets).
    """
    rows = {}
    for target, values in sold.items():
        others = limits[target] if where is None else where[target]
        kept = [np.where(np.isfinite(other).all(axis=0), y, np.nan) for y, other in zip(values, others, strict=True)]
        scores = [score(y, made) for y, made in zip(kept, limits[target], strict=True)]
        defined = [values for values in scores if np.isfinite(values).all()]
        rows[target] = np.mean(defined, axis=0) if defined else np.full(len(COLUMNS), np.nan)
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(COLUMNS)).rename_axis("target").reset_index()


def score(y: FloatArray, limits: FloatArray) -> FloatArray:
    """Of one series or set, in the order of COLUMNS; NaN where nothing was sold."""
    y = np.where(np.isfinite(limits).all(axis=0), y, np.nan)
    some = np.isfinite(y).any() and np.nanmean(y) > 0
    mean = np.nanmean(y) if some else np.nan
    pairs = [(level, limits[2 * place], limits[2 * place + 1]) for place, level in enumerate(schema.LEVELS)]
    covered = [metrics.coverage(y, lower, upper) for _, lower, upper in pairs]
    return np.array([*covered, *(metrics.interval_score(y, lower, upper, level) / mean for level, lower, upper in pairs)], dtype=float)


def _windows(horizon: int) -> dict[str, int]:
    """Name of a target -> days that it adds up."""
    return {name: window for name, window in (("days", 1), (f"{WEEK} days", WEEK)) if window <= horizon}


def _totals(name: str) -> str:
    return "totals" if name == "days" else f"totals, {name}"


def _sums(values: FloatArray, window: int) -> FloatArray:
    """Sums of each series over `window` days, missing days made up for in proportion; NaN where too few are there."""
    return quantiles.windowed(Errors(values[None], values[None]), window).y[0]


def _total(y: FloatArray, window: int) -> FloatArray:
    """Sums of a set's total over `window` days; NaN where too few days have any sales."""
    some = np.isfinite(y).any(axis=0).astype(float)
    return np.where(moving_sum(some, window) >= OBSERVED_SHARE * window, moving_sum(np.nansum(y, axis=0), window), np.nan)
