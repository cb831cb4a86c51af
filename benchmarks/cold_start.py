"""How good the forecasts of new products are: series cut to a few days of history, and launches that the file shows.

Usage: python benchmarks/cold_start.py SALES HORIZON [--cutoffs N] [--before FILE] [--launches] [--keep FOLDER]

From each of N days past, the last one HORIZON days before the end, each tenth of the series in turn is cut to 1, 2, 5 and 14 days of history, the
others stay whole, and the sum of the next HORIZON days is forecast: by the cold start, by repeating the last week, and by the mean of the
category. A day without a row sold nothing. The models are trained once a day past, on all series: what the cold start takes from them is the
forecast of the others. RMSSE is of the sums, over the change from day to day of the whole history.

FILE of --before is an older `cold_start.py` to compare with, e.g. from `git show COMMIT:forecasting/training/cold_start.py`. With --launches, every
launch after the first third of the file is forecast too, from what was known 1, 2, 5 and 14 days after its first sale; the pattern is then what its
group really sold, so that its level alone is judged. Forecasts of models are kept in the folder of --keep.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.accuracy import read
from benchmarks.support.origins import planned
from forecasting.core import panel as panels
from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel
from forecasting.core.settings import Settings
from forecasting.models.seasonal_naive import SeasonalNaive
from forecasting.training import pipeline
from forecasting.training.cleaning.clean import clean
from forecasting.training.cold_start import launches, newcomers

AGES = (1, 2, 5, 14)
TENTHS = 10
FEWEST_ROWS = 15
COLUMNS = ("bias in %", "RMSSE")

Method = Callable[[Panel, np.ndarray, FloatArray], FloatArray]
"""Given what is known, which series models serve, and their forecasts: the forecasts of the others."""


class Served(NamedTuple):
    """What a retrain would serve: the blend of each series, shape (n, h), and which series the models serve, shape (n,)."""

    blend: FloatArray
    modelled: np.ndarray


def main() -> None:
    """Runs the benchmark."""
    args = options()
    whole = planned(panels.from_sales(read(args.sales)))
    methods: dict[str, Method] = {"cold start": _cold_start, "last week": _last_week, "category mean": _category_mean}
    if args.before is not None:
        methods["before"] = older(args.before)
    days = [len(whole.dates) - args.horizon * back for back in range(args.cutoffs, 0, -1)]
    print(f"{args.sales.name}: {len(whole)} series, the next {args.horizon} days from each of {args.cutoffs} days")
    table = pd.concat([cuts(whole, day, served(whole, day, args), methods, args.horizon).assign(day=day) for day in days])
    for day, of_day in table.groupby("day"):
        print(f"\ncut series from {whole.dates[int(str(day)) - 1]:%Y-%m-%d}\n{judged(of_day)}")
    if args.cutoffs > 1:
        print(f"\ncut series, all days\n{judged(table)}")
    if args.launches:
        known = {name: method for name, method in methods.items() if name in ("cold start", "before", "last week")}
        print(f"\nlaunches\n{judged(pd.concat(list(launched(whole, known, args.horizon))))}")


def options() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sales", type=Path)
    parser.add_argument("horizon", type=int)
    parser.add_argument("--cutoffs", type=int, default=1, help="days past to forecast from (%(default)s)")
    parser.add_argument("--before", type=Path, metavar="FILE", help="an older cold_start.py to compare with")
    parser.add_argument("--launches", action="store_true", help="forecast the launches that the file shows, too")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="folder for the models' forecasts")
    return parser.parse_args()


def served(whole: Panel, day: int, args: argparse.Namespace) -> Served:
    """What a retrain after so many days would serve; trained, or kept from an earlier run."""
    file = None if args.keep is None else args.keep / f"{args.sales.name.split('.')[0]}-{day}.npz"
    if file is not None and file.exists():
        with np.load(file) as kept:
            return Served(kept["blend"], kept["share"].sum(axis=1) > 0)
    made = pipeline.train(whole.cut(day), Settings(horizon=args.horizon))
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(file, blend=made.yhat[schema.BLEND], share=made.share)
    return Served(made.yhat[schema.BLEND], made.share.sum(axis=1) > 0)


def cuts(whole: Panel, day: int, at: Served, methods: Mapping[str, Method], horizon: int) -> pd.DataFrame:
    """Forecasts and sales of every cut series: columns `age, method, series, sold, forecast, scale`."""
    known = whole.cut(day)
    now, scale = clean(known).panel, changes(whole) * np.sqrt(horizon)
    can = np.flatnonzero(at.modelled & np.isfinite(known.sales[:, -1]))
    tenth = np.random.default_rng(0).permutation(len(can)) % TENTHS
    sold = np.nansum(whole.sales[:, day : day + horizon], axis=1)
    rows = []
    for age, part in ((age, part) for age in AGES for part in range(TENTHS)):
        young, sales, modelled = can[tenth == part], now.sales.copy(), at.modelled.copy()
        sales[young, :-age], modelled[young] = np.nan, False
        for name, method in methods.items():
            ahead = method(replace(now, sales=sales), modelled, at.blend)[young].sum(axis=1)
            facts = {"age": age, "method": name, "series": young, "sold": sold[young], "forecast": ahead, "scale": scale[young]}
            rows.append(pd.DataFrame(facts))
    return pd.concat(rows)


def launched(whole: Panel, methods: Mapping[str, Method], horizon: int) -> Iterator[pd.DataFrame]:
    """The same of every launch after the first third of the file, with what its group really sold as the pattern."""
    days, scale = len(whole.dates), changes(whole) * np.sqrt(horizon)
    history = launches.History(whole)
    for row in np.flatnonzero(history.launched & (history.first > days // 3)):
        for age in AGES:
            day = int(history.first[row]) + age
            if day + horizon > days:
                continue
            now, later = whole.cut(day), whole.sales[:, day : day + horizon]
            modelled = (np.isfinite(now.sales).sum(axis=1) >= 42) & np.isfinite(now.sales[:, -7:]).any(axis=1)
            for name, method in methods.items():
                ahead = float(np.nansum(method(now, modelled, np.nan_to_num(later))[row]))
                facts = {"age": age, "method": name, "series": [row], "sold": np.nansum(later[row]), "forecast": ahead, "scale": scale[row]}
                yield pd.DataFrame(facts)


def judged(table: pd.DataFrame) -> str:
    """Bias of all sums together, and the root of the mean squared scaled error, by method and age."""
    table = table[table["scale"] > 0]
    error = ((table["forecast"].fillna(0.0) - table["sold"]) / table["scale"]) ** 2
    by = table.assign(error=error).groupby(["method", "age"], sort=False)
    bias = 100 * (by["forecast"].sum() / by["sold"].sum() - 1)
    scores = pd.DataFrame({COLUMNS[0]: bias.round(1), COLUMNS[1]: by["error"].mean().pow(0.5).round(3)})
    return scores.reset_index().pivot_table(index="method", columns="age", values=list(COLUMNS), sort=False).to_string()


def changes(whole: Panel) -> FloatArray:
    """Root mean squared change of each series from row to row, shape (n,); NaN where it has fewer than 15 rows."""
    rows = [row[np.isfinite(row)] for row in whole.sales]
    return np.array([np.sqrt((np.diff(row) ** 2).mean()) if len(row) >= FEWEST_ROWS else np.nan for row in rows])


def older(file: Path) -> Method:
    """The method of an older module."""
    spec = importlib.util.spec_from_file_location("older_cold_start", file)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{file} is no Python module.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return lambda panel, modelled, blend: module.forecast(panel, module.learn_cold_start(panel, modelled), blend, modelled)


def _cold_start(panel: Panel, modelled: np.ndarray, blend: FloatArray) -> FloatArray:
    return pipeline.of_newcomers(panel, newcomers.learn_cold_start(panel, modelled), blend, modelled)


def _last_week(panel: Panel, modelled: np.ndarray, blend: FloatArray) -> FloatArray:  # noqa: ARG001 - methods share one signature
    horizon = blend.shape[1]
    return SeasonalNaive().fit(panel, horizon=horizon).predict(panel, horizon)


def _category_mean(panel: Panel, modelled: np.ndarray, blend: FloatArray) -> FloatArray:
    of = panel.series[schema.CATEGORY].to_numpy() if schema.CATEGORY in panel.series else np.zeros(len(panel))
    means = np.repeat(blend[modelled].mean(axis=0, keepdims=True), len(panel), axis=0)
    for name in np.unique(of[modelled]):
        means[of == name] = blend[modelled & (of == name)].mean(axis=0)
    return means


if __name__ == "__main__":
    main()
