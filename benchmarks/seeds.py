"""How much of a retrain is chance: the same sales, trained with other seeds.

Usage: python benchmarks/seeds.py SALES HORIZON [--seeds 0 1 2]

Prints how far two such versions lie apart on average: their lines and what they expect by day, the total of the horizon of each series and of
all, and the level that each series is ordered up to (lead time and review period of 7 days, 95 %), as shares of the mean of these numbers; a dash
for the level where the horizon is shorter than both periods.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.accuracy import apart, read
from forecasting.core import panel as panels
from forecasting.core.arrays import FloatArray
from forecasting.core.settings import Settings
from forecasting.inventory import arithmetic
from forecasting.inventory.levels import demand
from forecasting.training import pipeline
from forecasting.training.ensemble import Ensemble

LEAD_TIME, REVIEW_PERIOD, PROMISE = 7, 7, 0.95


class Told(NamedTuple):
    """What one version says of n series: units by day, shape (n, h), and levels to order up to, shape (n,); NaN where it has none."""

    line: FloatArray
    expected: FloatArray
    level: FloatArray


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sales", type=Path)
    parser.add_argument("horizon", type=int)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    args = parser.parse_args()
    told = [apart(train, args.sales, args.horizon, seed) for seed in args.seeds]
    print(f"{args.sales.name}, {len(told)} seeds: mean difference of two versions, in % of the mean")
    for name, share in differences(told).items():
        print(f"  {name:28s} {shown(share):>6s}")


def train(file: Path, horizon: int, seed: int) -> Told:
    """What a version of this seed says."""
    return told_by(pipeline.train(panels.from_sales(read(file)), Settings(horizon=horizon, seed=seed)))


def told_by(made: Ensemble) -> Told:
    """What a version says."""
    n, period = len(made.panel), made.panel.period
    lead = np.zeros((n, period.steps(LEAD_TIME) + 1))
    lead[:, -1] = 1.0
    over = demand.demand_over(made, np.arange(n), lead, np.full(n, period.steps(REVIEW_PERIOD)))
    return Told(made.line, made.expected, arithmetic.quantile(over.values, np.full(n, PROMISE)))


def differences(told: Sequence[Told]) -> dict[str, float]:
    """What is compared -> mean absolute difference of two versions, as a share of the mean; NaN where no two versions say anything."""
    numbers = {
        "line, a day": [one.line for one in told],
        "expected, a day": [one.expected for one in told],
        "total of a series": [one.expected.sum(axis=1) for one in told],
        "total of all": [np.atleast_1d(one.expected.sum()) for one in told],
        "order-up-to level": [one.level for one in told],
    }
    return {name: _difference(values) for name, values in numbers.items()}


def shown(share: float) -> str:
    """A share in percent, or a dash where there is none."""
    return f"{100 * share:.2f}" if np.isfinite(share) else "-"


def _difference(values: Sequence[FloatArray]) -> float:
    known = np.isfinite(values).all(axis=0)
    if not known.any():
        return float("nan")
    apart_ = [np.abs(one - other)[known].mean() for one, other in combinations(values, 2)]
    return float(np.mean(apart_) / np.mean([one[known].mean() for one in values]))


if __name__ == "__main__":
    main()
