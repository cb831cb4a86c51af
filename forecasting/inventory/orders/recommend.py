"""Recommended orders of every series: how much, by when, at what risk, and from which numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.arrays import BoolArray, FloatArray
from forecasting.core.errors import InputError
from forecasting.inventory import arithmetic, order_quantities
from forecasting.inventory.levels import order_levels
from forecasting.inventory.levels.order_levels import NOTHING_SPARED, Levels, Spared
from forecasting.inventory.orders import abc_xyz, counting, on_hand_words, risk, textbook_order, unknown_levels
from forecasting.inventory.orders.counting import Counting
from forecasting.inventory.policy import Policy
from forecasting.inventory.simulation.counted_past import CountedPast
from forecasting.inventory.simulation.policy_check import PolicyCheck, check_policy
from forecasting.inventory.stock import on_hand, state
from forecasting.inventory.stock.state import GivenStock, Stock
from forecasting.training.ensemble import Ensemble

NOW, SOON, FINE, OVERSTOCK, NOT_COUNTED, UNKNOWN = "order_now", "soon", "fine", "overstock", "not_counted", "unknown"
STATES: Final = (NOW, SOON, FINE, OVERSTOCK, NOT_COUNTED, UNKNOWN)
"""Order today; within a week; later; more than twice the level that an order would bring; not counted, though other shelves were; nothing can be
recommended."""
INPUTS: Final = (state.ON_HAND, state.LEAD_TIME, state.REVIEW_PERIOD, state.PACK_SIZE, state.UNIT_COST, state.SERVICE_LEVEL)
"""Inputs that are named where they had to be assumed."""
SOON_DAYS = 7
OVERSTOCK_LEVELS = 2.0


@dataclass(frozen=True, eq=False)
class Orders:
    """Recommendations for r series.

    Args:
        ensemble: The ensemble that forecasts.
        policy: How the shop orders.
        rows: Positions of the series.
        stock: Their stock and terms.
        levels: Their levels and the demand behind them.
        past_check: The check of the policy in the past.
        table: One row per series, in the order of `rows`:
            `unique_id`, the key columns and the category that exist; `on_hand, on_order, backorders, inventory_position` (units);
            `lead_time, review_period` (days); `service_level` (the promised chance of no stockout in a cycle), `quantile` (of demand, that
            keeps it); `expected, safety_stock, reorder_point, order_up_to, lot, order_quantity` (units; expected and safety stock make up the
            level of the days to cover); `order_value` (money); `pack_size, minimum_order, unit_cost, price`; `order_by` (day, NaT: beyond the
            forecast); `days_of_cover`
            (inf: beyond the forecast), `empty_on`; `risk` (of an empty shelf before an order of today arrives); `runs_out` (whether the
            shelf is expected to empty before that); `risk_with_order` (of an empty shelf before the order after it arrives); `expected_lost,
            expected_left` (units, in the days to cover, with the order); `recommended` (the quantity, whatever a person orders);
            `counted` (whether the shelf was counted: without a count there is no risk); `year_value` (of a year's sales, in money where
            known); `textbook_order_up_to, textbook_quantity, why`; `abc, xyz`;
            `achieved, achieved_fill, achieved_textbook` (shares, in the replay of the past), `cycles`, `promise`; `state` (of `STATES`);
            `counted_on, counted_units, sold_since, came_since, oversold, on_hand_low, on_hand_high` (see `on_hand.columns`), `on_hand_note`;
            `defaults` (inputs that were assumed); `model`; `reason` (why nothing can be recommended).
    """

    ensemble: Ensemble
    policy: Policy
    rows: np.ndarray
    stock: Stock
    levels: Levels
    past_check: PolicyCheck
    table: pd.DataFrame

    @property
    def day(self) -> pd.Timestamp:
        """The day of the orders: the first one of sales after the stock was counted."""
        panel = self.ensemble.panel
        day: pd.Timestamp = panel.period.begin(panel.ahead(self.ensemble.horizon))[panel.period.steps(self.policy.start)]
        return day

    @property
    def sold(self) -> BoolArray:
        """Which of the series are still sold, shape (r,)."""
        still: BoolArray = ~self.ensemble.silent[self.rows]
        return still

    def gone_of(self, rows: pd.DataFrame) -> BoolArray:
        """Which rows of the table, in any order, are of series that are no longer sold, or were never sold yet."""
        gone: BoolArray = ~self.sold[rows.index]
        return gone

    def urgent(self) -> pd.DataFrame:
        """The table, most urgent first: by state, then by risk and units expected, or by value where the shelf was not counted."""
        state, counted = self.table["state"].map(STATES.index), self.table["counted"]
        first = np.where(counted, self.table["risk"].fillna(0.0), 0.0)
        then = np.where(counted, self.table["expected"].fillna(0.0), self.table["year_value"])
        return self.table.iloc[np.lexsort((-then, -first, ~counted, state))]

    def totals(self) -> dict[str, float]:
        """Totals of the series that are still sold: `order_now` and `soon`, `overstock`, `runs_out`, `counted` and `to_count` (series), `units`,
        `value` (money of the orders whose cost is known)."""
        state, counted = self.table["state"].where(self.sold), self.table["counted"]
        counts = {name: int((state == name).sum()) for name in (NOW, SOON, OVERSTOCK)}
        counts |= {"runs_out": int(self.table["runs_out"].sum()), "counted": int((counted & self.sold).sum()), "to_count": int(self.sold.sum())}
        sums = {"units": float(self.table["order_quantity"].sum()), "value": float(self.table["order_value"].sum(min_count=1))}
        return {**counts, **sums}


def recommend_orders(ensemble: Ensemble, given: GivenStock, policy: Policy, rows: np.ndarray, *, counted: CountedPast | None = None) -> Orders:
    """The orders recommended for the series at `rows`.

    Args:
        ensemble: The ensemble that forecasts.
        given: Stock and terms of all series of the ensemble, as far as they were given.
        policy: How the shop orders, and the terms where none were given.
        rows: Positions of r series.
        counted: What was counted of the past of all series already; it counts where `rows` are all, in order.

    Raises:
        InputError: The stock was counted after the last day that is forecast.
    """
    if ensemble.panel.period.steps(policy.start) >= ensemble.horizon:
        reach = ensemble.panel.period.count(ensemble.horizon)
        late = f"The stock was counted {policy.start} days after the last sales, but only {reach} are forecast."
        raise InputError(f"{late} Upload newer sales and retrain.")
    shelves = state.complete(given, policy, ensemble.panel, ensemble.horizon).select(rows)
    value = _year_value(ensemble, shelves, rows)
    abc, xyz = abc_xyz.abc(value), abc_xyz.xyz(ensemble.health["wape"].to_numpy(dtype=float)[rows])
    known = counted if np.array_equal(rows, np.arange(len(ensemble.panel))) else None
    levels = order_levels.levels(ensemble, shelves, policy, rows, abc, spared=Spared(quantiles=known.quantile) if known else NOTHING_SPARED)
    past_check = check_policy(ensemble, shelves, rows, levels, rule=policy.rule, counted=known)
    columns = _identity(ensemble, rows) | _terms(shelves, levels) | _amounts(ensemble, shelves, policy, rows, levels)
    columns |= textbook_order.textbook_order(ensemble, shelves, rows, levels)
    columns |= {"abc": abc, "xyz": xyz, "year_value": value} | _proof(past_check) | _state(ensemble, shelves, columns, levels, policy)
    columns |= {"defaults": _assumed(shelves.given), "model": ensemble.health[schema.MODEL].to_numpy()[rows]}
    columns["reason"] = unknown_levels.reasons(ensemble, rows, levels, policy, shelves)
    columns = _as_counted(columns, counting.counting(ensemble, given, rows)) | on_hand.columns(given.shelves, rows)
    columns[on_hand_words.NOTE] = on_hand_words.notes(given.shelves, rows, ensemble.whole_units[rows])
    return Orders(ensemble, policy, rows, shelves, levels, past_check, pd.DataFrame(columns))


def _identity(ensemble: Ensemble, rows: np.ndarray) -> dict[str, Any]:
    series = ensemble.panel.series.iloc[rows]
    return {str(name): series[name].to_numpy() for name in series}


def _terms(shelves: Stock, levels: Levels) -> dict[str, Any]:
    amounts = {name: shelves[name] for name in state.AMOUNTS}
    promise = {"service_level": levels.p, "quantile": levels.quantile}
    terms = (state.LEAD_TIME, state.REVIEW_PERIOD, state.PACK_SIZE, state.MINIMUM_ORDER, state.UNIT_COST, state.PRICE)
    return amounts | {"inventory_position": shelves.position} | {name: shelves[name] for name in terms} | promise


def _amounts(ensemble: Ensemble, shelves: Stock, policy: Policy, rows: np.ndarray, levels: Levels) -> dict[str, Any]:
    start, days = ensemble.panel.period.steps(policy.start), ensemble.panel.period.days
    quantity = order_quantity(shelves, policy, levels)
    lost, left = risk.lost_and_left(shelves, levels, quantity)
    cover = risk.steps_of_cover(ensemble, shelves, rows, start)
    wait = risk.order_in(ensemble, shelves, rows, levels, start)
    return {
        "expected": levels.cycle.expected,
        "safety_stock": levels.order_up_to - levels.lot - levels.cycle.expected,
        "reorder_point": levels.reorder_point,
        "order_up_to": levels.order_up_to,
        "lot": levels.lot,
        "order_quantity": quantity,
        "order_value": quantity * shelves[state.UNIT_COST],
        "order_by": _date(ensemble, np.where(quantity > 0, 0.0, wait), start),
        "days_of_cover": cover * days,
        "empty_on": _date(ensemble, np.where(np.isfinite(cover), np.floor(cover), np.nan), start),
        "risk": risk.over_counts(lambda may: risk.risk(ensemble, may, rows, levels, start), shelves),
        "runs_out": cover < shelves.mean_lead,
        "risk_with_order": risk_with_order(shelves, levels, quantity),
        "expected_lost": lost,
        "expected_left": left,
    }


def risk_with_order(shelves: Stock, levels: Levels, quantity: FloatArray) -> FloatArray:
    """Chance that the shelf empties before the order after today's arrives, with `quantity` units ordered today, shape (r,)."""
    return risk.over_counts(lambda may: 1 - arithmetic.chance_enough(levels.cycle.values, may.position + np.nan_to_num(quantity)), shelves)


