"""Bands where the truth is known: how often they hold simulated sales, by the number of cutoffs they were learned from.

Usage: python benchmarks/known_truth.py [--runs 60]

200 series of Poisson sales around their forecast, for 28 days: relative errors of each series' own size that last from day to day, and a shift
that all series share at one cutoff. Prints coverage of the 80 % and 95 % bands of single series and of the total of all, for a day and for sums
over 7 and 14 days. Bands of series
should be right to a point; totals, of which each run has one past, carry a point or two of chance.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

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
    print(table(parser.parse_args().runs).to_string())


if __name__ == "__main__":
    main()
