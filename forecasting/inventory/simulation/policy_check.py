"""The promise held against the past: how often the shelves would have been empty, and how much would have lain on them, beside the textbook.

At every past cutoff both rules are lived through with what was known then: ours with the forecast made there and errors of the other cutoffs,
the textbook with the sales of the eight weeks before each review. Demand, lead times, packs and minima are the same for both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.inventory import arithmetic
from forecasting.inventory.levels import demand, textbook
from forecasting.inventory.levels.order_levels import Levels, rounded
from forecasting.inventory.policy import DAILY, Rule
from forecasting.inventory.simulation.shelf import OrderRule, Seen, delivery_cycles, replay, review_cycles
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import Stock
from forecasting.training.bands.residuals import OBSERVED_SHARE
from forecasting.training.ensemble import Ensemble

KEPT, NOT_KEPT, NOT_JUDGED = "kept", "not kept", "not judged"
CHANCE: Final = 0.01
"""A promise counts as not kept if one that is kept would look as bad in one case of a hundred at most."""
TEXTBOOK: Final = "_textbook"
_GOLDEN: Final = 0.618033988749895


@dataclass(frozen=True, eq=False)
class Receipt:
    """What a policy would have done in the past.

    Args:
        series: One row a series; of ours, and with suffix `_textbook` of the textbook's level under the same rule: `cycles` and `kept` (those in
            which nothing was lost), `service` (their share), `sold` and `lost` (units), `fill_rate` (share of demand sold), `average_stock`
            (units on hand after sales), `turns` (units sold a year by the average stock), `cost` (money a year: holding, ordering, margin lost;
            NaN where not known); and `steps`, over which these were counted. NaN where nothing was judged.
        promise: Shape (r,): "kept", "not kept" or "not judged".
    """

    series: pd.DataFrame
    promise: np.ndarray

    def by(self, labels: np.ndarray) -> pd.DataFrame:
        """The same of the series that share a label, one row a label, and `series`, how many there are.

        Units, stock and money are added up; shares are of all cycles and of all units.
        """
        grouped = _summable(self.series).groupby(np.asarray(labels), sort=True, observed=True)
        return _shares(grouped.sum(min_count=1)).assign(series=grouped.size())

    @cached_property
    def total(self) -> pd.Series:
        """The same of all series."""
        return self.by(np.zeros(len(self.series))).iloc[0]


def judge(made: Ensemble, shelves: Stock, rows: np.ndarray, found: Levels, *, rule: Rule = "order_up_to") -> Receipt:
    """Lives through the past.

    A shelf starts with what an order at the cutoff would have brought it to, and is counted from when an order placed there arrives.

    Args:
        made: What is served.
        shelves: Terms of the series at `rows`.
        rows: Positions of r series.
        found: Their levels today: promise, days to cover and lots hold for the past too.
        rule: How orders follow from levels. Rules that look at the shelf every step are judged by cycles from one delivery to the next, the
            others by cycles from one review's delivery to the next one's.
    """
    sums = {suffix: pd.DataFrame(0.0, index=range(len(rows)), columns=COUNTED) for suffix in ("", TEXTBOOK)}
    for members, every in _alike(found):
        part = _Part(made, shelves.select(members), rows[members], every, found.lot[members], rule)
        ours, theirs = levels_then(made, part.shelves, part.rows, every, (found.quantile[members], found.p[members]))
        for suffix, levels in (("", ours), (TEXTBOOK, theirs)):
            sums[suffix].iloc[members] = part.counted(levels).to_numpy()
    series = pd.concat([_measures(of, made, shelves).add_suffix(suffix) for suffix, of in sums.items()], axis=1)
    series = series.rename(columns={"steps_textbook": "steps"}).loc[:, lambda frame: ~frame.columns.duplicated()]
    return Receipt(series, promise(series["kept"].to_numpy(), series["cycles"].to_numpy(), found.p, _independent(shelves, found, rule)))


COUNTED: Final = ["cycles", "kept", "sold", "lost", "stock", "deliveries", "steps"]
"""What is added up over steps and cutoffs; stock in units x steps."""


@dataclass(frozen=True, eq=False)
class _Part:
    """Series that are reviewed at the same steps."""

    made: Ensemble
    shelves: Stock
    rows: np.ndarray
    every: int
    lot: FloatArray
    rule: Rule

    def counted(self, levels: FloatArray) -> pd.DataFrame:
        """What one policy comes to over all cutoffs, columns `COUNTED`, a row a series."""
        total = np.zeros((len(self.rows), len(COUNTED)))
        for cut, at_cut in enumerate(levels):
            total += self._counted(cut, at_cut)
        return pd.DataFrame(total, columns=COUNTED)

    def _counted(self, cut: int, levels: FloatArray) -> FloatArray:
        wanted, seen = sold_then(self.made, self.rows, cut)
        steps, places = levels.shape[1], np.arange(levels.shape[1])
        lead = drawn(self.shelves.lead, steps, seed=cut)
        seen = replace(seen, known=seen.known & np.isfinite(levels[:, :1]))
        start = np.nan_to_num(levels[:, 0]) + self.lot * (_GOLDEN * (np.arange(len(levels)) + cut + 1) % 1)
        lived = replay(wanted, self._order(levels), lead=lead, start=start)
        here = (places >= lead[:, :1]) & (places < _end(lead, np.isfinite(levels), self.every)) & seen.known
        if self.rule in DAILY:
            cycles = delivery_cycles(lived, seen.known, share=OBSERVED_SHARE)
        else:
            reviews = np.arange(0, steps + 1, self.every)
            cycles = review_cycles(lived.lost, seen, lead, reviews, share=OBSERVED_SHARE).where(np.isfinite(levels[:, reviews[:-1]]))
        amounts = [np.where(here, values, 0.0).sum(axis=1) for values in (lived.sold, lived.lost, lived.on_hand, lived.arrived > 0)]
        amounts[-1] += here.any(axis=1) & (self.rule not in DAILY)  # what the shelf starts with is what an order at the cutoff would have brought
        return np.column_stack([cycles.judged.sum(axis=1), cycles.kept.sum(axis=1), *amounts, here.sum(axis=1)])

    def _order(self, levels: FloatArray) -> OrderRule:
        pack, least = self.shelves[state.PACK_SIZE], self.shelves[state.MINIMUM_ORDER]
        known, level = np.isfinite(levels), np.nan_to_num(levels)
        nothing = np.zeros(len(levels))

        def order(step: int, position: FloatArray) -> FloatArray:
            if not known[:, step].any():
                return nothing
            point = level[:, step]
            units = arithmetic.quantity_by(self.rule, arithmetic.Terms(point, point + self.lot, self.lot, pack, least), position)
            return np.where(known[:, step], units, 0.0)

        return order


def levels_then(
    made: Ensemble, shelves: Stock, rows: np.ndarray, every: int, chances: tuple[FloatArray, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Our levels and the textbook's at every cutoff and review, by what was known then, shape (K, r, h); NaN where ours are not known.

    Args:
        made: What is served.
        shelves: Terms of the series at `rows`.
        rows: Positions of r series.
        every: Steps from one review to the next.
        chances: Shape (r,) each: the quantile of demand that ours are, and the chance that the textbook's normal distribution is asked for.
    """
    from scipy.special import ndtri

    ours = demand.past_levels(made, rows, shelves.lead, np.full(len(rows), every), chances[0])
    steps = shelves.mean_lead + every
    spread = shelves[state.LEAD_TIME_SD] / made.panel.period.days
    theirs = textbook.past_levels(made, rows, ndtri(chances[1]), steps, spread, every=every)
    return rounded(made, ours), np.where(np.isnan(ours), np.nan, rounded(made, theirs))


