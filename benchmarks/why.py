"""Whether the parts of a change between two versions add up, whatever is asked, and how long the split takes.

Usage: python benchmarks/why.py SALES [--days 28] [--filters 50] [--epochs 3] [--without MODEL ...] [--series 10000]

Trains versions of a file quickly: without its last week, with it, and with another seed; of a file with prices or promotions also two with other
plans for the days ahead. For each pair random filters are asked: the largest gap between the parts and the change, as a share of the total, whether
a column's filters add up to the file, whether whole units add up as they are shown, and what training alone is said to move. Then the file is
repeated until it has so many series, and the split is timed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.accuracy import read
from forecasting.analysis.change_explanation import noise
from forecasting.analysis.change_explanation.explain import Version, explain
from forecasting.analysis.change_explanation.explanation import Explanation
from forecasting.analysis.change_explanation.picture import Picture, picture
from forecasting.analysis.change_explanation.window import window
from forecasting.core import panel as panels
from forecasting.core import schema
from forecasting.core.panel import Panel
from forecasting.core.settings import LstmSettings, Settings, TreesSettings
from forecasting.models.prophet.model import ProphetModel
from forecasting.training import ensemble as ensembles
from forecasting.training import pipeline
from forecasting.training.ensemble import Ensemble

LAST_WEEK = 7


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sales", type=Path)
    parser.add_argument("--days", type=int, default=28)
    parser.add_argument("--filters", type=int, default=50)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--without", nargs="*", default=[])
    parser.add_argument("--series", type=int, default=10_000)
    args = parser.parse_args()
    lstm = LstmSettings(epochs=args.epochs, windows_per_epoch=4096, units=16)
    settings = Settings(horizon=args.days + LAST_WEEK, cutoffs=3, lstm=lstm, trees=TreesSettings(trees=30, rows=20_000), without=tuple(args.without))
    made: dict[str, Ensemble] = {}
    for new, after in trained(panels.from_sales(read(args.sales)), settings, args.days):
        for old, before in made.items():
            if ("plan" in old) == ("plan" in new):
                report(f"{args.sales.name}: {old} -> {new}", before, after, args.days, args.filters)
        made[new] = after
    timed(*(repeated(made[name], args.series) for name in ("a week ago", "now")), args.days)


def trained(panel: Panel, settings: Settings, days: int) -> Iterator[tuple[str, Ensemble]]:
    """The versions of a file."""
    keep = len(panel.dates) - LAST_WEEK
    known = {name: values[:, :keep] for name, values in panel.drivers.items()}
    ago = replace(panel, dates=panel.dates[:keep], sales=panel.sales[:, :keep], drivers=known)
    yield "a week ago", pipeline.train(ago, settings)
    yield "now", pipeline.train(panel, settings)
    yield "another seed", pipeline.train(panel, replace(settings, seed=1))
    for name in (name for name in (schema.PRICE, schema.PROMO) if name in panel.drivers):
        for factor in (1.0, 0.8):
            yield f"{name} plan x {factor:g}", pipeline.train(planned(panel, name, days, factor), settings)
        return


def planned(panel: Panel, name: str, days: int, factor: float) -> Panel:
    """The panel with a plan of a driver: what it would be anyway, times a factor for the first half of all series."""
    ahead = panel.driver(name, days)
    ahead[: len(panel) // 2, len(panel.dates) :] *= factor
    given = panel.drivers[name][:, : len(panel.dates)]
    return replace(panel, drivers={**panel.drivers, name: np.hstack([given, ahead[:, len(panel.dates) :]])})


def report(title: str, before: Ensemble, after: Ensemble, days: int, filters: int) -> None:
    """Prints what random filters say of a pair."""
    started = time.process_time()
    told = explain(Version(1, before), Version(2, after), window(before, after, days))
    seconds = time.process_time() - started
    asked = [told.of(of) for of in drawn(told, filters)]
    gaps = [abs(sum(each.parts.values()) - each.change) / max(each.before, each.after, 1e-12) for each in asked]
    spread = noise.spread(told, ensembles.summary(after)["wape"])
    parts = ", ".join(f"{name} {units:+,.0f}" for name, units in sorted(told.parts.items(), key=lambda part: -abs(part[1])))
    print(f"{title}: {len(told.series):,} series, {seconds:.1f} CPU s", flush=True)
    print(f"  largest gap of {len(asked)} filters {max(gaps):.1e}, of filters that make up the file {columns_gap(told):.1e}", flush=True)
    print(f"  {told.before:,.0f} -> {told.after:,.0f}: {parts}", flush=True)
    print(f"  {adds_up(asked)} of {len(asked)} pictures add up as they are shown; training alone is said to move {spread:,.0f}", flush=True)


def adds_up(asked: Sequence[Explanation]) -> int:
    """Of how many answers the whole units of bars, rows and columns add up."""
    pictures = [picture(each) for each in asked]
    return sum(_is_whole(shown) for shown in pictures)


def _is_whole(shown: Picture) -> bool:
    rows, last = shown.table[list(shown.bars)], shown.table.iloc[-1]
    whole = [
        np.isclose(shown.before + sum(shown.bars.values()), shown.after),
        np.allclose(rows.sum(axis=1), shown.table["change"]),
        len(rows) == 1 or np.allclose(rows.iloc[:-1].sum(), last[list(shown.bars)].astype(float)),
    ]
    return bool(all(whole))


def drawn(told: Explanation, count: int, seed: int = 0) -> Iterator[dict[str, str]]:
    """Random filters that choose something: one or two values of a random series."""
    random = np.random.default_rng(seed)
    names = [name for name in schema.FILTERS if name in told.series]
    for row in random.integers(0, len(told.series), count):
        chosen = random.choice(names, size=min(len(names), int(random.integers(1, 3))), replace=False)
        yield {str(name): str(told.series[name].iloc[int(row)]) for name in chosen}


def columns_gap(told: Explanation) -> float:
    """How far the parts of all values of a column, added up, are from those of the file, as a share of the total."""
    name = next(name for name in schema.FILTERS if name in told.series)
    total = pd.DataFrame([told.of({name: str(value)}).parts for value in told.series[name].unique()]).sum()
    return max((abs(total[part] - units) for part, units in told.parts.items()), default=0.0) / max(told.before, told.after)


def repeated(ensemble: Ensemble, count: int) -> Ensemble:
    """The version with its series repeated until there are so many."""
    rows = np.resize(np.arange(len(ensemble.panel)), count)
    panel = ensemble.panel.select(rows)
    names = [f"{name} {place:05}" for place, name in enumerate(panel.series[schema.UNIQUE_ID])]
    model = ensemble.models[ProphetModel.name]
    if isinstance(model, ProphetModel):
        model.curves_, model.unique_ids_ = model.curves_.take(rows), names
    many = replace(
        ensemble,
        panel=replace(panel, series=panel.series.assign(**{schema.UNIQUE_ID: names}).reset_index(drop=True)),
        yhat={name: values[rows] for name, values in ensemble.yhat.items()},
        bands=ensemble.bands[rows],
        health=ensemble.health.iloc[rows].assign(**{schema.UNIQUE_ID: names}).reset_index(drop=True),
        means=None,
    )
    _ = many.cleaned
    return many


def timed(before: Ensemble, after: Ensemble, days: int) -> None:
    """Prints how long the split of a large file takes."""
    started, wall = time.process_time(), time.perf_counter()
    told = explain(Version(1, before), Version(2, after), window(before, after, days))
    print(f"{len(told.series):,} series: {time.process_time() - started:.2f} CPU s, {time.perf_counter() - wall:.2f} s")


if __name__ == "__main__":
    main()
