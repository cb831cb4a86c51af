"""Does the monitor cry without cause, and how soon does it find a change? Simulated shops through a year, known truth, and real errors.

python -m benchmarks.monitoring                               12 simulated shops, and the known truth
python -m benchmarks.monitoring --shops 4 [--first 100]       fewer shops, or others
python -m benchmarks.monitoring --product 3 11 --keep FOLDER  the versions of some of the shops made by the product, a whole training each
python -m benchmarks.monitoring --backtest FILE               a version's backtest.parquet: each cutoff lived through with thresholds from the others
python -m benchmarks.monitoring --scale 50000                 CPU seconds of a day of so many series
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # in place of this folder, whose pages.py would stand in for the dashboard's pages

from benchmarks.support import large_shop, lived_backtest
from benchmarks.support.lived_backtest import CHANGED_FROM, Backtest
from benchmarks.support.monitored_shop import YEAR, changes, days_to, lived, quick_forecast, versions_of_a_year
from benchmarks.support.product_forecasts import ProductForecasts
from benchmarks.support.simulated_shops import CUTOFFS, shop
from forecasting.analysis.monitoring import e_detector, rows


def shops(seeds: Iterable[int], *, product: Mapping[int, ProductForecasts]) -> None:
    """Simulated shops through a year.

    Args:
        seeds: Of the shops.
        product: Those whose versions the product makes.
    """
    false, found = [], dict[str, list[int | None]]()
    for seed in seeds:
        of = shop(seed)
        versions = versions_of_a_year(of, product.get(seed, quick_forecast))
        began = lived(of, versions)
        false.append(sum(len(days) for days in began.values()))
        by = " by the product" if seed in product else ""
        print(f"shop {seed}{by}: {len(of.y)} series, {np.nanmean(of.y):.1f} a day; alarms without cause: {false[-1]} {began or ''}", flush=True)
        for at in (versions[3].cut + 5, versions[7].cut + 6):
            for change in changes(of, at):
                found.setdefault(change.name, []).append(days_to(of, versions, change, at))
        print(f"  so far: {np.mean(false):.2f} a year and shop, at most {max(false)}; " + "; ".join(map(_told, found.items())), flush=True)
    uploads = pd.date_range("2026-01-01", periods=60)
    overdue = next(day for day in range(1, 9) if rows.upload_overdue(uploads, uploads[-1] + pd.Timedelta(days=day)))
    print(f"uploads that stop: found after {overdue} days")


def _told(of: tuple[str, list[int | None]]) -> str:
    name, days = of
    known = [day for day in days if day is not None]
    return f"{name}: {len(known)} of {len(days)} in time, after {np.median(known) if known else float('nan'):.0f} days"


def known_truth(seed: int = 0) -> None:
    """Scores whose errors hang together: own means of sd 0.2 with heavy tails, days correlated by 0.3, 250 series, lives of 60 days."""
    random, n, life, versions = np.random.default_rng(seed), 250, 60, 14

    def paths() -> np.ndarray:
        noise = random.normal(0, np.sqrt(1 - 0.3**2), (n, life))
        for step in range(1, life):
            noise[:, step] += 0.3 * noise[:, step - 1]
        return np.clip(noise + 0.2 * random.standard_t(5, (n, 1)) / np.sqrt(5 / 3), -3, 3)

    false, plain, shifted, dead = 0, 0, [], []
    for _ in range(versions):
        past = np.concatenate([paths() for _ in range(CUTOFFS)])
        spread = e_detector.own_spread(past)
        threshold = e_detector.learn_threshold(past, n=n, steps_a_year=YEAR, alarms=1.0, spread=spread).value
        live = paths()
        false += int((e_detector.maxima(live, spread) >= threshold).sum())
        plain += int((e_detector.maxima(live, e_detector.MIN_SPREAD**2) >= np.log(YEAR * n)).sum())
        for size, days in ((2.0, shifted), (-3.0, dead)):
            changed = live[:60].copy()
            changed[:, 15:] = np.clip(changed[:, 15:] + size, -3, 3)
            running = np.array([e_detector.statistics(changed[:, :end], spread)[0] for end in range(16, life + 1)])
            days += list(np.where((running >= threshold).any(axis=0), (running >= threshold).argmax(axis=0) + 1, 99))
    years = versions * life / YEAR
    print(f"known truth, {years:.1f} file-years: {false / years:.1f} false alarms a year; independent days would give {plain / years:.0f};", end=" ")
    print(f"2 sd found after {np.median(shifted):.0f} days, dead after {np.median(dead):.0f}")


def backtest(file: Path) -> None:
    """Each cutoff of a version's backtest lived through, with what is usual learned from the others."""
    of = lived_backtest.read(file)
    years, n = of.past.cutoffs * of.horizon / YEAR, len(of.shop.y)
    _print_false(f"{file}: {n} series", of, years)
    for name, factor in (("+20 %", 1.2), ("+50 %", 1.5), ("dead", 0.0)):
        print(f"one series {name}: found after {np.median(of.delays(factor)):.0f} days (median)", flush=True)
    everything, some = np.ones(n, dtype=bool), np.random.default_rng(0).permutation(n) < n / 10
    store = of.shop.labels["store"] == of.shop.labels["store"][0] if "store" in of.shop.labels else some
    for name, rows_changed, factor, looks in (
        ("everything x1.2", everything, 1.2, (7, 14, 21, 28)),
        ("one store sells nothing", store, 0.0, (7,)),
        ("one store has no rows", store, np.nan, (3,)),
        ("a tenth of the series has no rows", some, np.nan, (7, 14)),
    ):
        print(f"{name}: {_told_of_change(of, rows_changed, factor, looks)}", flush=True)
    for units in ((0.5, 1.0), (1.0, 5.0)):
        _print_false(f"thinned to {units[0]:g}-{units[1]:g} a day", of.thinned(units), years)


