"""One peer's forecast of a file's days ahead.

Usage: python run.py NAME TASK.csv HORIZON OUT.csv [--minutes N]

TASK.csv has `unique_id, ds, y`, attributes and drivers; rows of the days ahead have no `y`. Writes `unique_id, ds, yhat`, and beside it, as JSON,
the CPU seconds that it took and the versions of the libraries. Runs in an environment that has the peer's library, and knows nothing of Shelfcast.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import resource
from importlib.metadata import version
from pathlib import Path

import frames

PEERS = {
    "lightgbm": ("boosting", "direct", ["lightgbm"]),
    "mlforecast": ("boosting", "day_by_day", ["mlforecast", "lightgbm"]),
    "auto_ets": ("statistical", "auto_ets", ["statsforecast"]),
    "auto_theta": ("statistical", "auto_theta", ["statsforecast"]),
    "mstl": ("statistical", "mstl", ["statsforecast"]),
    "nhits": ("networks", "nhits", ["neuralforecast", "torch"]),
}
"""Name -> module, function in it, and the packages whose versions say which peer it was."""


def main() -> None:
    """Runs the peer that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=PEERS)
    parser.add_argument("task", type=Path)
    parser.add_argument("horizon", type=int)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=60, help="CPU minutes after which it is stopped")
    args = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CPU, (int(60 * args.minutes), resource.RLIM_INFINITY))
    module, function, packages = PEERS[args.name]
    task, forecast = frames.read(args.task, args.horizon), getattr(importlib.import_module(module), function)
    start = spent()
    made = forecast(task)
    seconds = spent() - start
    made[["unique_id", "ds", "yhat"]].to_csv(args.out, index=False, date_format="%Y-%m-%d")
    args.out.with_suffix(".json").write_text(json.dumps({"seconds": seconds, "versions": {name: version(name) for name in packages}}))


def spent() -> float:
    """CPU seconds of this process and of those that it waited for."""
    return sum(os.times()[:4])


if __name__ == "__main__":
    main()