def _as_counted(columns: dict[str, Any], known: Counting) -> dict[str, Any]:
    """The columns without guesses about shelves that were not counted."""
    columns = counting.without_guesses(columns, known)
    state = np.where(known.waiting & (columns["state"] != UNKNOWN), NOT_COUNTED, columns["state"])
    of_count = {"counted": known.counted, "runs_out": columns["runs_out"] & known.counted, "state": state}
    return columns | of_count | {"recommended": columns["order_quantity"]}


def order_quantity(shelves: Stock, policy: Policy, levels: Levels) -> FloatArray:
    """Units to order now by the policy's rule, in whole packs, shape (r,); NaN where no level is known."""
    terms = order_quantities.Terms(levels.reorder_point, levels.order_up_to, levels.lot, shelves[state.PACK_SIZE], shelves[state.MINIMUM_ORDER])
    return order_quantities.quantity_by(policy.rule, terms, shelves.position)


def _date(ensemble: Ensemble, steps: FloatArray, start: int) -> pd.DatetimeIndex:
    """The day that lies `steps` steps after the stock count, NaT where that is unknown or beyond the forecast."""
    dates = ensemble.panel.ahead(ensemble.horizon).to_numpy()
    place = np.nan_to_num(steps, nan=len(dates)).astype(int) + start
    return pd.DatetimeIndex(np.where(place < len(dates), dates[np.minimum(place, len(dates) - 1)], np.datetime64("NaT")))


