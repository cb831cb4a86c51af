"""Bands where the truth is known: how often they hold simulated sales, by the number of cutoffs they were learned from.

Usage: python benchmarks/known_truth.py [--runs 60]

200 series of Poisson sales around their forecast, for 28 days: relative errors of each series' own size that last from day to day, and a shift
that all series share at one cutoff. Prints coverage of the 80 % and 95 % bands of single series and of the total of all, for a day and for sums
over 7 and 14 days. Bands of series
should be right to a point; totals, of which each run has one past, carry a point or two of chance.

Then sales that are nothing on many days: the same bands of single days beside the true quantiles themselves. Where a day sells nothing more often
than one day in ten, no lower limit can be above 0, so that even the true 80 % band holds nine days in ten and more: that width is in the whole units.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import nbinom

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.support import band_scores, demand_shapes
from forecasting.core import schema
from forecasting.core.arrays import FloatArray, moving_sum
from forecasting.training.bands import quantiles
from forecasting.training.bands.quantiles import Errors, SeriesBands

CUTOFFS = (3, 4, 6, 10)
WINDOWS = (1, 7, 14)
LASTING = 0.5
"""Of a relative error, from one day to the next."""
SHIFT = 0.05
FUTURES = 20
"""Cutoffs that each run's bands are held against: they share a past, and have a shift each."""
TOTAL_RUNS = 2
"""Runs for totals, for each run for series."""
EMPTY_SHARES = (0.1, 0.3, 0.45, 0.55, 0.7)
"""Shares of days on which nothing sells."""
NEAR_MEDIAN = 0.6
"""Forecast of such sales as a share of their mean."""
SPREAD = 1.0
"""Of sparse sales: their variance is mean + SPREAD * mean squared (negative binomial)."""


def simulate(cutoffs: int, seed: int, *, shift: float = SHIFT, n: int = 200, h: int = 28) -> tuple[Errors, FloatArray, FloatArray]:
    """Past errors (K, n, h); sales at further cutoffs, shape (FUTURES, n, h); and the forecast (n, h) of each of them."""
    random = np.random.default_rng(seed)
    mean = np.repeat(random.lognormal(3, 0.8, n)[:, None], h, axis=1)
    own = 0.15 * random.lognormal(0, 0.5, n)[:, None]
    count = cutoffs + FUTURES
    error = random.normal(size=(count, n, h))
    for day in range(1, h):
        error[:, :, day] = LASTING * error[:, :, day - 1] + np.sqrt(1 - LASTING**2) * error[:, :, day]
    common = shift * random.normal(size=(count, 1, 1))
    y = random.poisson(mean * np.maximum(1 + own * error + common, 0)).astype(float)
    return Errors(y[:cutoffs], np.repeat(mean[None], cutoffs, axis=0)), y[cutoffs:], mean


def simulate_sparse(empty: float, cutoffs: int, seed: int, *, n: int = 200, h: int = 28) -> tuple[Errors, FloatArray, FloatArray]:
    """Past errors (K, n, h), sales at further cutoffs (FUTURES, n, h) and their mean (n, h); nothing sells on a share `empty` of days."""
    random = np.random.default_rng(seed)
    relative, week = random.lognormal(0, 0.8, n)[:, None], demand_shapes.WEEK[np.arange(h) % 7]
    scales = np.geomspace(1e-3, 1e3, 2_000)
    shares = [_chance_of_none(scale * relative).mean() for scale in scales]
    mean = scales[np.argmin(np.abs(np.array(shares) - empty))] * relative * week
    y = random.negative_binomial(1 / SPREAD, _chance_of_none(mean) ** SPREAD, (cutoffs + FUTURES, n, h)).astype(float)
    return Errors(y[:cutoffs], np.repeat(NEAR_MEDIAN * mean[None], cutoffs, axis=0)), y[cutoffs:], mean


def _chance_of_none(mean: FloatArray) -> FloatArray:
    """Chance of a day without sales."""
    return (1 + SPREAD * mean) ** (-1 / SPREAD)


