"""What to order now, of every series: how much, by when, how sure, and what stands behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.core.errors import InputError
from forecasting.core.period import Period
from forecasting.inventory import arithmetic
from forecasting.inventory.levels import order_levels, textbook
from forecasting.inventory.levels.order_levels import Levels
from forecasting.inventory.orders import abc_xyz, risk
from forecasting.inventory.policy import Policy
from forecasting.inventory.simulation.policy_check import Receipt, judge
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import Given, Stock
from forecasting.training.ensemble import Ensemble

NOW, SOON, FINE, OVERSTOCK, UNKNOWN = "order_now", "soon", "fine", "overstock", "unknown"
STATES: Final = (NOW, SOON, FINE, OVERSTOCK, UNKNOWN)
"""Order today; within a week; later; more than twice the level that an order would bring; nothing can be recommended."""
INPUTS: Final = (state.ON_HAND, state.LEAD_TIME, state.REVIEW_PERIOD, state.PACK_SIZE, state.UNIT_COST, state.SERVICE_LEVEL)
"""What is named when it had to be assumed."""
SOON_DAYS = 7
TOO_MUCH = 2.0
AT_RISK = 0.2
"""A chance of an empty shelf from which a series counts as at risk."""
AGREES = 0.05
"""Share of the level within which the textbook's counts as the same."""


@dataclass(frozen=True, eq=False)
class Orders:
    """Recommendations for r series.

    Args:
        made: What is served.
        policy: How the shop orders.
        rows: Positions of the series.
        shelves: Their stock and terms.
        levels: Their levels and the demand behind them.
        receipt: How the policy did in the past.
        table: One row a series, in the order of `rows`:
            `unique_id`, the key columns and the category that exist; `on_hand, on_order, backorders, inventory_position` (units);
            `lead_time, review_period` (days); `service_level` (the promised chance of no stockout in a cycle), `quantile` (of demand, that
            keeps it); `expected, safety_stock, reorder_point, order_up_to, lot, order_quantity` (units; expected and safety stock make up the
            level of the days to cover); `order_value` (money); `pack_size, minimum_order, unit_cost, price`; `order_by` (day, NaT: beyond the
            forecast); `days_of_cover`
            (inf: beyond the forecast), `empty_on`; `risk` (of an empty shelf before an order of today arrives); `expected_lost,
            expected_left` (units, in the days to cover, with the order); `textbook_order_up_to, textbook_quantity, why`; `abc, xyz`;
            `achieved, achieved_fill, achieved_textbook` (shares, in the replay of the past), `cycles`, `promise`; `state` (of `STATES`);
            `defaults` (inputs that were assumed); `model`; `reason` (why nothing can be recommended).
    """

    made: Ensemble
    policy: Policy
    rows: np.ndarray
    shelves: Stock
    levels: Levels
    receipt: Receipt
    table: pd.DataFrame

    def urgent(self) -> pd.DataFrame:
        """The table, most urgent first: by state, then by risk, then by units expected."""
        state = self.table["state"].map(STATES.index)
        order = np.lexsort((-self.table["expected"].fillna(0.0), -self.table["risk"].fillna(0.0), state))
        return self.table.iloc[order]

    def totals(self) -> dict[str, float]:
        """Over all series: `order_now` and `soon`, `overstock`, `at_risk` (series), `units`, `value` (money of the orders whose cost is known)."""
        state = self.table["state"]
        counts = {name: int((state == name).sum()) for name in (NOW, SOON, OVERSTOCK)}
        sums = {"units": float(self.table["order_quantity"].sum()), "value": float(self.table["order_value"].sum(min_count=1))}
        return {**counts, "at_risk": int((self.table["risk"] >= AT_RISK).sum()), **sums}