def _year_value(ensemble: Ensemble, shelves: Stock, rows: np.ndarray) -> FloatArray:
    """What the last year's sales were worth (at the price, else the cost, else in units), shape (r,)."""
    units = np.nansum(ensemble.panel.sales[rows, -ensemble.panel.period.year :], axis=1)
    worth = np.where(np.isfinite(shelves[state.PRICE]), shelves[state.PRICE], shelves[state.UNIT_COST])
    known = np.isfinite(worth)
    value: FloatArray = units * np.where(known, worth, float(np.mean(worth[known])) if known.any() else 1.0)
    return value


def _proof(past_check: PolicyCheck) -> dict[str, Any]:
    series = past_check.series
    names = {"achieved": "service", "achieved_fill": "fill_rate", "achieved_textbook": "service_textbook", "cycles": "cycles"}
    return {name: series[column].to_numpy() for name, column in names.items()} | {"promise": past_check.promise}


def _state(ensemble: Ensemble, shelves: Stock, columns: dict[str, Any], levels: Levels, policy: Policy) -> dict[str, Any]:
    counted = ensemble.panel.ahead(ensemble.horizon)[ensemble.panel.period.steps(policy.start)]
    soon = columns["order_by"] <= counted + pd.Timedelta(days=SOON_DAYS)
    position, level = shelves.position, levels.order_up_to
    state = np.select(
        [np.isnan(level), columns["order_quantity"] > 0, position > np.maximum(OVERSTOCK_LEVELS * level, 0.0), soon],
        [UNKNOWN, NOW, OVERSTOCK, SOON],
        FINE,
    )
    return {"state": state}


def _assumed(given: pd.DataFrame) -> list[str]:
    """For each series, the names of the inputs that were not given."""
    kinds, which = np.unique(given[list(INPUTS)].to_numpy(), axis=0, return_inverse=True)
    texts = [", ".join(name for name, there in zip(INPUTS, kind, strict=True) if not there) for kind in kinds]
    return [texts[kind] for kind in which.ravel()]
