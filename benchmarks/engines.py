"""One training by every engine: the same bits, what it costs, and what is left when a worker, the scheduler or the training itself is killed.

Usage: python benchmarks/engines.py [--series 1000] [--days 200] [--workers 1 2 4] [--kills 3] [--seed 0] [--network]

Trains a made-up chain of shops here, by processes:2 and by a Dask cluster of each number of workers on this machine, each in a process of its own,
and prints the digest of its backtest and forecast, CPU seconds of the training and of those that worked for it, and the most memory of a worker.
Workers are warm: each has imported what it needs. Then with two workers: a worker is killed at drawn moments, which must change no bit; the
scheduler, which must end the training in one sentence; the training, of which the scheduler must forget every task. The load of the machine stands
beside each figure. Needs the extra `dask`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.support.local_cluster import LocalCluster


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=1_000)
    parser.add_argument("--days", type=int, default=200)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--kills", type=int, default=3, help="of each kind")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--network", action="store_true", help="train the network too")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one is not None:
        print(json.dumps(trained(args)))
        return
    print(f"{args.series:,d} series, {args.days} days")
    print(f"{'engine':14s}{'digest':>14s}{'wall s':>9s}{'CPU s':>9s}{'there':>9s}{'MB there':>10s}{'load':>7s}")
    results = [report(engine, ended(started(engine, args))) for engine in ("here", "processes:2")]
    results += [on_cluster(workers, args) for workers in args.workers]
    expected = results[0]["digest"]
    print("One digest for all." if {result["digest"] for result in results} == {expected} else "THE DIGESTS DIFFER.")
    if args.kills:
        killed(args, expected, results[-1]["wall"])


def trained(args: argparse.Namespace) -> dict[str, object]:
    """The digest of one training, wall and CPU seconds of this process and of its own ones, and why it ended if it did."""
    import numpy as np

    from benchmarks.support import chains
    from forecasting.core import panel
    from forecasting.core.errors import EngineUnavailable
    from forecasting.core.settings import LstmSettings, Settings
    from forecasting.training import pipeline

    whole = panel.from_sales(chains.sales(args.series, args.days))
    settings = Settings(horizon=28, lstm=LstmSettings(epochs=2), without=() if args.network else ("lstm",))
    wall, cpu = time.perf_counter(), time.process_time()
    print("begins", flush=True)
    try:
        made = pipeline.train(whole, settings, where=args.one)
    except EngineUnavailable as error:
        return {"ended": str(error), "wall": time.perf_counter() - wall}
    arrays = [*made.past.yhat.values(), *made.yhat.values(), made.bands, made.share]
    digest = hashlib.sha256(b"".join(np.ascontiguousarray(values).tobytes() for values in arrays)).hexdigest()
    others = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = {"cpu": time.process_time() - cpu, "there": others.ru_utime + others.ru_stime, "memory": others.ru_maxrss / 1024}
    return {"digest": digest, "wall": time.perf_counter() - wall, **used}


def started(engine: str, args: argparse.Namespace) -> subprocess.Popen[str]:
    """A training by an engine, in a process of its own, once its sales are made up."""
    words = ["--one", engine, "--series", args.series, "--days", args.days, *(["--network"] if args.network else [])]
    command = [sys.executable, __file__, *map(str, words)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "begins\n"
    return process


def ended(process: subprocess.Popen[str]) -> dict[str, object]:
    """What a training tells in the end."""
    told, _ = process.communicate()
    return json.loads(told)


def report(name: str, result: dict[str, object]) -> dict[str, object]:
    """Prints a line of figures."""
    figures = "".join(f"{result[part]:>9.1f}" for part in ("wall", "cpu", "there"))
    print(f"{name:14s}{result['digest'][:12]:>14s}{figures}{result['memory']:>10.0f}{os.getloadavg()[0]:>7.1f}", flush=True)
    return result


def on_cluster(workers: int, args: argparse.Namespace) -> dict[str, object]:
    """What a training by so many workers took, which trained a small chain before."""
    with tempfile.TemporaryDirectory() as folder:
        cluster = LocalCluster(Path(folder), workers)
        try:
            ended(started(cluster.engine, argparse.Namespace(**{**vars(args), "series": 100 * workers})))
            before, _ = cluster.usage()
            result = ended(started(cluster.engine, args))
            after, memory = cluster.usage()
        finally:
            cluster.close()
    return report(f"dask, {workers}", {**result, "there": after - before, "memory": memory})


def killed(args: argparse.Namespace, expected: object, seconds: float) -> None:
    """Kills a worker, the scheduler and the training at drawn moments, and prints what came of it."""
    draw = random.Random(args.seed)
    for number in range(args.kills):
        for what in ("worker", "scheduler", "training"):
            moment = draw.uniform(0.05, 0.5) * seconds
            with tempfile.TemporaryDirectory() as folder:
                cluster = LocalCluster(Path(folder), 2)
                try:
                    text = after_kill(what, moment, cluster, args, expected)
                finally:
                    cluster.close()
            print(f"{what} killed after {moment:.1f} s ({number + 1} of {args.kills}): {text}", flush=True)


def after_kill(what: str, moment: float, cluster: LocalCluster, args: argparse.Namespace, expected: object) -> str:
    """What came of a training of which something is killed after some seconds."""
    process = started(cluster.engine, args)
    time.sleep(moment)
    victims = {"worker": lambda: min(cluster.processes()), "scheduler": lambda: cluster.scheduler.pid, "training": lambda: process.pid}
    os.kill(victims[what](), signal.SIGKILL)
    since = time.perf_counter()
    if what == "training":
        process.wait()
        cluster.wait(tasks=0)
        return f"the scheduler had no task after {time.perf_counter() - since:.2f} s"
    result = ended(process)
    took = time.perf_counter() - since
    if "ended" in result:
        return f"it ended after {took:.1f} s: {result['ended']}"
    return f"{'the same' if result['digest'] == expected else 'ANOTHER'} digest, {took:.1f} s later"


if __name__ == "__main__":
    main()
