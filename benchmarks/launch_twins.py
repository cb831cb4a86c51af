"""How good a forecast is that is made before a product's first sale, from the launches that resemble it most.

Usage: python benchmarks/launch_twins.py SALES [--from SHARE]

Of every product that was launched after the first SHARE of the file (two thirds), the sum of its first 28 days is forecast from the launches whose
first 28 days had ended before it, from its category and the price that it began with. Beside it: the mean of its category over the 28 days before
(of all products on sale where there are no categories), and the mean of all earlier launches. Prints errors, and how often the sum lay in the 80 %
range.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.accuracy import read
from benchmarks.support.origins import planned
from forecasting.core import panel as panels
from forecasting.core import schema
from forecasting.core.panel import Panel
from forecasting.training.cold_start import twins

METHODS = ("twins", "category mean", "mean launch")


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sales", type=Path)
    parser.add_argument("--from", dest="share", type=float, default=2 / 3, metavar="SHARE", help="part of the file that is only learned from")
    args = parser.parse_args()
    panel = planned(panels.from_sales(read(args.sales)))
    every = twins.launches(panel)
    print(f"{args.sales.name}: {len(every)} launches with {twins.WEEKS} days, in {len(panel)} series")
    table = forecasts(panel, every, int(len(panel.dates) * args.share))
    if table.empty:
        print("None to forecast: no launch of that time has an earlier one to follow.")
        return
    print(f"{len(table)} forecast\n{judged(table).to_string()}")
    known = table[table["lower"].notna()]
    inside = ((known["sold"] >= known["lower"]) & (known["sold"] <= known["upper"])).mean()
    width = (known["upper"] / known["lower"].clip(lower=1.0)).median()
    print(f"80 % range: {inside:.0%} of {len(known)} inside; in the middle its upper end is {width:.0f} times the lower one")


def forecasts(panel: Panel, every: twins.Launches, since: int) -> pd.DataFrame:
    """Each launch from a day on: what it sold and what each method says, by product."""
    products = twins.by_product(panel)
    rows = []
    for place in np.flatnonzero(every.starts >= since):
        day, category = int(every.starts[place]), str(every.category[place])
        known = every.before(day)
        expected = twins.expect(known, float(every.price[place]), category)
        if expected is not None:
            means = {"category mean": category_mean(products, day, category), "mean launch": float(known.sums.mean())}
            ends = {"lower": expected.lower_80, "upper": expected.upper_80}
            rows.append({"product": every.products[place], "sold": every.sums[place], "twins": expected.units, **means, **ends})
    return pd.DataFrame(rows)


def category_mean(products: Panel, day: int, category: str) -> float:
    """What the products of a category (all, if it is empty or new) that had rows in the 28 days before sold in these, in the mean."""
    weeks = slice(day - products.period.steps(twins.WEEKS), day)
    there = np.isfinite(products.sales[:, weeks]).any(axis=1)
    if category:
        same = there & (products.series[schema.CATEGORY] == category).to_numpy()
        there = same if same.any() else there
    return float(np.nansum(products.sales[there, weeks], axis=1).mean())


def judged(table: pd.DataFrame) -> pd.DataFrame:
    """Error, its root mean square and bias in units of the sum, and the factor by which the middle forecast was wrong."""
    sold = table["sold"]
    return pd.DataFrame(
        {
            name: {
                "mean absolute error": (table[name] - sold).abs().mean().round(1),
                "root mean squared error": round(float(((table[name] - sold) ** 2).mean() ** 0.5), 1),
                "bias in %": round(100 * float(table[name].sum() / sold.sum() - 1), 1),
                "wrong by a factor of": round(float(np.exp((np.log1p(table[name]) - np.log1p(sold)).abs().median())), 2),
            }
            for name in METHODS
        }
    ).T


if __name__ == "__main__":
    main()
