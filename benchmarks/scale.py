"""How a retrain grows with the number of series: CPU seconds and memory of each part, and the power with which they grow.

Usage: python benchmarks/scale.py [--series 1000 4000 15000] [--days 200] [--horizon 28] [--epochs 2] [--cores N]
           [--without MODEL ...] [--around]

Trains made-up chains of shops, young and sparse series among them, each size in a process of its own on one core, so that the CPU seconds of a
part are its work. With --cores N the fits are spread over processes, which wall seconds alone tell. With --around the seasonal naive forecast
stands in for Prophet and the network, so that the parts around them are measured in a minute. The exponent of a part is of the smallest and the
largest size: 1 where twice the series take twice the time. The load of the machine stands beside each size.
"""

from __future__ import annotations

import argparse
import functools
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

EVERYTHING = "everything"
PARTS = {
    "cleaning": ("forecasting.training.cleaning.clean", "clean"),
    "  of it outliers": ("forecasting.training.cleaning.outliers", "find_outliers"),
    "  of it stockouts": ("forecasting.training.cleaning.stockouts", "find_stockouts"),
    "  of it level shifts": ("forecasting.training.cleaning.level_shifts", "find_level_shifts"),
    "Prophet, fits": ("forecasting.models.prophet.model", "ProphetModel._fit"),
    "LSTM, training": ("forecasting.models.lstm.model", "LstmModel._fit"),
    "LSTM, forecasts": ("forecasting.models.lstm.model", "LstmModel._forecasts"),
    "trees, fits": ("forecasting.models.gradient_boosting.model", "GradientBoosting._fit"),
    "trees, forecasts": ("forecasting.models.gradient_boosting.model", "GradientBoosting._forecasts"),
    "  of both, Features": ("forecasting.models.features.windows", "Features.__init__"),
    "totals' fits": ("forecasting.training.reconciliation", "forecast"),
    "with totals": ("forecasting.training.pipeline", "with_totals"),
    "assemble": ("forecasting.training.pipeline", "assemble"),
    "  of it newcomers": ("forecasting.training.cold_start.newcomers", "learn_cold_start"),
    "  of it newcomers' forecasts": ("forecasting.training.cold_start.newcomers", "forecast"),
    "  of it weights": ("forecasting.training.weights", "learn_weights"),
    "  of it bands": ("forecasting.training.bands.days", "day_bands"),
    "  of it health": ("forecasting.training.health", "table"),
}
"""Part -> the module and the function whose time it is."""
WALL, MEMORY, FOLDER, LOAD = "wall seconds", "peak memory, MB", "version folder, MB", "load average"
ROWS = (EVERYTHING, "read", *PARTS, "judge", "save", WALL, MEMORY, FOLDER)


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, nargs="+", default=[1_000, 4_000, 15_000])
    parser.add_argument("--days", type=int, default=200)
    parser.add_argument("--horizon", type=int, default=28)
    parser.add_argument("--epochs", type=int, default=2, help="of the network, whose training hardly depends on the series")
    parser.add_argument("--cores", type=int, default=1, help="cores that the fits are spread over")
    parser.add_argument("--without", nargs="*", default=[], metavar="MODEL", help="models of the blend that take no part")
    parser.add_argument("--around", action="store_true", help="only what is not Prophet or the network")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one is not None:
        print(json.dumps(measured(args)))
        return
    sizes = sorted(args.series)
    report(sizes, [elsewhere(size, args) for size in sizes])


def elsewhere(size: int, args: argparse.Namespace) -> dict[str, float]:
    """What one size took, in a process of its own."""
    words = ["--one", size, "--days", args.days, "--horizon", args.horizon, "--epochs", args.epochs]
    command = [sys.executable, __file__, *map(str, words), "--without", *args.without, *(["--around"] if args.around else [])]
    environment = {**os.environ, "LOKY_MAX_CPU_COUNT": str(args.cores), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    result = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(result.stdout)


def measured(args: argparse.Namespace) -> dict[str, float]:
    """CPU seconds of each part, wall seconds, megabytes, load."""
    from benchmarks.support import chains
    from forecasting.core import panel
    from forecasting.core.settings import LstmSettings, Settings
    from forecasting.models import registry
    from forecasting.models.seasonal_naive import SeasonalNaive
    from forecasting.services import training_run
    from forecasting.training import ensemble, pipeline

    sales = chains.sales(args.one, args.days)
    seconds: dict[str, float] = defaultdict(float)
    settings = Settings(horizon=args.horizon, without=tuple(args.without), lstm=LstmSettings(epochs=args.epochs))
    load, wall = os.getloadavg()[0], time.perf_counter()
    with timed(seconds, EVERYTHING), tempfile.TemporaryDirectory() as folder:
        with timed(seconds, "read"):
            whole = panel.from_sales(sales)
        for part, (module, name) in PARTS.items():
            watch(seconds, part, module, name)
        if args.around:
            pipeline.makers = lambda _: {name: lambda _: SeasonalNaive() for name in registry.names()}
        trained = pipeline.train(whole, settings)
        with timed(seconds, "judge"):
            ensemble.summary(trained)
        with timed(seconds, "save"):
            training_run._write(Path(folder), trained, sales)
        seconds[FOLDER] = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file()) / 1e6
    seconds[WALL] = time.perf_counter() - wall
    seconds[MEMORY] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds[LOAD] = (load + os.getloadavg()[0]) / 2
    return dict(seconds)


@contextmanager
def timed(seconds: dict[str, float], part: str) -> Iterator[None]:
    """Adds the CPU seconds of a block, all threads of this process together, to a part."""
    start = time.process_time()
    try:
        yield
    finally:
        seconds[part] += time.process_time() - start


def watch(seconds: dict[str, float], part: str, module: str, name: str) -> None:
    """Has every call of a function add its time to a part, whoever imported the function."""
    owner: object = sys.modules.get(module) or __import__(module, fromlist=[name])
    *path, last = name.split(".")
    for step in path:
        owner = getattr(owner, step)
    function: Callable[..., object] = getattr(owner, last)

    @functools.wraps(function)
    def call(*args: object, **options: object) -> object:
        with timed(seconds, part):
            return function(*args, **options)

    owners = [owner, *(each for each in list(sys.modules.values()) if isinstance(each, ModuleType) and each.__name__.startswith("forecasting"))]
    for each in owners:
        if each.__dict__.get(last) is function or each is owner:
            setattr(each, last, call)


def report(sizes: list[int], results: list[dict[str, float]]) -> None:
    """Prints a row a part: its value at each size, and its exponent from the smallest to the largest."""
    print(f"{'CPU seconds':34s}" + "".join(f"{size:>10,d}" for size in sizes) + f"{'exponent':>10s}")
    for part in ROWS:
        values = [result.get(part, 0.0) for result in results]
        print(f"{part:34s}" + "".join(f"{value:10.2f}" for value in values) + f"{exponent(sizes, values):10.2f}")
    print(f"{LOAD:34s}" + "".join(f"{result[LOAD]:10.1f}" for result in results))


def exponent(sizes: list[int], values: list[float]) -> float:
    """The power with which values grow from the smallest size to the largest; NaN where there is nothing to compare.

    Example:
        >>> exponent([10, 1000], [1.0, 100.0])
        1.0
    """
    if sizes[0] == sizes[-1] or min(values[0], values[-1]) <= 0:
        return math.nan
    return math.log(values[-1] / values[0]) / math.log(sizes[-1] / sizes[0])


if __name__ == "__main__":
    main()