def recommend(made: Ensemble, given: Given, policy: Policy, rows: np.ndarray) -> Orders:
    """What to order of the series at `rows`.

    Args:
        made: What is served.
        given: Stock and terms of all its series, as far as anybody said.
        policy: How the shop orders, and terms where nothing was said.
        rows: Positions of r series.

    Raises:
        InputError: The stock was counted after the last day that is forecast.
    """
    if made.panel.period.steps(policy.start) >= made.horizon:
        reach = made.panel.period.count(made.horizon)
        late = f"The stock was counted {policy.start} days after the last sales, but only {reach} are forecast."
        raise InputError(f"{late} Upload newer sales and retrain.")
    shelves = state.complete(given, policy, made.panel, made.horizon).select(rows)
    abc, xyz = _classes(made, shelves, rows)
    found = order_levels.levels(made, shelves, policy, rows, abc)
    receipt = judge(made, shelves, rows, found, rule=policy.rule)
    columns = _identity(made, rows) | _terms(shelves, found) | _amounts(made, shelves, policy, rows, found)
    columns |= _textbook(made, shelves, rows, found)
    columns |= {"abc": abc, "xyz": xyz} | _proof(receipt) | _state(made, shelves, columns, found, policy)
    columns |= {"defaults": _assumed(shelves.given), "model": made.health[schema.MODEL].to_numpy()[rows]}
    columns["reason"] = _reasons(made, found, policy, shelves)
    return Orders(made, policy, rows, shelves, found, receipt, pd.DataFrame(columns))


def _identity(made: Ensemble, rows: np.ndarray) -> dict[str, Any]:
    series = made.panel.series.iloc[rows]
    return {str(name): series[name].to_numpy() for name in series}


def _terms(shelves: Stock, found: Levels) -> dict[str, Any]:
    amounts = {name: shelves[name] for name in state.AMOUNTS}
    promise = {"service_level": found.p, "quantile": found.quantile}
    terms = (state.LEAD_TIME, state.REVIEW_PERIOD, state.PACK_SIZE, state.MINIMUM_ORDER, state.UNIT_COST, state.PRICE)
    return amounts | {"inventory_position": shelves.position} | {name: shelves[name] for name in terms} | promise


def _amounts(made: Ensemble, shelves: Stock, policy: Policy, rows: np.ndarray, found: Levels) -> dict[str, Any]:
    start, days = made.panel.period.steps(policy.start), made.panel.period.days
    quantity = _quantity(shelves, policy, found)
    lost, left = risk.lost_and_left(shelves, found, quantity)
    cover = risk.steps_of_cover(made, shelves, rows, start)
    wait = risk.order_in(made, shelves, rows, found, start)
    return {
        "expected": found.cycle.expected,
        "safety_stock": found.order_up_to - found.lot - found.cycle.expected,
        "reorder_point": found.reorder_point,
        "order_up_to": found.order_up_to,
        "lot": found.lot,
        "order_quantity": quantity,
        "order_value": quantity * shelves[state.UNIT_COST],
        "order_by": _date(made, np.where(quantity > 0, 0.0, wait), start),
        "days_of_cover": cover * days,
        "empty_on": _date(made, np.where(np.isfinite(cover), np.floor(cover), np.nan), start),
        "risk": risk.risk(made, shelves, rows, found, start),
        "expected_lost": lost,
        "expected_left": left,
    }


def _quantity(shelves: Stock, policy: Policy, found: Levels) -> FloatArray:
    terms = arithmetic.Terms(found.reorder_point, found.order_up_to, found.lot, shelves[state.PACK_SIZE], shelves[state.MINIMUM_ORDER])
    return arithmetic.quantity_by(policy.rule, terms, shelves.position)


def _date(made: Ensemble, steps: FloatArray, start: int) -> pd.DatetimeIndex:
    """The day so many steps after the counting, NaT where not known or not forecast."""
    dates = made.panel.ahead(made.horizon).to_numpy()
    place = np.nan_to_num(steps, nan=len(dates)).astype(int) + start
    return pd.DatetimeIndex(np.where(place < len(dates), dates[np.minimum(place, len(dates) - 1)], np.datetime64("NaT")))


def _textbook(made: Ensemble, shelves: Stock, rows: np.ndarray, found: Levels) -> dict[str, Any]:
    """The textbook's level and order for the same promise and days, and one sentence on why it differs."""
    from scipy.special import ndtri

    z = np.stack([np.zeros(len(rows)), ndtri(found.p)])
    mean, level = textbook.level_now(made, rows, z, shelves.mean_lead + found.cover, shelves[state.LEAD_TIME_SD] / made.panel.period.days)
    level = order_levels.rounded(made, level)
    quantity = arithmetic.order_quantity(level, shelves.position, shelves[state.PACK_SIZE], shelves[state.MINIMUM_ORDER])
    why = _why(found, mean, level, made.panel.period)
    return {"textbook_order_up_to": level, "textbook_quantity": quantity, "why": why}


