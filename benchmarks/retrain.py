"""A whole retrain against stock Prophet, one series after the other, in the same run.

Usage: python benchmarks/retrain.py SALES HORIZON [--series 20]

Cuts the last HORIZON days off, merges, trains and forecasts them through the command line in an empty workspace, and scores them. Then fits
and predicts some series with Prophet as it comes, with the low priority that a retrain has too, and scales their time up to all of them. Prints both
times, their ratio, the time of each stage, the peak memory, the errors, and the load average of both.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from forecasting.core import schema
from forecasting.jobs import worker
from forecasting.models import registry
from forecasting.training import metrics


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sales", type=Path)
    parser.add_argument("horizon", type=int)
    parser.add_argument("--series", type=int, default=20, help="series that stock Prophet fits")
    args = parser.parse_args()
    sales = pd.read_csv(args.sales, parse_dates=[schema.DATE])
    past = sales[schema.DATE] <= sales[schema.DATE].max() - pd.Timedelta(days=args.horizon)
    with tempfile.TemporaryDirectory() as folder:
        seconds, manifest, forecast = shelfcast(sales[past], args.horizon, Path(folder))
    load = os.getloadavg()[0]
    os.nice(worker.NICENESS)
    n, each = stock_prophet(sales[past], args.horizon, args.series)
    print(f"retrain of {n} series     {seconds:8.1f} s, peak memory {manifest['peak_memory'] / 2**30:.2f} GB")
    stages = manifest["durations"]
    for stage, spent in {**stages, "starting, reading, merging": seconds - sum(stages.values())}.items():
        print(f"    {stage:26s} {spent:6.1f} s {100 * spent / seconds:4.0f} %")
    print(f"stock Prophet, one by one {n * each:8.1f} s ({each:.3f} s a series, {args.series} measured)")
    print(f"ratio                     {seconds / (n * each):8.2f}, load average {load:.1f} and {os.getloadavg()[0]:.1f}")
    score(sales[~past], forecast)
    if manifest["simpler"]:
        print(f"{manifest['simpler']} series on a simpler model")


def shelfcast(sales: pd.DataFrame, horizon: int, folder: Path) -> tuple[float, dict, pd.DataFrame]:
    """Seconds of `retrain FILE`, its manifest, and the forecast CSV."""
    file, out = folder / "past.csv.gz", folder / "forecast.csv"
    sales.to_csv(file, index=False, date_format="%Y-%m-%d")
    start = time.perf_counter()
    manifest = json.loads(verb(folder, "retrain", file, "--horizon", horizon, "--json"))
    seconds = time.perf_counter() - start
    verb(folder, "forecast", "--days", horizon, "--out", out)
    keys = {name: str for name in schema.KEYS}
    return seconds, manifest, pd.read_csv(out, parse_dates=[schema.DATE], dtype=keys)


def verb(folder: Path, *arguments: object) -> str:
    """What the command line prints; its messages go to stderr."""
    command = [sys.executable, "-m", "forecasting", *map(str, arguments)]
    surroundings = {**os.environ, "FORECASTING_HOME": str(folder / "home")}
    return subprocess.run(command, cwd=ROOT, env=surroundings, check=True, stdout=subprocess.PIPE, text=True).stdout


def stock_prophet(sales: pd.DataFrame, horizon: int, count: int) -> tuple[int, float]:
    """How many series there are, and the mean seconds that Prophet takes to fit and predict one."""
    from prophet import Prophet

    for name in ("cmdstanpy", "prophet"):
        logging.getLogger(name).disabled = True
    groups = [group for _, group in sales.groupby([name for name in schema.KEYS if name in sales])]
    chosen = np.random.default_rng(0).permutation(len(groups))[:count]
    start = time.perf_counter()
    for position in chosen:
        group = groups[position]
        if len(group) < 2:
            continue
        model = Prophet()
        model.fit(group[[schema.DATE, schema.SALES]].set_axis(["ds", "y"], axis=1))
        model.predict(model.make_future_dataframe(horizon, include_history=False))
    return len(groups), (time.perf_counter() - start) / len(chosen)


def score(future: pd.DataFrame, forecast: pd.DataFrame) -> None:
    """Prints the error of each curve on the days that were cut off."""
    keys = [schema.DATE, *(name for name in schema.KEYS if name in future)]
    both = future.astype({name: str for name in keys[1:]}).merge(forecast, on=keys, how="left", suffixes=("_sold", ""))
    known = both[both[schema.FORECAST].notna()]
    print(f"{len(both)} days sold, {len(both) - len(known)} of them without a forecast")
    for name in (*registry.blended_names(), schema.FORECAST):
        y, yhat = known[schema.SALES].to_numpy(float), known[name].to_numpy(float)
        print(f"    {name:10s} WAPE {100 * metrics.wape(y, yhat):6.2f} %  bias {100 * metrics.bias_share(y, yhat):+6.2f} %")
    for level in (80, 95):
        covered = metrics.coverage(*(known[name].to_numpy(float) for name in (schema.SALES, f"lower_{level}", f"upper_{level}")))
        print(f"    {level} % band covers {100 * covered:.1f} %")


if __name__ == "__main__":
    main()
