"""The level that each series is ordered up to: the promise, the days that an order must cover, and the quantile of demand over them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.core.arrays import BoolArray, FloatArray
from forecasting.inventory import arithmetic, order_quantities
from forecasting.inventory.levels import demand, lost_sales
from forecasting.inventory.levels.demand import Demand
from forecasting.inventory.policy import CLASSES, DAILY, Policy
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import Stock
from forecasting.training.ensemble import Ensemble

DAYS_OF_YEAR = 365.0


@dataclass(frozen=True, eq=False)
class Levels:
    """Order levels of r series, in units unless stated otherwise; NaN where no error of such a sum was seen.

    Args:
        p: The promised chance of no stockout in a cycle, in (0, 1).
        quantile: The quantile of demand over lead time and `cover` that keeps this promise; at most p, since unmet demand is lost.
        every: Steps from one review to the next, at least 1.
        cover: Steps beyond the lead time that an order must last.
        reorder_point: The position below which waiting any longer breaks the promise.
        order_up_to: The position that an order reaches, at most.
        lot: Size of a lot, for rules that have one; else 0.
        cycle: Demand over lead time and `cover`.
        lead: Demand over the lead time.
    """

    p: FloatArray
    quantile: FloatArray
    every: np.ndarray
    cover: np.ndarray
    reorder_point: FloatArray
    order_up_to: FloatArray
    lot: FloatArray
    cycle: Demand
    lead: Demand


def _none_known(*_: object) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Spared:
    """What of levels need not be worked out.

    Args:
        lead: The demand over the lead time alone, which nobody asks for.
        quantiles: The quantiles of demand, where they are known already: what gives them from promise, lead times and steps to cover; None where
            they are not.
    """

    lead: bool = False
    quantiles: Callable[[FloatArray, FloatArray, np.ndarray], FloatArray | None] = _none_known


NOTHING_SPARED: Final = Spared()


def up_to(ensemble: Ensemble, shelves: Stock, policy: Policy, rows: np.ndarray) -> Levels:
    """The levels of the series at `rows`, all of one class, as far as an order follows from them: what is ordered up to a level at a review does
    not ask for the demand over the lead time alone, which is NaN then, and so is the reorder point."""
    is_needed = policy.rule not in ("order_up_to", "newsvendor") or policy.target == "fill"
    return levels(ensemble, shelves, policy, rows, np.full(len(rows), "A"), spared=Spared(lead=not is_needed))


def levels(ensemble: Ensemble, shelves: Stock, policy: Policy, rows: np.ndarray, abc: np.ndarray, *, spared: Spared = NOTHING_SPARED) -> Levels:
    """The levels of the series at `rows`.

    Args:
        ensemble: The ensemble that forecasts.
        shelves: Stock and terms of these series.
        policy: How the shop orders.
        rows: Positions of r series.
        abc: Shape (r,), classes of value.
        spared: What need not be worked out.
    """
    start = ensemble.panel.period.steps(policy.start)
    every = np.ones(len(rows), dtype=int) if policy.rule in DAILY else shelves.review
    cover = np.minimum(every, np.where(np.isfinite(shelves.life), shelves.life, every)).astype(int)
    if policy.rule == "newsvendor":
        cover = np.where(np.isfinite(shelves.life), shelves.life, every).astype(int)
    cycle = demand.demand_over(ensemble, rows, shelves.lead, cover, start=start)
    lead = demand.demand_over(ensemble, rows, shelves.lead, np.zeros_like(cover), start=start) if not spared.lead else demand.unknown(len(rows))
    p = _promise(shelves, policy, abc, (cycle, lead), ensemble.panel.period.days * cover)
    asked = p
    if policy.rule == "order_up_to" and policy.target != "fill":
        known = spared.quantiles(p, shelves.lead, cover)
        asked = _covering(ensemble, shelves, rows, p, cover) if known is None else known
    whole = ensemble.whole_units[rows]
    level = rounded(whole, arithmetic.quantile(cycle.values, asked))
    lot = _lot(shelves, policy, cycle, lead, ensemble.panel.period.days * cover)
    point = level if policy.rule in DAILY else rounded(whole, arithmetic.quantile(lead.values, p))
    return Levels(p, asked, every, cover, point, level + lot, lot, cycle, lead)


def _covering(ensemble: Ensemble, shelves: Stock, rows: np.ndarray, p: FloatArray, cover: np.ndarray) -> FloatArray:
    return lost_sales.covering_quantiles(p, shelves.lead, np.maximum(cover, 1), lost_sales.idle_share(ensemble, rows))


def rounded(whole: BoolArray, level: FloatArray) -> FloatArray:
    """Levels rounded to the nearest whole units where series are sold in whole units, since quantiles of sums lie between whole units.

    Args:
        whole: Which series are sold in whole units, in a shape that goes with the levels.
        level: Units; NaN where unknown.
    """
    return np.where(whole, np.round(level), level)


def _promise(shelves: Stock, policy: Policy, abc: np.ndarray, demands: tuple[Demand, Demand], days: np.ndarray) -> FloatArray:
    """The chance of no stockout in a cycle that the target asks for, shape (r,)."""
    promise, (cycle, lead) = shelves[state.SERVICE_LEVEL], demands
    if policy.class_levels is not None:
        by_class = np.asarray(policy.class_levels)[np.searchsorted(CLASSES, abc)]
        promise = np.where(shelves.given[state.SERVICE_LEVEL], promise, by_class)
    if policy.target == "fill":
        level = arithmetic.fill_level(cycle.values, lead.values, cycle.expected - lead.expected, promise)
        promise = np.where(np.isfinite(level), arithmetic.chance_enough(cycle.values, level), promise)
    elif policy.target == "costs":
        once = (policy.rule == "newsvendor") | (shelves[state.SHELF_LIFE] <= days)  # what a cycle leaves no longer keeps
        ratio = arithmetic.critical_ratio(
            shelves[state.PRICE], shelves[state.UNIT_COST], shelves[state.HOLDING_COST] * days / DAYS_OF_YEAR, once=once
        )
        promise = np.where(np.isfinite(ratio), ratio, promise)
    return np.clip(promise, 0.001, 0.999)


def _lot(shelves: Stock, policy: Policy, cycle: Demand, lead: Demand, days: np.ndarray) -> FloatArray:
    """Lots in whole packs, for rules that have them: the economic quantity where the costs are known, else a review period's demand."""
    if policy.rule not in DAILY:
        return np.zeros(len(shelves))
    a_day = np.maximum(cycle.expected - lead.expected, 0.0) / days
    economic = arithmetic.eoq(a_day * DAYS_OF_YEAR, shelves[state.ORDER_COST], shelves[state.HOLDING_COST])
    lot = np.where(np.isfinite(economic) & (economic > 0), economic, a_day * shelves[state.REVIEW_PERIOD])
    pack = shelves[state.PACK_SIZE]
    least = np.maximum(np.maximum(lot, shelves[state.MINIMUM_ORDER]), pack)
    return order_quantities.whole_packs(least, pack)