def _print_false(name: str, of: Backtest, years: float) -> None:
    false = list(of.false_alarms())
    print(f"{name}: {len(false) / years:.1f} alarms without cause a year in {years:.2f} file-years {false or ''}", flush=True)


def _told_of_change(of: Backtest, series: np.ndarray, factor: float, looks: tuple[int, ...]) -> str:
    """What the looks after a change say, over all lives: alarms by what they are of, and how many lives have each."""
    lives = []
    for cut in range(of.past.cutoffs):
        y = of.changed(cut, series, factor)
        lives.append({each.id: each for days in looks for each in of.alarms(cut, y, CHANGED_FROM + days)})
    counts = Counter(f"{each.level} {each.what}" for life in lives for each in life.values())
    concerned = Counter(kind for life in lives for kind in {f"{each.level} {each.what}" for each in life.values()})
    return ", ".join(f"{kind}: {count} in {concerned[kind]} of {len(lives)} lives" for kind, count in counts.items()) or "nothing found"


def main() -> None:
    """Runs what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shops", type=int, default=12)
    parser.add_argument("--first", type=int, default=0, help="seed of the first shop")
    parser.add_argument("--product", type=int, nargs="*", default=[], metavar="SHOP", help="shops whose versions the product makes")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "monitored", help="where these versions are kept")
    parser.add_argument("--without", nargs="*", default=[], metavar="MODEL", help="models that take no part in these versions")
    parser.add_argument("--backtest", type=Path)
    parser.add_argument("--scale", type=int, metavar="SERIES")
    asked = parser.parse_args()
    if asked.scale:
        learning, looking, count = large_shop.seconds(asked.scale)
        print(f"{asked.scale:,} series: {learning:.1f} CPU seconds once a version, {looking:.1f} a day to grade and look; {count} alarms")
        return
    if asked.backtest:
        backtest(asked.backtest)
        return
    known_truth()
    product = {seed: ProductForecasts(seed, asked.keep, tuple(asked.without)) for seed in asked.product}
    shops(range(asked.first, asked.first + asked.shops), product=product)


if __name__ == "__main__":
    main()
