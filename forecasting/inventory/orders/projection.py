"""How the stock of one series is expected to run down and fill up, with an order and without."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.inventory.levels import demand
from forecasting.inventory.orders.recommend import Orders
from forecasting.inventory.stock import state


@dataclass(frozen=True, eq=False)
class StockCurve:
    """Units on a shelf over h steps, shape (h,) each, at least 0; NaN where the demand is unknown.

    Args:
        morning: Units after deliveries, before sales.
        evening: Units after sales.
        lasts: Share of the step until the shelf is empty, in [0, 1]; 1 where it is not.
    """

    morning: FloatArray
    evening: FloatArray
    lasts: FloatArray


@dataclass(frozen=True, eq=False)
class StockProjection:
    """The projected stock of one series over the h steps that an order covers.

    Args:
        dates: Shape (h + 1,): the mornings of the steps, and the morning after the last.
        on_hand: Units counted, less those owed; below 0 where more is owed than there is.
        ordered: With the order, at expected demand.
        alone: Without the order, at expected demand.
        lower: With the order, at demand so high that the first t steps exceed it with a chance of 10 %, for each t.
        upper: With the order, at demand so low that the first t steps fall below it with a chance of 10 %, for each t.
        receipts: Units under way without the order, shape (h,), by the step before whose sales they arrive.
        arrival: Step from 0 before whose sales the order arrives; h or more where that is not shown.
        quantity: Units of the order.
        empty: When the shelf empties at expected demand, between two mornings: without the order, and with it; None where it does not.
    """

    dates: pd.DatetimeIndex
    on_hand: float
    ordered: StockCurve
    alone: StockCurve
    lower: StockCurve
    upper: StockCurve
    receipts: FloatArray
    arrival: int
    quantity: float
    empty: tuple[pd.Timestamp | None, pd.Timestamp | None]


def project_stock(
    *,
    dates: pd.DatetimeIndex,
    on_hand: float,
    receipts: FloatArray,
    expected: FloatArray,
    limits: FloatArray,
    order: tuple[int, float],
) -> StockProjection:
    """Projects the stock at the expected demand and at the limits of its band; demand that finds an empty shelf is lost.

    The band takes sums of demand, never single steps: up to each step, demand is the same quantile of its sum, so that high demand stays high
    (comonotone).

    Args:
        dates: Of h steps from the counting on.
        on_hand: Units at the start, less those owed.
        receipts: Shape (h,), units under way by the step before whose sales they arrive.
        expected: Shape (h,), units a step.
        limits: Shape (2, h): lower and upper quantile of the units of the first 1, 2, ... h steps; NaN where not known.
        order: Steps until an order placed now arrives, from 0, and its units.
    """
    arrival, quantity = order
    with_order = receipts + quantity * (np.arange(len(dates)) == arrival)
    low, high = (np.diff(sums, prepend=0.0) for sums in limits)
    ordered, alone = _run(on_hand, with_order, expected), _run(on_hand, receipts, expected)
    ends = pd.DatetimeIndex([*dates, _after(dates)])
    return StockProjection(
        dates=ends,
        on_hand=on_hand,
        ordered=ordered,
        alone=alone,
        lower=_run(on_hand, with_order, high),
        upper=_run(on_hand, with_order, low),
        receipts=receipts,
        arrival=arrival,
        quantity=quantity,
        empty=(_empty(ends, alone), _empty(ends, ordered)),
    )


def _run(on_hand: float, receipts: FloatArray, demand: FloatArray) -> StockCurve:
    morning, evening = np.empty(len(demand)), np.empty(len(demand))
    left = on_hand
    for step, (arrived, wanted) in enumerate(zip(receipts, demand, strict=True)):
        there = left + arrived
        left = max(there - wanted, 0.0) if wanted == wanted else np.nan
        morning[step], evening[step] = max(there, 0.0) if there == there else np.nan, left
        left = min(there, 0.0) if there < 0 else left
    short = demand > morning + 1e-9
    return StockCurve(morning, evening, np.divide(morning, demand, out=np.ones(len(demand)), where=short))


def _empty(ends: pd.DatetimeIndex, run: StockCurve) -> pd.Timestamp | None:
    """The first moment at which the shelf is empty although there is demand; None without one."""
    short = np.flatnonzero(run.lasts < 1)
    if not len(short):
        return None
    step = int(short[0])
    return ends[step] + (ends[step + 1] - ends[step]) * float(run.lasts[step])


def _after(dates: pd.DatetimeIndex) -> pd.Timestamp:
    """The morning after the last step, which is taken to be as long as the step before."""
    return dates[-1] + (dates[-1] - dates[-2] if len(dates) > 1 else pd.Timedelta(days=1))


def projection_of(orders: Orders, place: int, quantity: float, on_hand: float | None = None) -> StockProjection:
    """The projected stock of one series over the days that an order covers, with an order of `quantity` units and without.

    Args:
        orders: The recommendations.
        place: Position of the series in their table.
        quantity: Units ordered today.
        on_hand: Units on the shelf; None for the known ones.
    """
    ensemble, row = orders.ensemble, int(orders.rows[place])
    shelves, start = orders.stock.select(np.array([place])), ensemble.panel.period.steps(orders.policy.start)
    lead = int(np.ceil(shelves.mean_lead[0]))
    steps = min(lead + int(orders.levels.cover[place]), ensemble.horizon - start)
    expected = np.nan_to_num(ensemble.expected[row, start : start + steps])
    return project_stock(
        dates=ensemble.panel.ahead(ensemble.horizon)[start : start + steps],
        on_hand=(float(shelves[state.ON_HAND][0]) if on_hand is None else on_hand) - float(shelves[state.BACKORDERS][0]),
        receipts=shelves.receipts[0, :steps],
        expected=expected,
        limits=demand.cumulative(ensemble, row, steps, schema.QUANTILES[:2], start=start),
        order=(lead, quantity),
    )
