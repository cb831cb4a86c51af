"""How often the gate and the shadow decide rightly, on made-up errors and on versions of made-up shops or of sales files.

    python benchmarks/champion.py [SALES ...] [--draws 20000] [--seed 0] [--series 200] [--pairs 12]

Prints three tables: the share of challengers that go live by how much worse their recipe is, the share of good and broken versions that are held,
and the share of live versions from which going back is advised. Ends with 1 if one of them is not as docs/explanation/champion.md says.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.support import broken_versions
from forecasting.analysis.champion import broken, paired, soundness
from forecasting.analysis.champion.evidence import ENOUGH, evidence
from forecasting.analysis.champion.pair import Pair
from forecasting.core import panel
from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel

SPREADS: Final = (0.01, 0.03, 0.06)
"""Of the difference between cutoffs, beside that of days."""
WORSE: Final = (-0.05, -0.02, 0.0, 0.02, 0.05, 0.10, 0.20)
CUTOFFS: Final = 6
DAYS: Final = 28
MONEY_SPREAD: Final = 0.2
"""The same of money, which depends on errors in ways that differ from shop to shop: here not at all."""
SWING: Final = 0.06
"""The spread of the difference of one day."""
LAGS: Final = (0.5, 0.8)
"""How much of a day's difference the next day has."""
LONG: Final = 84


def swings(random: np.random.Generator, shape: tuple[int, ...], lag: float) -> FloatArray:
    """Differences of days that depend on the day before, of spread `SWING`; the last axis is time."""
    days = random.normal(0.0, SWING, shape)
    for day in range(1, shape[-1]):
        days[..., day] = lag * days[..., day - 1] + np.sqrt(1 - lag**2) * days[..., day]
    return days


def recipes(draws: int, seed: int) -> pd.DataFrame:
    """The share of challengers that go live: a row a spread between cutoffs, a column a true relative difference of the error."""
    random = np.random.default_rng([seed, 1])
    rows = {}
    for spread in SPREADS:
        chance = random.normal(0.0, spread, (draws, CUTOFFS)) + swings(random, (draws, CUTOFFS, DAYS), 0.5).mean(axis=-1)
        money = random.normal(0.0, MONEY_SPREAD, (draws, CUTOFFS))
        rows[spread] = [1 - float(_held_by(worse + chance, worse + money).mean()) for worse in WORSE]
    return pd.DataFrame.from_dict(rows, orient="index", columns=[f"{worse:+.0%}" for worse in WORSE]).rename_axis("spread")


def _held_by(errors: FloatArray, money: FloatArray) -> np.ndarray:
    """Whether challengers are held, by errors, or by money where errors lean the same way."""
    return np.asarray(paired.worse(errors, "wape") | (paired.worse(money, "money") & (errors.mean(axis=-1) > 0)))


def shadows(draws: int, seed: int) -> pd.DataFrame:
    """From which share of live versions going back is advised within 28 and 84 days, looked at every day, and the median day of those."""
    random = np.random.default_rng([seed, 2])
    rows = []
    for lag in LAGS:
        chance = swings(random, (draws, LONG), lag)
        for worse in (0.0, 0.04, 0.10, 0.20):
            advised = np.maximum.accumulate(evidence(worse / (2 + worse) + chance), axis=-1) >= ENOUGH
            day = np.where(advised.any(axis=-1), advised.argmax(axis=-1) + 1, np.nan)
            within = [float(advised[:, days - 1].mean()) for days in (DAYS, LONG)]
            rows.append((lag, f"{worse:+.0%}", *within, float(np.nanmedian(day)) if advised.any() else np.nan))
    return pd.DataFrame(rows, columns=["lag", "worse", "28 days", "84 days", "median day"])


def versions(sales: dict[str, Panel], pairs: int) -> pd.DataFrame:
    """The share of versions that the looks at their own forecast hold: a row a kind, a column a shop."""
    return pd.DataFrame({name: pd.Series(_held(shop, pairs)) for name, shop in sales.items()}).rename_axis("kind")