def inside(y: FloatArray, limits: FloatArray) -> FloatArray:
    """Coverage of both bands, in the order of `schema.BANDS`; sales are whole numbers, so hits of a limit count half."""
    found = []
    for lower, upper in (limits[:2], limits[2:]):
        found.append((((lower <= y) & (y <= upper)).mean() + ((lower < y) & (y < upper)).mean()) / 2)
    return np.array(found)


def of_series(cutoffs: int, windows: Sequence[int], seeds: Iterable[int]) -> FloatArray:
    """Coverage of single series' bands, mean over runs, shape (windows, 2)."""
    found = []
    for errors, y, f in (simulate(cutoffs, seed) for seed in seeds):
        limits = [_learned(errors, window).quantiles(moving_sum(f, window), schema.QUANTILES).swapaxes(0, 1) for window in windows]
        found.append([inside(moving_sum(y, window), made) for window, made in zip(windows, limits, strict=True)])
    return np.mean(found, axis=0)


def _learned(errors: Errors, window: int) -> SeriesBands:
    learned = quantiles.calibrate(errors, window=window)
    if learned is None:
        raise ValueError(f"Expected a window in [1, {errors.y.shape[2]}]. Received {window}.")
    return learned


def of_total(cutoffs: int, windows: Sequence[int], shift: float, seeds: Iterable[int]) -> FloatArray:
    """Coverage of the bands of all series' total, mean over runs, shape (windows, 2)."""
    found = []
    for errors, y, f in (simulate(cutoffs, seed, shift=shift) for seed in seeds):
        limits = [quantiles.total_quantiles(errors, f, schema.QUANTILES, window=window) for window in windows]
        found.append([inside(moving_sum(y.sum(axis=1), window), made) for window, made in zip(windows, limits, strict=True)])
    return np.mean(found, axis=0)


def of_sparse(empty: float, seeds: Iterable[int], cutoffs: int = 6) -> tuple[FloatArray, FloatArray]:
    """Of days' bands and of the true quantiles, mean over runs: what `band_scores.score` says, limits included, shape (4,) each."""
    found = []
    for errors, y, mean in (simulate_sparse(empty, cutoffs, seed) for seed in seeds):
        learned = _learned(errors, 1).quantiles(NEAR_MEDIAN * mean, schema.QUANTILES).swapaxes(0, 1)
        true = nbinom.ppf(np.array(schema.QUANTILES)[:, None, None], 1 / SPREAD, _chance_of_none(mean) ** SPREAD)
        found.append([band_scores.score(y, np.repeat(limits[:, None], len(y), axis=1)) for limits in (learned, true)])
    ours, truth = np.mean(found, axis=0)
    return ours, truth


def sparse_table(runs: int) -> pd.DataFrame:
    """A row a share of days without sales: coverage of ours and of the true quantiles, and our interval scores as shares of theirs."""
    rows = {}
    for empty in EMPTY_SHARES:
        ours, truth = of_sparse(empty, range(runs))
        shares = " / ".join(f"{value:.3f}" for value in ours[2:] / truth[2:])
        rows[f"{empty:.0%} of days empty"] = {"coverage": _text(ours[:2]), "of the true quantiles": _text(truth[:2]), "score, ours / true": shares}
    return pd.DataFrame.from_dict(rows, orient="index")


def table(runs: int) -> pd.DataFrame:
    """Coverage 80 / 95 in percent, a row a question and a column a number of cutoffs."""
    columns = {}
    for count in CUTOFFS:
        rows = dict(zip(_names("series"), of_series(count, WINDOWS, range(runs)), strict=True))
        for shift in (0.0, SHIFT):
            rows |= zip(_names(f"total, shift {shift:.2f}"), of_total(count, WINDOWS, shift, range(TOTAL_RUNS * runs)), strict=True)
        columns[f"K={count}"] = {name: _text(coverage) for name, coverage in rows.items()}
    return pd.DataFrame(columns)


def _names(what: str) -> list[str]:
    return [f"{what}, {window} day{'s' * (window > 1)}" for window in WINDOWS]


def _text(coverage: FloatArray) -> str:
    return " / ".join(f"{100 * share:.1f}" for share in coverage)


def main() -> None:
    """Runs the simulation."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=60)
    runs = parser.parse_args().runs
    print(table(runs).to_string())
    print("\n" + sparse_table(max(1, runs // 10)).to_string())


if __name__ == "__main__":
    main()
