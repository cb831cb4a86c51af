"""The check of a policy in the past: how often shelves would have been empty, and how much stock they would have had, beside the textbook.

At every past cutoff both rules are simulated with what was known then: ours with the forecast made there and errors of the other cutoffs,
the textbook with the sales of the eight weeks before each review. Demand, lead times, packs and minima are the same for both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from forecasting.core.arrays import FloatArray
from forecasting.inventory import order_quantities
from forecasting.inventory.levels.order_levels import Levels
from forecasting.inventory.policy import DAILY, Rule
from forecasting.inventory.simulation import known_then, promises, waste
from forecasting.inventory.simulation.counted_past import CountedPast
from forecasting.inventory.simulation.shelf import OrderRule, delivery_cycles, replay, review_cycles
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import Stock
from forecasting.training.bands.residuals import OBSERVED_SHARE
from forecasting.training.ensemble import Ensemble

TEXTBOOK: Final = "_textbook"
EXPECTED: Final = ("spoiled_expected", f"spoiled_expected{TEXTBOOK}")
_GOLDEN: Final = 0.618033988749895


@dataclass(frozen=True, eq=False)
class PolicyCheck:
    """How a policy would have done in the past.

    Args:
        series: One row per series; of ours, and with suffix `_textbook` of the textbook's level under the same rule: `cycles` and `kept` (those in
            which nothing was lost), `service` (their share), `sold` and `lost` (units), `fill_rate` (share of demand sold), `average_stock`
            (units on hand after sales), `turns` (units sold a year by the average stock), `cost` (money a year: holding, ordering, margin lost,
            units spoiled; NaN where not known), `spoiled` (units that outlived their shelf life), `spoiled_expected` (as many as the
            distributions of demand let expect, see `simulation.waste`); and `steps`, over which these were counted. NaN where nothing was judged.
        promise: Shape (r,): "kept", "not kept" or "not judged".
    """

    series: pd.DataFrame
    promise: np.ndarray

    def by(self, labels: np.ndarray) -> pd.DataFrame:
        """The columns of `series` for each label, over the series that have it, and `series`: how many these are.

        Units, stock and money are added up; shares are of all cycles and of all units. Waste is expected of all series of a label, or not known.
        """
        grouped = _summable(self.series).groupby(np.asarray(labels), sort=True, observed=True)
        expected = {name: grouped[name].sum(min_count=1).where(~grouped[name].agg(_any_missing)) for name in EXPECTED}
        return _shares(grouped.sum(min_count=1).assign(**expected)).assign(series=grouped.size())

    @cached_property
    def total(self) -> pd.Series:
        """The columns of `series` over all series."""
        return self.by(np.zeros(len(self.series))).iloc[0]


def check_policy(
    ensemble: Ensemble, shelves: Stock, rows: np.ndarray, today: Levels, *, rule: Rule = "order_up_to", counted: CountedPast | None = None
) -> PolicyCheck:
    """Simulates a policy, and the textbook's, after every past cutoff.

    A shelf starts with the stock that an order at the cutoff would have brought it to, and is judged from the arrival of an order placed there.

    Args:
        ensemble: The ensemble that forecasts.
        shelves: Terms of the series at `rows`.
        rows: Positions of r series.
        today: Their levels today, whose promise, days to cover and lots hold for the past too.
        rule: How orders follow from levels. Rules that look at the shelf every step are judged by cycles from one delivery to the next, the
            others by cycles from one review's delivery to the next one's.
        counted: What was counted already of all series of the ensemble, which `rows` are then; None if nothing was.
    """
    names = [f"{name}{suffix}" for suffix in ("", TEXTBOOK) for name in COUNTED]
    sums = None if counted is None else counted.sums(shelves, today, rule, names)
    if sums is None:
        sums = past_sums(ensemble, shelves, rows, today, rule=rule)
    parts = {suffix: sums[[f"{name}{suffix}" for name in COUNTED]].set_axis(COUNTED, axis=1) for suffix in ("", TEXTBOOK)}
    series = pd.concat([_measures(of, ensemble, shelves).add_suffix(suffix) for suffix, of in parts.items()], axis=1)
    series = series.rename(columns={"steps_textbook": "steps"}).loc[:, lambda frame: ~frame.columns.duplicated()]
    kept, cycles = (series[name].to_numpy() for name in ("kept", "cycles"))
    return PolicyCheck(series, promises.promise(kept, cycles, today.p, promises.independent(shelves, today, rule)))


def past_sums(ensemble: Ensemble, shelves: Stock, rows: np.ndarray, today: Levels, *, rule: Rule = "order_up_to") -> pd.DataFrame:
    """What is counted of both policies over all cutoffs, a row a series: `COUNTED`, the textbook's with its suffix; arguments as `check_policy`."""
    sums = {suffix: pd.DataFrame(0.0, index=range(len(rows)), columns=COUNTED) for suffix in ("", TEXTBOOK)}
    for members, every in _alike(today):
        part = _Part(ensemble, shelves.select(members), rows[members], every, today.lot[members], rule)
        ours, theirs = known_then.levels_then(ensemble, part.shelves, part.rows, every, (today.quantile[members], today.p[members]))
        for suffix, levels in (("", ours), (TEXTBOOK, theirs)):
            sums[suffix].iloc[members] = part.counted(levels).to_numpy()
    return pd.concat([of.add_suffix(suffix) for suffix, of in sums.items()], axis=1)