def _held(shop: Panel, pairs: int) -> dict[str, float]:
    kinds: dict[str, Callable[[Pair, np.random.Generator], Pair | None]] = {"good": lambda pair, _: pair, **broken_versions.KINDS}
    counts: dict[str, list[bool]] = {kind: [] for kind in kinds}
    for place, pair in enumerate(_pairs(shop, pairs)):
        for number, (kind, bend) in enumerate(kinds.items()):
            bent = bend(pair, np.random.default_rng([place, number]))
            if bent is not None:
                counts[kind].append(any(check.held for check in (*broken.checks(bent), *soundness.checks(bent))))
    return {kind: float(np.mean(held)) if held else np.nan for kind, held in counts.items()}


def _pairs(shop: Panel, pairs: int) -> Iterator[Pair]:
    """Consecutive weekly versions of a shop, the latest last."""
    days = len(shop.dates)
    before = None
    for back in range(pairs, -1, -1):
        version = broken_versions.version(shop.cut(days - 7 * back))
        if before is not None:
            rows = int(np.isfinite(before.panel.sales).sum()), int(np.isfinite(version.panel.sales).sum())
            yield Pair(1, before, version, rows)
        before = version


def _shops(paths: list[Path], series: int, seed: int) -> dict[str, Panel]:
    if not paths:
        return {"made up": broken_versions.shop(np.random.default_rng([seed, 3]), series)}
    random, shops = np.random.default_rng([seed, 4]), {}
    for path in paths:
        table = pd.read_csv(path, parse_dates=["date"])
        whole = panel.from_sales(table)
        some = np.sort(random.choice(len(whole), min(series, len(whole)), replace=False))
        shops[path.stem] = whole.select(some)
    return shops


def faults(recipe: pd.DataFrame, held: pd.DataFrame, shadow: pd.DataFrame) -> list[str]:
    """What is not as it should be."""
    advised = shadow.set_index(["lag", "worse"])
    found = [f"equal recipes held at a spread of {spread}" for spread in SPREADS if 1 - recipe.loc[spread, "+0%"] > 0.01]
    found += ["10 % worse ones live"] if recipe.loc[0.03, "+10%"] > 0.03 else []
    found += ["20 % worse ones live"] if recipe["+20%"].max() > 0.005 else []
    found += [f"{kind} held in {shop}" for shop in held for kind, share in held[shop].items() if kind == "good" and share > 0.01]
    found += [f"{kind} not held in {shop}" for shop in held for kind, share in held[shop].items() if kind != "good" and share < 0.9]
    found += ["20 % worse not found in 28 days"] if advised.loc[(0.5, "+20%"), "28 days"] < 0.9 else []
    found += ["equal ones taken back"] if advised.loc[(0.5, "+0%"), "84 days"] > 0.05 else []
    return found


def main(argv: list[str] | None = None) -> int:
    """Prints the tables; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sales", nargs="*", type=Path, metavar="SALES", help="CSVs with the columns of the sample (a made-up shop)")
    parser.add_argument("--draws", type=int, default=20_000, help="of each simulation (%(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--series", type=int, default=200, help="of a shop, at most (%(default)s)")
    parser.add_argument("--pairs", type=int, default=12, help="consecutive weekly versions of a shop (%(default)s)")
    args = parser.parse_args(argv)
    recipe, shadow = recipes(args.draws, args.seed), shadows(args.draws, args.seed)
    held = versions(_shops(args.sales, args.series, args.seed), args.pairs)
    texts = {
        "Share of challengers that go live, by the true difference of their error": recipe.round(3).to_string(),
        "Share of versions that are held": held.round(3).to_string(),
        "Share from which going back is advised, looked at daily": shadow.round(3).to_string(index=False),
    }
    for title, text in texts.items():
        sys.stdout.write(f"{title}\n{text}\n\n")
    wrong = faults(recipe, held, shadow)
    sys.stdout.write("".join(f"Not as it should be: {fault}.\n" for fault in wrong) or "All as it should be.\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
