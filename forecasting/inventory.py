"""The arithmetic of orders: pure functions of arrays, a value a series.

A distribution comes as `values`, shape (n, m): m equally likely sums of demand over the days in question, ascending, in units. Sources: Snyder &
Shen, Fundamentals of Supply Chain Theory, 2nd ed. 2019 (S&S); Silver, Pyke & Thomas, Inventory and Production Management in Supply Chains,
4th ed. 2017 (SPT).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.panel import FloatArray

TOLERANCE: Final = 1e-9
"""Units (of packs and shortfalls) that are taken for rounding."""
HALVINGS: Final = 60


def quantile(values: FloatArray, p: FloatArray) -> FloatArray:
    """The level that demand does not pass with a chance of `p`, shape (n,), units; linear between the middles of equally likely values.

    Args:
        values: Shape (n, m), ascending, units.
        p: Shape (n,), each in (0, 1).

    Example:
        >>> quantile(np.array([[10.0, 20.0, 30.0, 40.0]]), np.array([0.5]))
        array([25.])
    """
    m = values.shape[1]
    place = np.clip(np.asarray(p) * m - 0.5, 0, m - 1)
    below = np.floor(place).astype(int)
    row = np.arange(len(values))
    low, high = values[row, below], values[row, np.minimum(below + 1, m - 1)]
    level: FloatArray = low + (place - below) * (high - low)
    return level


def chance_enough(values: FloatArray, level: FloatArray) -> FloatArray:
    """The chance that a level covers demand, P(D <= level), shape (n,), in [0, 1]; NaN where demand is not known."""
    share: FloatArray = np.where(np.isnan(values[:, 0]), np.nan, (values <= np.asarray(level)[:, None] + TOLERANCE).mean(axis=1))
    return share


def shortage(values: FloatArray, level: FloatArray) -> FloatArray:
    """Units that are expected to be missing, the loss function n(level) = E[(D - level)+], shape (n,) (S&S 4.3.2.1)."""
    missing: FloatArray = np.maximum(values - np.asarray(level)[:, None], 0.0).mean(axis=1)
    return missing


def leftover(values: FloatArray, level: FloatArray) -> FloatArray:
    """Units that are expected to be left, the complementary loss function E[(level - D)+], shape (n,) (S&S 4.3.2.1)."""
    left: FloatArray = np.maximum(np.asarray(level)[:, None] - values, 0.0).mean(axis=1)
    return left


def fill_level(cycle: FloatArray, lead: FloatArray, per_cycle: FloatArray, target: FloatArray) -> FloatArray:
    """The smallest order-up-to level from which a share of demand is met, shape (n,), units; NaN where demand is not known or nothing sells.

    Of each cycle's demand, what is missing at its end and was not missing at its start is lost: E[(D_LR - S)+] - E[(D_L - S)+] (SPT 7.9, rule
    P2). Found by bisection: the share met only grows with S.

    Args:
        cycle: Demand over lead time and review period, shape (n, m).
        lead: Demand over the lead time, shape (n, m).
        per_cycle: Demand expected in a review period, shape (n,), units.
        target: Shares to be met, shape (n,), in (0, 1).
    """
    low, high = np.zeros(len(cycle)), np.maximum(cycle[:, -1], lead[:, -1])
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        met = shortage(cycle, middle) - shortage(lead, middle) <= (1 - target) * per_cycle
        low, high = np.where(met, low, middle), np.where(met, middle, high)
    return np.where((per_cycle > 0) & ~np.isnan(cycle[:, 0]), high, np.nan)


def critical_ratio(price: FloatArray, unit_cost: FloatArray, holding: FloatArray, *, once: bool = False, salvage: float = 0.0) -> FloatArray:
    """The chance of no stockout that costs least, shape (n,), in (0, 1): Cu / (Cu + Co) (S&S 4.3.2.2); NaN where not known or nothing is earned.

    Args:
        price: Of a unit, money.
        unit_cost: Of a unit, money.
        holding: Cost of keeping a unit for the days that the order covers, money; of goods that are sold later if not now.
        once: Whether what is left is lost but for its salvage, rather than sold in the next cycle.
        salvage: What a unit left is worth then, money.

    Example:
        >>> critical_ratio(np.array([10.0]), np.array([2.0]), np.array([0.0]), once=True)
        array([0.8])
    """
    under, over = price - unit_cost, (unit_cost - salvage if once else holding)
    ratio = np.full(np.shape(under), np.nan)
    np.divide(under, under + over, out=ratio, where=(under > 0) & (over > 0))
    return ratio


def eoq(demand_year: FloatArray, order_cost: FloatArray, holding_cost: FloatArray) -> FloatArray:
    """The economic order quantity sqrt(2 K lambda / h), shape (n,), units (S&S 3.2, theorem 3.1); NaN where a cost is not known or 0.

    Args:
        demand_year: Units a year.
        order_cost: Money an order.
        holding_cost: Money a unit and year.

    Example:
        >>> eoq(np.array([1300.0]), np.array([8.0]), np.array([0.225])).round(1)
        array([304.])
    """
    known = (np.asarray(order_cost) > 0) & (np.asarray(holding_cost) > 0)
    lot = np.full(np.shape(demand_year), np.nan)
    np.divide(2 * order_cost * demand_year, holding_cost, out=lot, where=known)
    return np.sqrt(lot)


def whole_packs(units: FloatArray, pack_size: FloatArray) -> FloatArray:
    """The least whole packs that hold so many units, shape (n,), units.

    Example:
        >>> whole_packs(np.array([13.0, 24.0]), np.array([12.0, 12.0]))
        array([24., 24.])
    """
    packs: FloatArray = np.ceil(units / pack_size - TOLERANCE) * pack_size
    return packs


def order_quantity(order_up_to: FloatArray, position: FloatArray, pack_size: FloatArray, minimum_order: FloatArray) -> FloatArray:
    """Units to order now, so that the position reaches the level: whole packs, at least the minimum, or nothing; 0 where no level is known.

    Args:
        order_up_to: Shape (n,), units.
        position: On hand + on order - backorders, shape (n,), units.
        pack_size: Units in a pack, above 0.
        minimum_order: Least units of an order, at least 0; rounded up to whole packs.

    Example:
        >>> order_quantity(np.array([173.0]), np.array([90.0]), np.array([12.0]), np.array([0.0]))
        array([84.])
    """
    short = np.nan_to_num(order_up_to - position)
    packed = np.maximum(whole_packs(np.maximum(short, 0.0), pack_size), whole_packs(minimum_order, pack_size))
    return np.where(short > TOLERANCE, packed, 0.0)


def lot_quantity(reorder_point: FloatArray, position: FloatArray, lot: FloatArray, pack_size: FloatArray, minimum_order: FloatArray) -> FloatArray:
    """Units to order under (s, Q): at or below the reorder point the fewest whole lots that lift the position above it (SPT 6.4.1).

    Args:
        reorder_point: s, shape (n,), units.
        position: Shape (n,), units.
        lot: Q, shape (n,), units, above 0.
        pack_size: Units in a pack.
        minimum_order: Least units of an order.
    """
    short = reorder_point - position
    low = np.isfinite(short) & (short >= -TOLERANCE)
    size = np.maximum(np.where(np.isfinite(lot), lot, 0.0), pack_size)
    lots = np.floor(np.where(low, short, 0.0) / size + TOLERANCE) + 1
    needed = np.maximum(lots * size, minimum_order)
    return np.where(low, whole_packs(needed, pack_size), 0.0)


def min_max_quantity(
    reorder_point: FloatArray, order_up_to: FloatArray, position: FloatArray, pack_size: FloatArray, minimum_order: FloatArray
) -> FloatArray:
    """Units to order under (s, S): at or below the reorder point up to the level (SPT 6.4.3).

    Args:
        reorder_point: s, shape (n,), units.
        order_up_to: S, shape (n,), units, above s.
        position: Shape (n,), units.
        pack_size: Units in a pack.
        minimum_order: Least units of an order.
    """
    low = np.isfinite(reorder_point) & (position <= reorder_point + TOLERANCE)
    return np.where(low, order_quantity(order_up_to, position, pack_size, minimum_order), 0.0)


def steps_of_cover(on_hand: FloatArray, receipts: FloatArray, expected: FloatArray) -> FloatArray:
    """Steps until a shelf is empty at the expected rate, with parts of steps, shape (n,); inf where it outlasts all of them.

    Args:
        on_hand: Shape (n,), units; below 0 where units are owed.
        receipts: Shape (n, h), units that arrive before each step's sales.
        expected: Shape (n, h), units a step.

    Example:
        >>> steps_of_cover(np.array([25.0]), np.zeros((1, 4)), np.full((1, 4), 10.0))
        array([2.5])
    """
    there = on_hand[:, None] + np.cumsum(receipts, axis=1) - (np.cumsum(expected, axis=1) - expected)
    short = there < expected - TOLERANCE
    first = np.where(short.any(axis=1), short.argmax(axis=1), 0)
    row = np.arange(len(first))
    part = np.zeros(len(first))
    wanted = expected[row, first] if expected.shape[1] else part
    np.divide(np.maximum(there[row, first] if expected.shape[1] else part, 0.0), wanted, out=part, where=wanted > 0)
    return np.where(short.any(axis=1), first + part, np.inf)


def textbook_level(mean: FloatArray, sd: FloatArray, z: FloatArray, steps: FloatArray, spread: FloatArray | float = 0.0) -> FloatArray:
    """The level of independent, normal steps, all alike: mean x steps + z x the standard deviation of their sum, units, at least 0.

    The variance of a sum over a number of steps that varies itself is steps x sd^2 + mean^2 x spread^2 (SPT 7.10).

    Args:
        mean: Units a step.
        sd: Its standard deviation, units.
        z: Standard normal quantile of the service level.
        steps: How many an order covers.
        spread: Standard deviation of that number.
    """
    level: FloatArray = np.maximum(mean * steps + z * np.sqrt(steps * sd**2 + mean**2 * spread**2), 0.0)
    return level
