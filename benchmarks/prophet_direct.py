"""Prophet's fits without data frames beside those of prophet-batch and of stock Prophet: CPU time a fit, and how far the curves differ.

Usage: python benchmarks/prophet_direct.py SALES [SALES ...] [--horizon 90] [--batch 300] [--stock 20] [--country CC]

Fits the same series with the same settings in three ways in one process, on one thread: all directly, up to --batch of them by prophet-batch, up to
--stock of them by stock Prophet with Stan. A difference is of the curve on the days ahead, the largest of any series and day, as a share of the
largest day that the series ever sold; for stock Prophet also that of the median series, as its optimiser stops before the maximum on some. Prints a
row a file, and the load average.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.support import processor
from forecasting.core import calendar, schema
from forecasting.core.arrays import FloatArray
from forecasting.core.panel import from_sales
from forecasting.core.settings import ProphetSettings
from forecasting.models.prophet import blocks, fitting, model, reasons
from forecasting.models.prophet.curves import Curve, Curves, stack
from forecasting.models.prophet.fitting import FittingTask


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sales", type=Path, nargs="+")
    parser.add_argument("--horizon", type=int, default=90)
    parser.add_argument("--batch", type=int, default=300, help="series that prophet-batch fits")
    parser.add_argument("--stock", type=int, default=20, help="series that stock Prophet fits")
    parser.add_argument("--country", help="whose holidays count")
    args = parser.parse_args()
    for name in ("cmdstanpy", "prophet"):
        logging.getLogger(name).disabled = True
    warnings.simplefilter("ignore")
    columns = f"{'direct':>10s}{'batch':>8s}{'stock':>8s}{'from batch':>12s}{'from stock':>12s}{'median':>10s}"
    print(f"{'file':24s}{'series':>7s}{'days':>6s}{columns}  CPU ms a fit; load")
    for path in args.sales:
        with threadpool_limits(1):
            print(compared(path, args), f"  {os.getloadavg()[0]:.1f}", flush=True)


def compared(path: Path, args: argparse.Namespace) -> str:
    """The row of a file."""
    work, rows = task(path, args.country)
    work.additive.fit([work.history(row) for row in rows[:2]])  # loads what all ways need
    few = np.random.default_rng(0).permutation(rows)
    batch, stock = (sorted(few[:count].tolist()) for count in (args.batch, args.stock))
    direct, each = measured(rows, lambda: work.additive.fit([work.history(row) for row in rows]))
    batched, batch_each = measured(batch, lambda: {row: out for outs in work.fit_by_prophet(batch) for row, out in outs.items()})
    alone, stock_each = measured(stock, lambda: {row: fitted_alone(work, row) for row in stock})
    yhat, batch_yhat, stock_yhat = (forecasts(work, outcomes, args.horizon) for outcomes in (direct, batched, alone))
    largest = np.nanmax(work.panel.sales, axis=1)
    apart, off = (differences(yhat, other, largest) for other in (batch_yhat, stock_yhat))
    times = f"{each:10.2f}{batch_each:8.1f}{stock_each:8.1f}"
    return f"{path.name:24s}{len(rows):7d}{len(work.panel.dates):6d}{times}{apart.max():12.1e}{off.max():12.1e}{np.median(off):10.1e}"


def task(path: Path, country: str | None) -> tuple[FittingTask, list[int]]:
    """The fits of a file, and the positions of the series that are worth one."""
    texts = {name: "str" for name in (*schema.KEYS, *schema.ATTRIBUTES)}
    panel = from_sales(pd.read_csv(path, parse_dates=[schema.DATE], dtype=texts))
    days, settings = calendar.selling_days(panel), ProphetSettings(country=country)
    work = FittingTask(panel, days, blocks._layout(panel, days, country), settings)
    unfit = reasons.before_fit(panel.sales, days, panel.period)
    return work, [row for row in blocks.by_dates(days) if row not in unfit]


def measured(rows: list[int], fit: Callable[[], dict[int, Curve | str]]) -> tuple[dict[int, Curve | str], float]:
    """What a way of fitting gives, and its CPU milliseconds a fit, those of Stan's own process included."""
    start = processor.seconds()
    outcomes = fit()
    return outcomes, 1000 * (processor.seconds() - start) / len(rows)


def fitted_alone(work: FittingTask, row: int) -> Curve | str:
    """The curve of a series by stock Prophet."""
    return fitting._fit_one(work.frame(row), work.recipe(row), work.layout, work.panel.last)


def forecasts(work: FittingTask, outcomes: dict[int, Curve | str], horizon: int) -> FloatArray:
    """The curves on the days ahead, shape (n, horizon); NaN where there is none."""
    curves = {row: curve for row, curve in outcomes.items() if isinstance(curve, Curve)}
    panel, n = work.panel, len(work.panel)
    learned = Curves(work.layout, panel.last, False, stack(curves, n, work.layout), np.ones(panel.period.year), np.zeros(n))
    return learned.yhat(panel.ahead(horizon), model._drivers(panel, work.layout, horizon))


def differences(ours: FloatArray, theirs: FloatArray, largest: FloatArray) -> FloatArray:
    """The largest difference of any day of each series that both have, as a share of the series' largest day."""
    apart = np.abs(ours - theirs).max(axis=1) / largest
    return apart[np.isfinite(apart)]


if __name__ == "__main__":
    main()