COUNTED: Final = ["cycles", "kept", "sold", "lost", "stock", "deliveries", "spoiled", "spoiled_expected", "steps"]
"""Columns that are added up over steps and cutoffs; stock in units x steps."""


@dataclass(frozen=True, eq=False)
class _Part:
    """Series that are reviewed at the same steps."""

    ensemble: Ensemble
    shelves: Stock
    rows: np.ndarray
    every: int
    lot: FloatArray
    rule: Rule

    def counted(self, levels: FloatArray) -> pd.DataFrame:
        """The sums of one policy over all cutoffs, columns `COUNTED`, a row per series."""
        total = np.zeros((len(self.rows), len(COUNTED)))
        expected = waste.past_waste(self.ensemble, self.shelves, self.rows, levels[:, :, 0] + self.lot, self.every)
        if self.rule in DAILY:
            expected = np.where(np.isinf(self.shelves.life), 0.0, np.nan) * np.ones_like(expected)
        for cut, at_cut in enumerate(levels):
            total += self._counted(cut, at_cut, expected[cut])
        return pd.DataFrame(total, columns=COUNTED)

    def _counted(self, cut: int, levels: FloatArray, expected: FloatArray) -> FloatArray:
        wanted, seen = known_then.sold_then(self.ensemble, self.rows, cut)
        steps, places = levels.shape[1], np.arange(levels.shape[1])
        lead = known_then.draw_lead_times(self.shelves.lead, steps, seed=cut)
        seen = replace(seen, known=seen.known & np.isfinite(levels[:, :1]))
        start = np.nan_to_num(levels[:, 0]) + self.lot * (_GOLDEN * (np.arange(len(levels)) + cut + 1) % 1)
        lived = replay(wanted, self._order(levels), lead=lead, start=start, life=np.where(self._ages, self.shelves.life, np.inf))
        here = (places >= lead[:, :1]) & (places < _end(lead, np.isfinite(levels), self.every)) & seen.known
        if self.rule in DAILY:
            cycles = delivery_cycles(lived, seen.known, share=OBSERVED_SHARE)
        else:
            reviews = np.arange(0, steps + 1, self.every)
            cycles = review_cycles(lived.lost, seen, lead, reviews, share=OBSERVED_SHARE).where(np.isfinite(levels[:, reviews[:-1]]))
        amounts = [np.where(here, values, 0.0).sum(axis=1) for values in (lived.sold, lived.lost, lived.on_hand, lived.arrived > 0)]
        amounts[-1] += here.any(axis=1) & (self.rule not in DAILY)  # the shelf starts with the delivery of an order at the cutoff
        judged = here.sum(axis=1)
        spoiled = [np.where(here, lived.spoiled, 0.0).sum(axis=1), np.where(judged > 0, expected * judged, 0.0)]
        spoiled = [np.where(self._ages | np.isinf(self.shelves.life), units, np.nan) for units in spoiled]
        return np.column_stack([cycles.judged.sum(axis=1), cycles.kept.sum(axis=1), *amounts, *spoiled, judged])

    @property
    def _ages(self) -> np.ndarray:
        """Whether what a shelf starts with can be sold while it keeps: orders take no time, or goods outlast all that an order covers."""
        return (self.shelves.mean_lead == 0) | (self.shelves.life >= self.shelves.mean_lead + self.every)

    def _order(self, levels: FloatArray) -> OrderRule:
        pack, least = self.shelves[state.PACK_SIZE], self.shelves[state.MINIMUM_ORDER]
        known, level = np.isfinite(levels), np.nan_to_num(levels)
        nothing = np.zeros(len(levels))

        def order(step: int, position: FloatArray) -> FloatArray:
            if not known[:, step].any():
                return nothing
            point = level[:, step]
            units = order_quantities.quantity_by(self.rule, order_quantities.Terms(point, point + self.lot, self.lot, pack, least), position)
            return np.where(known[:, step], units, 0.0)

        return order


