"""How good Shelfcast is, beside other forecasters on the same days: errors, and whether its bands keep their word.

Usage: python benchmarks/accuracy.py SALES HORIZON [--seeds 0 1 2] [--origins | --points] [--keep FOLDER]
           [--peers [NAME ...] [--peers-minutes N] [--peers-series N]]

Cuts the last HORIZON days off (price, promo and open of those days stay: they are known ahead), trains on the rest as a retrain does, once a
seed, and scores what was forecast. With --origins the bands are judged from every past day that had at least four cutoffs before it, which
says far more than one window does.

--peers adds other forecasters (`benchmarks/peers/run.py` has their names), given the same days and drivers and scored the same way. Their libraries
are installed below `.venv-peers`, the first time. --points leaves the bands out. What peers forecast and what Prophet drew is kept in the folder of
--keep. Seconds are those of all processors, on one thread for peers.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.support import origins, peers, point_scores, point_table, processor, prophet_draws
from benchmarks.support.origins import Draws
from benchmarks.support.peers import Terms
from benchmarks.support.point_table import Row
from forecasting.core import panel as panels
from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel
from forecasting.core.settings import Settings
from forecasting.models import registry
from forecasting.training import pipeline
from forecasting.training.ensemble import Ensemble

NAMES = {
    **{model.name: model.label for model in registry.blended()},
    schema.SEASONAL_NAIVE: "seasonal naive",
    "line": "Shelfcast, line",
    "expected": "Shelfcast, expected",
}
OURS = ("line", "expected")
"""What a shop gets of a training."""


class Trained(NamedTuple):
    """What one seed gave: what a forecast is called -> scores and CPU seconds, and the judged bands of the last days."""

    points: dict[str, dict[str, float]]
    bands: pd.DataFrame


def main() -> None:
    """Runs the benchmark."""
    args = options()
    whole = panels.from_sales(read(args.sales))
    print(f"{args.sales.name}: {len(whole)} series, {len(whole.dates)} days; the last {args.horizon} days are forecast")
    drawn = {} if args.points else own_draws(whole, args)
    most = args.peers_series if args.peers is not None else len(whole)
    trained = [apart(train_and_score, args.sales, args.horizon, seed, drawn, most) for seed in args.seeds]
    print_points(dict(zip(args.seeds, trained, strict=True)), peers_rows(args))
    if args.points:
        return
    bands = pd.concat([made.bands.assign(origin=seed) for seed, made in zip(args.seeds, trained, strict=True)])
    print_bands("bands on the last days, mean over the seeds", bands)
    if args.origins:
        judged = [apart(judge_origins, args.sales, args.horizon, seed, drawn) for seed in args.seeds]
        errors = pd.concat([accuracy for accuracy, _ in judged])
        print("\nWAPE in % at each origin; bias, RMSSE and WAPE of sums of line and expected sales; mean over the seeds")
        print(by_origin(errors).round(3).to_string() if len(errors) else "The history is too short for any.")
        if len(errors):
            print_bands(f"bands at {errors['origin'].nunique()} origins, mean over the seeds", pd.concat([bands for _, bands in judged]))


def options() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sales", type=Path)
    parser.add_argument("horizon", type=int)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--origins", action="store_true", help="judge the bands at many past days")
    parser.add_argument("--points", action="store_true", help="errors alone, without bands")
    parser.add_argument("--peers", nargs="*", choices=peers.PEERS, metavar="NAME", help="other forecasters; without a name, all of them")
    parser.add_argument("--peers-minutes", type=float, default=60, help="CPU minutes after which a peer is stopped")
    parser.add_argument("--peers-series", type=int, default=500, help="series for peers that fit one after the other, drawn at random")
    parser.add_argument("--keep", type=Path, help="folder for what need not be done again")
    return parser.parse_args()


def read(file: Path) -> pd.DataFrame:
    """A sales file whose columns have the border's names."""
    return pd.read_csv(file, parse_dates=[schema.DATE], dtype={name: "str" for name in (*schema.KEYS, *schema.ATTRIBUTES)})


def cut(sales: pd.DataFrame, horizon: int) -> pd.DataFrame:
    """The sales without the last `horizon` days; rows of those days stay without sales where they have drivers."""
    known = sales[schema.DATE] <= sales[schema.DATE].max() - pd.Timedelta(days=horizon)
    if not set(schema.DRIVERS) & set(sales):
        return sales[known]
    return sales.assign(**{schema.SALES: sales[schema.SALES].where(known)})