def sold_then(made: Ensemble, rows: np.ndarray, cut: int) -> tuple[FloatArray, Seen]:
    """Demand after a cutoff, shape (r, h), and what is known of it: nothing on closed days, the forecast where nobody wrote it down."""
    y, f = made.past.y[cut, rows], made.past.yhat[schema.BLEND][cut, rows]
    closed = np.isnan(y) & (f == 0)
    guess = np.nan_to_num(np.round(f) if made.whole else f)
    return np.where(np.isfinite(y), y, guess), Seen(np.isfinite(y) | closed, ~closed)


def drawn(lead: FloatArray, steps: int, *, seed: int) -> np.ndarray:
    """Lead times of the orders of each step, drawn by their chances (r, m), shape (r, steps)."""
    if (lead.max(axis=1) == 1).all():
        return np.repeat(lead.argmax(axis=1)[:, None], steps, axis=1)
    random = np.random.default_rng(seed).random((len(lead), steps))
    takes = np.zeros(random.shape, dtype=int)
    for below in np.cumsum(lead, axis=1).T[:-1]:
        takes += random >= below[:, None]
    return takes


def promise(kept: FloatArray, cycles: FloatArray, p: FloatArray, independent: FloatArray) -> np.ndarray:
    """Whether promises were kept, shape (r,) of text: not, if so few cycles kept or fewer would be rarer than `CHANCE` by luck alone (binomial).

    Args:
        kept: Shape (r,), cycles in which nothing was lost.
        cycles: Shape (r,), cycles judged; 0 for none.
        p: Shape (r,), the promised chance that one is kept.
        independent: Shape (r,), the share of cycles that count as independent, in (0, 1]: cycles that wait for the same days share their fate.
    """
    from scipy.special import betainc

    n = np.maximum(cycles * independent, np.minimum(cycles, 1.0))
    good = n * np.divide(kept, cycles, out=np.ones(len(kept)), where=cycles > 0)
    tail = np.where(good < n, betainc(np.maximum(n - good, 1e-9), good + 1, 1 - p), 1.0)
    return np.select([cycles == 0, tail < CHANCE], [NOT_JUDGED, NOT_KEPT], KEPT).astype(object)


