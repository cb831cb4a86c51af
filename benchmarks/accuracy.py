"""How good Shelfcast is, beside other forecasters on the same days: errors, and whether its bands keep their word.

Usage: python benchmarks/accuracy.py SALES HORIZON [--seeds 0 1 2] [--origins] [--peers FOLDER --peers-python PYTHON] [--keep FOLDER]

Cuts the last HORIZON days off (price, promo and open of those days stay: they are known ahead), trains on the rest as a retrain does, once a
seed, and scores what was forecast. With --origins the bands are judged from every past day that had at least four cutoffs before it, which
says far more than one window does.

FOLDER of --peers has `peers.py` (called with SALES and HORIZON, prints a line of scores a forecaster) and `sales.py` (whose `scores` ours are
checked against); PYTHON has what they need. What peers printed and what Prophet drew is kept in the folder of --keep.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.support import origins, point_scores, prophet_draws
from benchmarks.support.origins import Draws
from forecasting.core import panel as panels
from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel
from forecasting.core.settings import Settings
from forecasting.models import registry
from forecasting.training import pipeline

NAMES = {
    **{model.name: model.label for model in registry.blended()},
    schema.BLEND: "blend",
    schema.SEASONAL_NAIVE: "seasonal naive",
}


class Trained(NamedTuple):
    """What one seed gave: model -> scores, the judged bands of the last days, seconds, and how far the scores lie from the peers'."""

    points: dict[str, dict[str, float]]
    bands: pd.DataFrame
    seconds: float
    disagreement: float


def main() -> None:
    """Runs the benchmark."""
    args = options()
    whole = panels.from_sales(read(args.sales))
    print(f"{args.sales.name}: {len(whole)} series, {len(whole.dates)} days; the last {args.horizon} days are forecast")
    drawn = own_draws(whole, args)
    trained = [apart(train_and_score, args.sales, args.horizon, seed, drawn, args.peers) for seed in args.seeds]
    print_points(dict(zip(args.seeds, trained, strict=True)), peers(args))
    bands = pd.concat([made.bands.assign(origin=seed) for seed, made in zip(args.seeds, trained, strict=True)])
    print_bands("bands on the last days, mean over the seeds", bands)
    if args.origins:
        judged = [apart(judge_origins, args.sales, args.horizon, seed, drawn) for seed in args.seeds]
        errors = pd.concat([accuracy for accuracy, _ in judged])
        print("\nWAPE in % at each origin, and bias of the blend, mean over the seeds")
        print(errors.groupby("origin").mean().round(2).to_string() if len(errors) else "The history is too short for any.")
        if len(errors):
            print_bands(f"bands at {errors['origin'].nunique()} origins, mean over the seeds", pd.concat([bands for _, bands in judged]))


def options() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sales", type=Path)
    parser.add_argument("horizon", type=int)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--origins", action="store_true", help="judge the bands at many past days")
    parser.add_argument("--peers", type=Path, help="folder of peers.py and sales.py")
    parser.add_argument("--peers-python", type=Path, default=Path(sys.executable), help="a Python that has what the peers need")
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


def train_and_score(file: Path, horizon: int, seed: int, drawn: dict[int, Draws], peers_folder: Path | None) -> Trained:
    """Trains on all but the last days, and scores these."""
    sales = read(file)
    whole, panel = panels.from_sales(sales), panels.from_sales(cut(sales, horizon))
    start = time.perf_counter()
    made = pipeline.train(panel, Settings(horizon=horizon, seed=seed))
    seconds = time.perf_counter() - start
    y = sold_after(whole, panel, horizon)
    points = {name: point_scores.scores(panel.sales, y, made.yhat[name]) for name in NAMES}
    disagreement = 0.0
    if peers_folder is not None:
        future = (y, made.yhat[schema.BLEND])
        disagreement = point_scores.disagreement(peers_folder, panel.unique_ids, whole.dates, panel.sales, future)
    draws = among(whole, panel, drawn.get(len(panel.dates)))
    return Trained(points, origins.judged_once(made, y, draws), seconds, disagreement)


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


def peers(args: argparse.Namespace) -> str:
    """What the peers print of themselves; nothing if none were given."""
    file = kept_file(args, "peers.txt")
    if file is not None and file.exists():
        return file.read_text(encoding="utf-8")
    if args.peers is None:
        return ""
    command = [args.peers_python, args.peers / "peers.py", args.sales.resolve(), str(args.horizon)]
    printed = subprocess.run(command, cwd=args.peers, check=True, stdout=subprocess.PIPE, text=True).stdout
    if file is not None:
        file.write_text(printed, encoding="utf-8")
    return printed


def kept_file(args: argparse.Namespace, name: str) -> Path | None:
    """Where something of this file and horizon is kept."""
    if args.keep is None:
        return None
    args.keep.mkdir(parents=True, exist_ok=True)
    return args.keep / f"{args.sales.name.split('.')[0]}-{args.horizon}.{name}"


def print_points(trained: dict[int, Trained], printed: str) -> None:
    """The errors of every model and peer."""
    rows = {}
    for model, name in NAMES.items():
        table = pd.DataFrame([made.points[model] for made in trained.values()], index=list(trained))
        varied = len(table) > 1 and table.nunique().max() > 1
        rows |= {f"{name}, seed {seed}": row for seed, row in table.iterrows()} if varied else {}
        rows[f"{name}, mean" if varied else name] = table.mean()
    rows |= {f"peer: {name}": pd.Series(values) for name, values in point_scores.of_peers(printed).items()}
    print("\nerrors on the last days: WAPE, bias and WAPE of the daily total in %")
    print(pd.DataFrame(rows).T[list(point_scores.COLUMNS)].round(3).to_string())
    print("trained in " + ", ".join(f"{made.seconds:.0f} s" for made in trained.values()))
    far = max(made.disagreement for made in trained.values())
    if far > 1e-6:
        print(f"These scores differ from those of the peers' sales.py by up to {100 * far:.3g} %.")


def print_bands(title: str, table: pd.DataFrame) -> None:
    """Coverage, interval score, and ours as a share of every other's."""
    made = origins.summary(table)
    made.iloc[:, 2:4] *= 100
    heads = ["bands", "target", "80 %", "95 %", "score 80", "score 95", "ours / it 80", "ours / it 95"]
    print(f"\n{title}: coverage in %, mean interval score relative to mean sales, Shelfcast's as a share of it on the same targets")
    print(made.set_axis(heads, axis=1).round({"80 %": 1, "95 %": 1} | {name: 3 for name in heads[4:]}).to_string(index=False))


if __name__ == "__main__":
    main()
