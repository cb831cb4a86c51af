"""Does the monitor cry without cause, and how soon does it find a change? Simulated shops through a year, known truth, and real errors.

python -m benchmarks.monitoring                     12 simulated shops, and the known truth
python -m benchmarks.monitoring --shops 4           fewer shops
python -m benchmarks.monitoring --backtest FILE     a version's backtest.parquet: each cutoff lived through with thresholds from the others
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # in place of this folder, whose pages.py would stand in for the dashboard's pages

from benchmarks.support.simulated_shops import CUTOFFS, HORIZON, Shop, recipe, shop
from forecasting.analysis.monitoring import calibration as calibrations
from forecasting.analysis.monitoring import common_factor, e_detector, rows
from forecasting.analysis.monitoring.calibration import Calibration
from forecasting.analysis.monitoring.findings import Finding
from forecasting.analysis.monitoring.grading import Graded, Past
from forecasting.analysis.monitoring.look import Subject, look
from forecasting.analysis.monitoring.rows import History
from forecasting.analysis.monitoring.scores import learn_scoring
from forecasting.core.period import DAY
from forecasting.training.bands import quantiles
from forecasting.training.bands.residuals import Errors

YEAR, LIFE, WINDOW = 365, 30, 91
QUIET = 28
"""Days after which a finding that comes again counts as another one."""


@dataclass(frozen=True, eq=False)
class Version:
    """A version that was made after `cut` days: its forecasts, its ranges, how its days are scored, and what is usual for it."""

    cut: int
    f: np.ndarray
    bands: np.ndarray
    scale: np.ndarray
    bins: np.ndarray
    scoring: object
    calibration: Calibration


def version(of: Shop, cut: int) -> Version:
    """Makes a version by the quick recipe, with a backtest at six cutoffs before it."""
    cuts = [cut - HORIZON * back for back in range(CUTOFFS, 0, -1)]
    y = np.array([of.y[:, each : each + HORIZON] for each in cuts])
    f = np.array([recipe(of, each) for each in cuts])
    errors = Errors(y, f)
    limits = quantiles.past_quantiles(errors, (0.1, 0.9))
    outside = np.where(np.isfinite(y), (y < limits[0]) | (y > limits[1]), -1).astype(np.int8)
    ordinary = np.array([of.ordinary[each : each + HORIZON] for each in cuts])
    past = Past(y, f, f, outside, ordinary, pd.DatetimeIndex([of.dates[each] for each in cuts]))
    blocks = common_factor.blocks_of(of.labels["category"], len(of.y))
    learned = learn_scoring(errors, errors, common_factor.factors(y, f, blocks))
    if learned is None:
        raise SystemExit("Nothing was sold in this shop.")
    scoring, scores = learned
    ahead = recipe(of, cut)
    learned_bands = quantiles.calibrate(errors)
    bands = learned_bands.quantiles(ahead, (0.1, 0.9)) if learned_bands else np.full((len(ahead), 2, HORIZON), np.nan)
    steps = np.arange(ahead.shape[1])
    known = calibrations.calibrate(past, scores, of.labels, DAY)
    return Version(cut, ahead, bands, scoring.scale(ahead, steps), scoring.bins(ahead), scoring, known)


def graded(of: Shop, y: np.ndarray, versions: list[Version], end: int, first: int) -> Graded:
    """The days up to `end`, each by the newest version before it."""
    days = np.arange(max(first, end - WINDOW), end)
    place = np.searchsorted([each.cut for each in versions], days, side="right") - 1

    def picked(name: str) -> np.ndarray:
        values = [getattr(versions[at], name)[..., day - versions[at].cut] for at, day in zip(place, days, strict=True)]
        return np.stack(values, axis=-1)

    bands = picked("bands")
    numbers = {int(at) + 1: versions[at].scoring for at in np.unique(place)}
    return Graded(
        dates=of.dates[days],
        period=DAY,
        version=place + 1,
        ordinary=of.ordinary[days],
        y=y[:, days],
        line=picked("f"),
        expected=picked("f"),
        lower=bands[:, 0],
        upper=bands[:, 1],
        scale=picked("scale"),
        bins=picked("bins"),
        dispersion={number: scoring.dispersion for number, scoring in numbers.items()},
        reference={number: scoring.reference for number, scoring in numbers.items()},
        power={number: scoring.law.power for number, scoring in numbers.items()},
    )


def looked(of: Shop, y: np.ndarray, versions: list[Version], end: int, first: int) -> list[Finding]:
    """The alarms of a look after `end` days."""
    days = slice(end - 400, end)
    history = History(of.dates[days], DAY, np.isfinite(y[:, days]), of.ordinary[days])
    keys = tuple({name: str(values[row]) for name, values in of.labels.items() if name != "category"} for row in range(len(y)))
    subject = Subject(graded(of, y, versions, end, first), history, keys, np.ones(len(y), dtype=bool))
    return [each for each in look(subject, versions[-1].calibration).findings if each.loudness == "alarm"]


def lived(of: Shop) -> tuple[list[Version], dict[str, list[int]]]:
    """A year without cause: its versions, and on which days of it each alarm began anew."""
    start = len(of.dates) - YEAR
    versions, last, began = list[Version](), dict[str, int](), dict[str, list[int]]()
    for day in range(YEAR):
        if day % LIFE == 0:
            versions.append(version(of, start + day))
        for alarm in looked(of, of.y, versions, start + day + 1, start):
            if day - last.get(alarm.id, -10 * QUIET) > QUIET:
                began.setdefault(alarm.id, []).append(day)
            last[alarm.id] = day
    return versions, began


class Change(NamedTuple):
    """What happens to a shop: its name, sales from then on, the beginning of the id of the alarm that is wanted, and days allowed."""

    name: str
    y: np.ndarray
    wanted: str
    most: int


def days_to(of: Shop, versions: list[Version], change: Change, at: int) -> int | None:
    """Days until the alarm stands, with sales as changed from day `at` on; None if it does not in time."""
    start = len(of.dates) - YEAR
    before = [each for each in versions if each.cut <= at]
    standing = {each.id for each in looked(of, of.y, before, at, start)}
    for day in range(1, change.most + 1):
        alarms = {each.id for each in looked(of, change.y, before, at + day, start)}
        if any(each.startswith(change.wanted) for each in alarms - standing):
            return day
    return None


def changes(of: Shop, at: int) -> Iterator[Change]:
    """What happens from day `at` on."""
    category, store = of.labels["category"] == of.labels["category"][0], of.labels["store"] == of.labels["store"][-1]
    more, silent, zeros = of.y.copy(), of.y.copy(), of.y.copy()
    more[category, at:] = np.round(1.3 * more[category, at:])
    silent[store, at:] = np.nan
    zeros[store, at:] = np.where(np.isfinite(zeros[store, at:]), 0.0, np.nan)
    yield Change("+30 % of a category", more, f"group:level:category={of.labels['category'][0]}:up", 14)
    yield Change("a store's rows stop", silent, f"group:rows:store={of.labels['store'][-1]}", 3)
    yield Change("a store reports zeros", zeros, f"group:zeros:store={of.labels['store'][-1]}", 7)


def shops(count: int) -> None:
    """Simulated shops through a year."""
    alarms, found = [], dict[str, list[int | None]]()
    for seed in range(count):
        of = shop(seed)
        versions, began = lived(of)
        alarms.append(sum(len(days) for days in began.values()))
        print(f"shop {seed}: {len(of.y)} series, {np.nanmean(of.y):.1f} a day; alarms without cause: {alarms[-1]} {began or ''}", flush=True)
        for at in (versions[3].cut + 5, versions[7].cut + 6):
            for change in changes(of, at):
                found.setdefault(change.name, []).append(days_to(of, versions, change, at))
        print(f"  so far: {np.mean(alarms):.2f} a year and shop, at most {max(alarms)}; " + "; ".join(map(_told, found.items())), flush=True)
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
    """Each cutoff of a version's backtest lived through, with thresholds from the others."""
    frame = pd.read_parquet(file)
    n, h = frame["unique_id"].nunique(), int(frame["step"].max())
    y, line = (frame[name].to_numpy(dtype=float).reshape(-1, n, h) for name in ("y", "blend"))
    expected = frame["expected"].to_numpy(dtype=float).reshape(-1, n, h) if "expected" in frame else line
    results: dict[str, list[int]] = {}
    false = 0
    for cut in range(len(y)):
        others = np.arange(len(y)) != cut
        errors, means = Errors(y[others], line[others]), Errors(y[others], expected[others])
        learned = learn_scoring(errors, means, common_factor.factors(*means, common_factor.blocks_of(None, n)))
        if learned is None:
            continue
        scoring, past = learned
        paths = past.reshape(-1, h)
        spread = e_detector.own_spread(paths)
        threshold = e_detector.learn_threshold(paths, n=n, steps_a_year=YEAR, alarms=1.0, spread=spread).value
        false += int((e_detector.maxima(_scored(y[cut], line[cut], expected[cut], scoring), spread) >= threshold).sum())
        for name, factor in (("+20 %", 1.2), ("+50 %", 1.5), ("dead", 0.0)):
            some = np.arange(0, n, 8)
            changed = y[cut].copy()
            changed[some, 15:] = np.round(factor * changed[some, 15:])
            scored = _scored(changed, line[cut], expected[cut], scoring)[some]
            running = np.array([e_detector.statistics(scored[:, :end], spread)[0] for end in range(16, min(h, 60))])
            results.setdefault(name, []).extend(np.where((running >= threshold).any(axis=0), (running >= threshold).argmax(axis=0) + 1, 99))
    years = len(y) * h / YEAR
    found = ", ".join(f"{name} after {np.median(days):.0f} days" for name, days in results.items())
    print(f"{file}: {n} series, {false / years:.1f} false alarms a year in {years:.2f} file-years; found: {found} (99: not in 45)")


def _scored(y: np.ndarray, line: np.ndarray, expected: np.ndarray, scoring: object) -> np.ndarray:
    from forecasting.analysis.monitoring.scores import Scoring, Yardstick, scores

    if not isinstance(scoring, Scoring):
        raise TypeError("A scoring is needed.")
    n = len(y)
    factor = common_factor.factors(y, expected, common_factor.blocks_of(None, n))
    f = np.where(scoring.sparse[:, None], expected, line) * factor
    by = Yardstick(scoring.scale(f, np.arange(y.shape[1])), scoring.bins(f), scoring.dispersion)
    return scores(y, f, by, scoring.reference)


def main() -> None:
    """Runs what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shops", type=int, default=12)
    parser.add_argument("--backtest", type=Path)
    asked = parser.parse_args()
    if asked.backtest:
        backtest(asked.backtest)
        return
    known_truth()
    shops(asked.shops)


if __name__ == "__main__":
    main()
