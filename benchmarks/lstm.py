"""Scores the LSTM alone: cuts the last days off a sales file, trains on the rest and forecasts them.

Usage: python benchmarks/lstm.py SALES.csv[.gz] HORIZON [--back N] [--warm N] [--plan] [--set name=value ...]
--back 1 cuts one horizon more and scores the days before the last horizon: tune on those.
--plan gives the drivers of the days ahead.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent.parent))

from forecasting.core import panel
from forecasting.core.settings import LstmSettings
from forecasting.models.lstm.model import LstmModel


def read(path: str) -> panel.Panel:
    """The panel of a file whose columns have the border's names."""
    sales = pd.read_csv(path, parse_dates=["date"], dtype={name: "str" for name in ("product_id", "store", "region", "category")})
    return panel.from_sales(sales)


def score(actual: np.ndarray, forecast: np.ndarray, past: np.ndarray) -> str:
    """WAPE, bias and WAPE of the daily total in percent, and RMSSE, over the days that have sales."""
    known = np.isfinite(actual) & np.isfinite(past).any(axis=1, keepdims=True)
    error = np.where(known, np.nan_to_num(forecast) - actual, 0)
    total = actual[known].sum()
    parts = {
        "WAPE": 100 * np.abs(error).sum() / total,
        "bias": 100 * error.sum() / total,
        "total": 100 * np.abs(error.sum(axis=0)).sum() / total,
        "RMSSE": rmsse(error, known, past),
        "missing": np.isnan(forecast[known]).mean(),
    }
    return "  ".join(f"{name} {value:.3f}" for name, value in parts.items())


def rmsse(error: np.ndarray, known: np.ndarray, past: np.ndarray) -> float:
    """Mean over the series of the root of the squared error over that of last week's sales in the past."""
    roots = []
    for row, rows_known, sales in zip(error, known, past, strict=True):
        sales = sales[np.isfinite(sales)]
        scale = np.mean((sales[7:] - sales[:-7]) ** 2) if len(sales) > 14 else 0.0
        if scale > 0 and rows_known.any():
            roots.append(np.sqrt(np.mean(row[rows_known] ** 2) / scale))
    return float(np.mean(roots))


def options() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description="Scores the LSTM alone.")
    parser.add_argument("sales")
    parser.add_argument("horizon", type=int)
    parser.add_argument("--back", type=int, default=0, help="score so many horizons before the last one")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--warm", type=int, default=0, help="start from a network trained so many horizons before")
    parser.add_argument("--plan", action="store_true", help="give the drivers of the days ahead")
    parser.add_argument("--set", nargs="*", default=[], help="settings of the network, e.g. epochs=10")
    return parser.parse_args()


def fitted(past: panel.Panel, given: argparse.Namespace, start: LstmModel | None = None) -> LstmModel:
    """A model of this past, its time printed."""
    values = {name: float(value) if "." in value else int(value) for name, value in (text.split("=") for text in given.set)}
    started, used = time.perf_counter(), time.process_time()
    model = LstmModel(LstmSettings(**values), given.seed, start=start).fit(past, horizon=given.horizon)
    print(f"{past.sales.shape} fit {time.perf_counter() - started:.1f} s, processor {time.process_time() - used:.1f} s, warm {model.warm_}")
    print(len(model.losses_), "epochs, losses", " ".join(f"{loss:.3f}" for loss in model.losses_))
    return model


def main() -> None:
    """Trains, scores and prints."""
    from forecasting.models.lstm import fitting  # noqa: F401  TensorFlow's import is not part of the training time

    given = options()
    whole, h, start = read(given.sales), given.horizon, None
    days = len(whole.dates) - h * (1 + given.back)
    past, actual = whole.cut(days), whole.sales[:, days : days + h]
    if given.plan:
        past = replace(past, drivers={name: values[:, : days + h] for name, values in whole.drivers.items()})
    if given.warm:
        start = fitted(whole.cut(days - h * given.warm), given)
        print("not trained again:", score(actual, start.predict(past, h), past.sales))
    model = fitted(past, given, start)
    started, used = time.perf_counter(), time.process_time()
    forecast = model.predict(past, h)
    print(f"predict {1e3 * (time.perf_counter() - started):.0f} ms, processor {1e3 * (time.process_time() - used):.0f} ms")
    one = past.select(np.arange(1))
    started = time.perf_counter()
    first = model.predict(one, h)
    print(f"predict one {1e3 * (time.perf_counter() - started):.0f} ms, the same {np.allclose(first, forecast[:1], equal_nan=True, rtol=1e-4)}")
    print(score(actual, forecast, past.sales))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GB")


if __name__ == "__main__":
    main()
