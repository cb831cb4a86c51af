"""A simulated shop whose forecasts are watched day by day: versions made on the way, each day graded by the newest one before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from benchmarks.support.simulated_shops import CUTOFFS, HORIZON, Shop, recipe
from forecasting.analysis.monitoring import calibration as calibrations
from forecasting.analysis.monitoring import common_factor, usual_scores
from forecasting.analysis.monitoring.calibration import Calibration
from forecasting.analysis.monitoring.findings import Finding
from forecasting.analysis.monitoring.grading import Graded, Past
from forecasting.analysis.monitoring.look import look
from forecasting.analysis.monitoring.rows import History
from forecasting.analysis.monitoring.scores import Scoring, learn_scoring
from forecasting.analysis.monitoring.subject import SeriesKeys, Subject
from forecasting.core.period import DAY
from forecasting.training.bands import quantiles
from forecasting.training.bands.residuals import Errors

YEAR, LIFE, WINDOW = 365, 30, 91
"""Days of a year, of a version until the next one, and that are graded."""
QUIET = 28
"""Days after which a finding that comes again counts as another one."""


@dataclass(frozen=True, eq=False)
class Forecast:
    """What a version forecasts after `cut` days, and what it would have forecast at past cutoffs.

    Args:
        cut: Days that it knows.
        line: Shape (n, h), in units.
        expected: Shape (n, h), in units.
        bands: Its 80 % range, shape (n, 2, h), in units.
        past: At past cutoffs.
    """

    cut: int
    line: np.ndarray
    expected: np.ndarray
    bands: np.ndarray
    past: Past


Recipe = Callable[[Shop, int], Forecast]
"""Makes the forecast of a shop after some days."""


def quick_forecast(of: Shop, cut: int) -> Forecast:
    """By the quick recipe, with a backtest at six cutoffs before it."""
    cuts = [cut - HORIZON * back for back in range(CUTOFFS, 0, -1)]
    y = np.array([of.y[:, each : each + HORIZON] for each in cuts])
    f, ahead = np.array([recipe(of, each) for each in cuts]), recipe(of, cut)
    errors = Errors(y, f)
    limits, learned = quantiles.past_quantiles(errors, (0.1, 0.9)), quantiles.calibrate(errors)
    bands = learned.quantiles(ahead, (0.1, 0.9)) if learned else np.full((len(ahead), 2, HORIZON), np.nan)
    outside = np.where(np.isfinite(y), (y < limits[0]) | (y > limits[1]), -1).astype(np.int8)
    ordinary = np.array([of.ordinary[each : each + HORIZON] for each in cuts])
    return Forecast(cut, ahead, ahead, bands, Past(y, f, f, outside, ordinary, pd.DatetimeIndex([of.dates[each] for each in cuts])))


@dataclass(frozen=True, eq=False)
class Version:
    """A version of a shop: its forecast, how its days are scored, and what is usual for it."""

    forecast: Forecast
    scale: np.ndarray
    bins: np.ndarray
    scoring: Scoring
    calibration: Calibration

    @property
    def cut(self) -> int:
        """Days that it knows."""
        return self.forecast.cut


def version(of: Shop, forecast: Forecast) -> Version:
    """What the monitor learns from a forecast's past."""
    past, n = forecast.past, len(of.y)
    blocks = common_factor.blocks_of(of.labels.get("category"), n)
    errors, means = Errors(past.y, past.line), Errors(past.y, past.expected)
    learned = learn_scoring(errors, means, common_factor.factors(*means, blocks))
    if learned is None:
        raise SystemExit("Nothing was sold in this shop.")
    scoring, scores = learned
    f = np.where(scoring.sparse[:, None], forecast.expected, forecast.line)
    usual = usual_scores.learn(scores, past.ordinary, n, DAY)
    return Version(forecast, scoring.scale(f, np.arange(f.shape[1])), scoring.bins(f), scoring, calibrations.calibrate(past, usual, of.labels, DAY))


def graded(of: Shop, y: np.ndarray, versions: list[Version], end: int) -> Graded:
    """The newest days up to `end`, each by the newest version before it."""
    days = np.arange(max(versions[0].cut, end - WINDOW), end)
    place = np.searchsorted([each.cut for each in versions], days, side="right") - 1
    used = range(place[0], place[-1] + 1) if len(days) else range(0)

    def joined(values: Callable[[Version], np.ndarray]) -> np.ndarray:
        parts = [values(versions[at])[..., days[place == at] - versions[at].cut] for at in used]
        return np.concatenate(parts, axis=-1) if parts else values(versions[0])[..., :0]

    bands = joined(lambda each: each.forecast.bands)
    scorings = {at + 1: versions[at].scoring for at in used}
    return Graded(
        dates=of.dates[days],
        period=DAY,
        version=place + 1,
        ordinary=of.ordinary[days],
        y=y[:, days],
        line=joined(lambda each: each.forecast.line),
        expected=joined(lambda each: each.forecast.expected),
        lower=bands[:, 0],
        upper=bands[:, 1],
        scale=joined(lambda each: each.scale),
        bins=joined(lambda each: each.bins),
        dispersion={number: scoring.dispersion for number, scoring in scorings.items()},
        reference={number: scoring.reference for number, scoring in scorings.items()},
        power={number: scoring.law.power for number, scoring in scorings.items()},
    )


def alarms(of: Shop, y: np.ndarray, versions: list[Version], end: int) -> list[Finding]:
    """The alarms of a look after `end` days."""
    days = slice(end - 400, end)
    history = History(of.dates[days], DAY, np.isfinite(y[:, days]), of.ordinary[days])
    keys = SeriesKeys(pd.DataFrame({name: labels for name, labels in of.labels.items() if name != "category"}))
    subject = Subject(graded(of, y, versions, end), history, keys, np.ones(len(y), dtype=bool))
    return [each for each in look(subject, versions[-1].calibration).findings if each.loudness == "alarm"]


def versions_of_a_year(of: Shop, make: Recipe) -> list[Version]:
    """The versions of the shop's last year, one a month."""
    start = len(of.dates) - YEAR
    return [version(of, make(of, start + day)) for day in range(0, YEAR, LIFE)]


def lived(of: Shop, versions: list[Version]) -> dict[str, list[int]]:
    """A year without cause: on which days of it each alarm began anew."""
    start = versions[0].cut
    last, began = dict[str, int](), dict[str, list[int]]()
    for day in range(YEAR):
        for alarm in alarms(of, of.y, versions[: day // LIFE + 1], start + day + 1):
            if day - last.get(alarm.id, -10 * QUIET) > QUIET:
                began.setdefault(alarm.id, []).append(day)
            last[alarm.id] = day
    return began


class Change(NamedTuple):
    """What happens to a shop: its name, sales from then on, the beginning of the id of the alarm that is wanted, and days allowed."""

    name: str
    y: np.ndarray
    wanted: str
    most: int


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


def days_to(of: Shop, versions: list[Version], change: Change, at: int) -> int | None:
    """Days until the alarm stands, with sales as changed from day `at` on; None if it does not in time."""
    before = [each for each in versions if each.cut <= at]
    standing = {each.id for each in alarms(of, of.y, before, at)}
    for day in range(1, change.most + 1):
        found = {each.id for each in alarms(of, change.y, before, at + day)}
        if any(each.startswith(change.wanted) for each in found - standing):
            return day
    return None