def _alike(levels: Levels) -> Iterator[tuple[np.ndarray, int]]:
    every = np.maximum(levels.cover, 1)
    for kind in np.unique(every):
        yield np.flatnonzero(every == kind), int(kind)


def _end(lead: np.ndarray, known: np.ndarray, every: int) -> np.ndarray:
    """The step on which the order after the last known level would arrive, shape (r, 1)."""
    after = known.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)[:, None] + every
    end = after + np.take_along_axis(lead, np.minimum(after, lead.shape[1] - 1), axis=1)
    return np.where(known.any(axis=1, keepdims=True), end, 0)


def _measures(counted: pd.DataFrame, ensemble: Ensemble, shelves: Stock) -> pd.DataFrame:
    """The columns of `Receipt.series` for one policy, without a suffix."""
    years = counted["steps"].where(counted["steps"] > 0) / ensemble.panel.period.year
    average = counted["stock"] / counted["steps"].where(counted["steps"] > 0)
    margin = shelves[state.PRICE] - shelves[state.UNIT_COST]
    paid = shelves[state.ORDER_COST] * counted["deliveries"] + margin * counted["lost"] + shelves[state.UNIT_COST] * counted["spoiled"].fillna(0.0)
    cost = shelves[state.HOLDING_COST] * average + paid / years
    a_year = counted["sold"] / years
    sums = counted[["cycles", "kept", "sold", "lost", "spoiled", "spoiled_expected", "steps"]]
    return _shares(sums.assign(average_stock=average, a_year=a_year, cost=cost), suffixes=("",))


def _any_missing(values: pd.Series) -> bool:
    return bool(values.isna().any())


def _summable(series: pd.DataFrame) -> pd.DataFrame:
    """The amounts behind the shares of `series`, which may be added up."""
    turned = {f"a_year{suffix}": series[f"turns{suffix}"] * series[f"average_stock{suffix}"] for suffix in ("", TEXTBOOK)}
    return series.assign(**turned).drop(columns=[f"{name}{suffix}" for name in ("service", "fill_rate", "turns") for suffix in ("", TEXTBOOK)])


def _shares(amounts: pd.DataFrame, suffixes: tuple[str, ...] = ("", TEXTBOOK)) -> pd.DataFrame:
    """Amounts with the shares that follow from them; NaN where the whole is 0."""
    shares = {}
    for suffix in suffixes:
        cycles, kept, sold, lost, average, a_year = (
            amounts[f"{name}{suffix}"] for name in ("cycles", "kept", "sold", "lost", "average_stock", "a_year")
        )
        shares[f"service{suffix}"] = kept / cycles.where(cycles > 0)
        shares[f"fill_rate{suffix}"] = sold / (sold + lost).where(sold + lost > 0)
        shares[f"turns{suffix}"] = a_year / average.where(average > 0)
    return amounts.assign(**shares).drop(columns=[f"a_year{suffix}" for suffix in suffixes])