def _independent(shelves: Stock, found: Levels, rule: Rule) -> FloatArray:
    """Orders of successive reviews wait for the same days: of lead time + review period, as many are independent as do not overlap."""
    if rule in DAILY:
        return np.ones(len(shelves))
    every = np.maximum(found.cover, 1)
    return every / (shelves.mean_lead + every)


def _alike(found: Levels) -> Iterator[tuple[np.ndarray, int]]:
    every = np.maximum(found.cover, 1)
    for kind in np.unique(every):
        yield np.flatnonzero(every == kind), int(kind)


def _end(lead: np.ndarray, known: np.ndarray, every: int) -> np.ndarray:
    """The step on which the order after the last known level would arrive, shape (r, 1)."""
    after = known.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)[:, None] + every
    end = after + np.take_along_axis(lead, np.minimum(after, lead.shape[1] - 1), axis=1)
    return np.where(known.any(axis=1, keepdims=True), end, 0)


def _measures(counted: pd.DataFrame, made: Ensemble, shelves: Stock) -> pd.DataFrame:
    """The columns of `Receipt.series`, without those of the textbook."""
    years = counted["steps"].where(counted["steps"] > 0) / made.panel.period.year
    average = counted["stock"] / counted["steps"].where(counted["steps"] > 0)
    margin = shelves[state.PRICE] - shelves[state.UNIT_COST]
    cost = shelves[state.HOLDING_COST] * average + (shelves[state.ORDER_COST] * counted["deliveries"] + margin * counted["lost"]) / years
    a_year = counted["sold"] / years
    kept = counted[["cycles", "kept", "sold", "lost", "steps"]]
    return _shares(kept.assign(average_stock=average, a_year=a_year, cost=cost), suffixes=("",))


def _summable(series: pd.DataFrame) -> pd.DataFrame:
    """Shares back to amounts that may be added up."""
    turned = {f"a_year{suffix}": series[f"turns{suffix}"] * series[f"average_stock{suffix}"] for suffix in ("", TEXTBOOK)}
    return series.assign(**turned).drop(columns=[f"{name}{suffix}" for name in ("service", "fill_rate", "turns") for suffix in ("", TEXTBOOK)])


def _shares(amounts: pd.DataFrame, suffixes: tuple[str, ...] = ("", TEXTBOOK)) -> pd.DataFrame:
    """Amounts with the shares that follow from them; NaN where there is nothing to take a share of."""
    made = {}
    for suffix in suffixes:
        cycles, kept, sold, lost, average, a_year = (
            amounts[f"{name}{suffix}"] for name in ("cycles", "kept", "sold", "lost", "average_stock", "a_year")
        )
        made[f"service{suffix}"] = kept / cycles.where(cycles > 0)
        made[f"fill_rate{suffix}"] = sold / (sold + lost).where(sold + lost > 0)
        made[f"turns{suffix}"] = a_year / average.where(average > 0)
    return amounts.assign(**made).drop(columns=[f"a_year{suffix}" for suffix in suffixes])