def apart(task: Callable[..., Any], *arguments: Any) -> Any:
    """The task's result, from a process of its own: a network leaves much behind."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(task, *arguments).result()


def train_and_score(file: Path, horizon: int, seed: int, drawn: dict[int, Draws], most: int) -> Trained:
    """Trains on all but the last days, and scores these; and those of `most` series by themselves, if there are more."""
    sales = read(file)
    whole, panel = panels.from_sales(sales), panels.from_sales(cut(sales, horizon))
    start = processor.seconds()
    made = pipeline.train(panel, Settings(horizon=horizon, seed=seed))
    seconds = processor.seconds() - start
    y, some = sold_after(whole, panel, horizon), peers.sample(len(panel), most)
    points = own_points(made, y, some, seconds)
    draws = among(whole, panel, drawn.get(len(panel.dates)))
    return Trained(points, origins.judged_once(made, y, draws))


def own_points(made: Ensemble, y: FloatArray, some: np.ndarray, seconds: float) -> dict[str, dict[str, float]]:
    """What each of our forecasts is called -> its scores and, of what a shop gets, the seconds; on all series, and on some if there are more."""
    forecasts, every = {**made.yhat, "line": made.line, "expected": made.expected}, np.arange(len(y))
    wanted = [(name, every) for name in NAMES] + ([(name, some) for name in OURS] if len(some) < len(every) else [])
    points = {}
    for name, rows in wanted:
        label = peers.of_series(NAMES[name], len(rows), len(every))
        points[label] = point_scores.scores(made.panel.sales[rows], y[rows], forecasts[name][rows])
        points[label][point_table.CPU] = seconds if name in OURS else np.nan
    return points


def sold_after(whole: Panel, panel: Panel, horizon: int) -> FloatArray:
    """What the panel's series sold on the days after its last one, shape (n, horizon); NaN for series that had no row before."""
    days = len(panel.dates)
    places = pd.Index(whole.unique_ids).get_indexer(pd.Index(panel.unique_ids))
    y = whole.sales[places, days : days + horizon]
    return np.where(np.isfinite(panel.sales).any(axis=1)[:, None], y, np.nan)


def among(whole: Panel, panel: Panel, draws: Draws | None) -> Draws | None:
    """Draws of series of `whole`, by their places in `panel`."""
    if draws is None:
        return None
    return Draws(pd.Index(panel.unique_ids).get_indexer(pd.Index(whole.unique_ids)[draws.rows]), draws.values)


def judge_origins(file: Path, horizon: int, seed: int, drawn: dict[int, Draws]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Errors and judged bands at every past day that had enough cutoffs before it."""
    whole, settings = panels.from_sales(read(file)), Settings(horizon=horizon, seed=seed)
    served = list(origins.replay(origins.record(whole, settings), settings))
    return origins.accuracy(served), origins.judged(served, drawn)


def by_origin(errors: pd.DataFrame) -> pd.DataFrame:
    """Means over the seeds, a column an origin, and over the origins."""
    table = errors.groupby("origin").mean().T
    return table.assign(mean=table.mean(axis=1))


def own_draws(whole: Panel, args: argparse.Namespace) -> dict[int, Draws]:
    """Prophet's own futures at the cut and, if asked for, at the origins, by days known."""
    days = len(whole.dates) - args.horizon
    wanted = {days, *(origins.cutoffs(len(whole.dates), args.horizon)[origins.EARLIER :] if args.origins else ())}
    file = kept_file(args, "draws.npz")
    drawn = prophet_draws.kept(file) if file is not None and file.exists() else {}
    missing = wanted - set(drawn)
    for known in sorted(missing):
        drawn[known] = prophet_draws.draw(whole.cut(known), args.horizon)
    if file is not None and missing:
        prophet_draws.keep(file, drawn)
    return drawn


def peers_rows(args: argparse.Namespace) -> dict[str, Row]:
    """Label of each peer that was asked for -> its row of the table."""
    if args.peers is None:
        return {}
    sales = read(args.sales)
    whole, panel = panels.from_sales(sales), panels.from_sales(cut(sales, args.horizon))
    terms = Terms(args.horizon, args.peers_minutes, args.peers_series)
    with tempfile.TemporaryDirectory() as folder:
        made = peers.outcomes(
            args.peers or peers.PEERS, sales, panel, terms, lambda name: kept_file(args, f"peer-{name}.csv") or Path(folder) / f"{name}.csv"
        )
    y = sold_after(whole, panel, args.horizon)
    return {f"peer: {outcome.label}": point_table.of_peer(outcome, panel.sales, y) for outcome in made}


def kept_file(args: argparse.Namespace, name: str) -> Path | None:
    """Where something of this file and horizon is kept."""
    if args.keep is None:
        return None
    args.keep.mkdir(parents=True, exist_ok=True)
    return args.keep / f"{args.sales.name.split('.')[0]}-{args.horizon}.{name}"


def print_points(trained: dict[int, Trained], beside: dict[str, Row]) -> None:
    """The errors of every model and peer."""
    rows = point_table.of_seeds({seed: made.points for seed, made in trained.items()})
    print("\nerrors on the last days: WAPE, bias, WAPE of the daily total and of sums over 7 and 14 days in %")
    print(point_table.text(rows | beside))


def print_bands(title: str, table: pd.DataFrame) -> None:
    """Coverage, interval score, and ours as a share of every other's."""
    made = origins.summary(table)
    made.iloc[:, 2:4] *= 100
    heads = ["bands", "target", "80 %", "95 %", "score 80", "score 95", "ours / it 80", "ours / it 95"]
    print(f"\n{title}: coverage in %, mean interval score relative to mean sales, Shelfcast's as a share of it on the same targets")
    print(made.set_axis(heads, axis=1).round({"80 %": 1, "95 %": 1} | {name: 3 for name in heads[4:]}).to_string(index=False))


if __name__ == "__main__":
    main()