def _why(found: Levels, mean: FloatArray, level: FloatArray, period: Period) -> list[str]:
    ours = found.order_up_to - found.lot
    ahead, cushion = found.cycle.expected - mean, (ours - found.cycle.expected) - (level - mean)
    agree = np.abs(ours - level) <= np.maximum(AGREES * np.maximum(ours, level), 1.0)
    window = f"the last {textbook.WEEKS * period.cycle} {period.plural}"
    texts = []
    for same, more, wider in zip(agree, ahead, cushion, strict=True):
        if np.isnan(more + wider):
            texts.append("")
        elif same:
            texts.append("Both agree.")
        elif abs(more) >= abs(wider):
            texts.append(f"It expects the sales of {window}. The forecast expects {abs(more):,.0f} {'more' if more > 0 else 'fewer'}.")
        elif wider > 0:
            texts.append(f"It treats each {period.name} as independent. Real errors add up, so we keep {wider:,.0f} more in reserve.")
        else:
            texts.append(f"It treats every swing in sales as chance. The forecast explains some of them, so we keep {-wider:,.0f} fewer in reserve.")
    return texts


def _classes(made: Ensemble, shelves: Stock, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Classes by value of the last year's sales (price, else cost, else units), and by forecast error."""
    units = np.nansum(made.panel.sales[rows, -made.panel.period.year :], axis=1)
    worth = np.where(np.isfinite(shelves[state.PRICE]), shelves[state.PRICE], shelves[state.UNIT_COST])
    known = np.isfinite(worth)
    value = units * np.where(known, worth, float(np.mean(worth[known])) if known.any() else 1.0)
    return abc_xyz.abc(value), abc_xyz.xyz(made.health["wape"].to_numpy(dtype=float)[rows])


def _proof(receipt: Receipt) -> dict[str, Any]:
    series = receipt.series
    names = {"achieved": "service", "achieved_fill": "fill_rate", "achieved_textbook": "service_textbook", "cycles": "cycles"}
    return {name: series[column].to_numpy() for name, column in names.items()} | {"promise": receipt.promise}


def _state(made: Ensemble, shelves: Stock, columns: dict[str, Any], found: Levels, policy: Policy) -> dict[str, Any]:
    counted = made.panel.ahead(made.horizon)[made.panel.period.steps(policy.start)]
    soon = columns["order_by"] <= counted + pd.Timedelta(days=SOON_DAYS)
    position, level = shelves.position, found.order_up_to
    state = np.select(
        [np.isnan(level), columns["order_quantity"] > 0, position > np.maximum(TOO_MUCH * level, 0.0), soon],
        [UNKNOWN, NOW, OVERSTOCK, SOON],
        FINE,
    )
    return {"state": state}


def _assumed(given: pd.DataFrame) -> list[str]:
    """The names of inputs that nobody gave, of each series."""
    kinds, which = np.unique(given[list(INPUTS)].to_numpy(), axis=0, return_inverse=True)
    texts = [", ".join(name for name, there in zip(INPUTS, kind, strict=True) if not there) for kind in kinds]
    return [texts[kind] for kind in which.ravel()]


def _reasons(made: Ensemble, found: Levels, policy: Policy, shelves: Stock) -> list[str]:
    """Why nothing can be recommended, and what helps; empty where something is."""
    period, judged = made.panel.period, made.past.horizon
    longest = shelves.lead.shape[1] - 1 - np.argmax(shelves.lead[:, ::-1] > 0, axis=1) + found.cover + period.steps(policy.start)
    texts = []
    for level, span in zip(found.order_up_to, longest, strict=True):
        if np.isfinite(level):
            texts.append("")
        elif not len(made.past.cutoffs):
            texts.append("There is too little history to check past forecasts, so we cannot tell how sure this one is. Upload more sales.")
        else:
            reach = min(judged, made.horizon)
            texts.append(
                f"An order must cover {period.count(int(span))}, but past forecasts were only checked over {period.count(reach)}. "
                "Retrain with a longer horizon, or shorten the lead time or the review period."
            )
    return texts
