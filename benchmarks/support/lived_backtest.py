"""A version's own backtest lived through: each cutoff in turn is the version that serves, and the others are what is known of its errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.support.monitored_shop import Forecast, Version, alarms, graded, version
from benchmarks.support.simulated_shops import Shop
from forecasting.analysis.monitoring import e_detector
from forecasting.analysis.monitoring.findings import Finding
from forecasting.analysis.monitoring.grading import Past
from forecasting.core import panel, schema
from forecasting.training.bands import quantiles
from forecasting.training.bands.residuals import Errors

CHANGED_FROM, LAST_DELAY = 15, 45
"""Day of a life on which a change begins, and days within which it is looked for."""


@dataclass(frozen=True, eq=False)
class Backtest:
    """A version's sales, and what was forecast at each of its cutoffs.

    Args:
        shop: The sales.
        cuts: Days known at each cutoff, shape (K,).
        past: The forecasts.
    """

    shop: Shop
    cuts: np.ndarray
    past: Past

    @property
    def horizon(self) -> int:
        """Days of each life."""
        return self.past.y.shape[2]

    @cached_property
    def versions(self) -> list[Version]:
        """One a cutoff, each learned from the others."""
        return [version(self.shop, self._forecast(cut)) for cut in range(self.past.cutoffs)]

    def _forecast(self, cut: int) -> Forecast:
        rest, of = np.arange(self.past.cutoffs) != cut, self.past
        others = Past(of.y[rest], of.line[rest], of.expected[rest], of.outside[rest], of.ordinary[rest], of.starts[rest])
        learned = quantiles.calibrate(Errors(others.y, others.line))
        if learned is None:
            raise SystemExit("The backtest has no errors to learn from.")
        return Forecast(int(self.cuts[cut]), of.line[cut], of.expected[cut], learned.quantiles(of.line[cut], (0.1, 0.9)), others)

    def thinned(self, units: tuple[float, float], seed: int = 0) -> Backtest:
        """The same of customers who come more seldom: each series sells between so many units a day, drawn evenly by its logarithm."""
        random = np.random.default_rng(seed)
        mean = np.nanmean(self.shop.y, axis=1)
        share = np.minimum(np.exp(random.uniform(*np.log(units), len(mean))) / mean, 1.0)
        known = np.isfinite(self.shop.y)
        y = np.where(known, random.binomial(np.where(known, self.shop.y, 0).astype(int), share[:, None]), np.nan)
        past_y = np.array([y[:, cut : cut + self.horizon] for cut in self.cuts])
        line, expected = (values * share[:, None] for values in (self.past.line, self.past.expected))
        return Backtest(replace(self.shop, y=y), self.cuts, replace(self.past, y=past_y, line=line, expected=expected))

    def alarms(self, cut: int, y: np.ndarray, days: int) -> list[Finding]:
        """The alarms of a look after so many days of a cutoff's life."""
        return alarms(self.shop, y, [self.versions[cut]], int(self.cuts[cut]) + days)

    def false_alarms(self) -> Iterator[tuple[int, str]]:
        """Alarms of every day of every life that nothing was changed in: the day on which each began, and its id."""
        for cut in range(self.past.cutoffs):
            seen: set[str] = set()
            for days in range(1, self.horizon + 1):
                now = {each.id for each in self.alarms(cut, self.shop.y, days)}
                yield from ((days, each) for each in sorted(now - seen))
                seen |= now

    def delays(self, factor: float) -> list[int]:
        """Days until single series that sell so many times as much are alarms, every eighth, one after the other; 99 where they are not in time."""
        some = np.arange(0, len(self.shop.y), 8)
        result: list[int] = []
        for cut, served in enumerate(self.versions):
            of = graded(self.shop, self.changed(cut, np.isin(np.arange(len(self.shop.y)), some), factor), [served], served.cut + self.horizon)
            factors = _common(self, cut)
            scores = of.normal_scores(factors)[some]
            known = served.calibration
            ends = range(CHANGED_FROM + 1, min(self.horizon, CHANGED_FROM + LAST_DELAY) + 1)
            running = np.array([e_detector.statistics(scores[:, :end], known.spread)[0] for end in ends]) >= known.threshold.value
            result += np.where(running.any(axis=0), running.argmax(axis=0) + 1, 99).tolist()
        return result

    def changed(self, cut: int, series: np.ndarray, factor: float) -> np.ndarray:
        """Sales in which some series sell so many times as much from day 15 of a life on; NaN for no rows at all."""
        y = self.shop.y.copy()
        rows = (series, slice(int(self.cuts[cut]) + CHANGED_FROM, None))
        y[rows] = np.round(factor * y[rows])
        return y


def _common(of: Backtest, cut: int) -> np.ndarray:
    """What all series did on each day of a life, as the monitor takes it out, from the sales that were not changed."""
    from forecasting.analysis.monitoring import common_factor

    served = of.versions[cut]
    now = graded(of.shop, of.shop.y, [served], served.cut + of.horizon)
    return common_factor.factors(now.y, now.expected, served.calibration.blocks)


def read(file: Path) -> Backtest:
    """The backtest of a version's folder, from its `backtest.parquet`; the folder has the sales too."""
    table, sales = pd.read_parquet(file), pd.read_parquet(file.with_name("sales.parquet"))
    of = panel.from_sales(sales)
    n, h = len(of), int(table["step"].max())
    cutoffs = pd.DatetimeIndex(np.sort(table["cutoff"].unique()))
    place = (
        cutoffs.get_indexer(pd.DatetimeIndex(table["cutoff"])),
        pd.Index(of.unique_ids).get_indexer(pd.Index(table["unique_id"].astype("str"))),
        table["step"].to_numpy() - 1,
    )

    def placed(name: str) -> np.ndarray:
        values = np.full((len(cutoffs), n, h), np.nan)
        values[place] = table[name].to_numpy(dtype=float)
        return values

    y, line = placed("y"), placed("blend")
    limits = quantiles.past_quantiles(Errors(y, line), (0.1, 0.9))
    outside = np.where(np.isfinite(y), (y < limits[0]) | (y > limits[1]), -1).astype(np.int8)
    cuts = of.dates.get_indexer(cutoffs) + 1
    labels = {name: of.series[name].to_numpy(dtype=object) for name in of.series if name != schema.UNIQUE_ID}
    shop = Shop(labels, of.dates, of.sales, np.empty(0, dtype="datetime64[D]"))
    expected = placed("expected") if "expected" in table else line
    return Backtest(shop, cuts, Past(y, line, expected, outside, np.ones((len(cuts), h), dtype=bool), of.dates[cuts]))
