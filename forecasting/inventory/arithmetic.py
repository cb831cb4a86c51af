"""The arithmetic of order levels: pure functions of arrays with a value per series.

A distribution comes as `values`, shape (n, m): m equally likely sums of demand over the days in question, ascending, at least 0, in units; a row
of NaN is unknown demand, and every result from it is NaN. Sources: Snyder & Shen, Fundamentals of Supply Chain Theory, 2nd ed. 2019
(S&S); Silver, Pyke & Thomas, Inventory and Production Management in Supply Chains, 4th ed. 2017 (SPT).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.core.arrays import BoolArray, FloatArray

TOLERANCE: Final = 1e-9
"""Units of packs and shortfalls, and less, that are rounding errors."""
ROWS: Final = 1000
"""Series whose levels are computed at a time, to save memory."""


def quantile(values: FloatArray, p: FloatArray) -> FloatArray:
    """The level that demand does not exceed with a chance of `p`, shape (n,), units; linear between the middles of equally likely values.

    Args:
        values: Shape (n, m), ascending, units.
        p: Shape (n,), each in (0, 1).

    Example:
        >>> quantile(np.array([[10.0, 20.0, 30.0, 40.0]]), np.array([0.5]))
        array([25.])
    """
    m = values.shape[1]
    place = np.clip(p * m - 0.5, 0, m - 1)
    below = np.floor(place).astype(int)
    row = np.arange(len(values))
    low, high = values[row, below], values[row, np.minimum(below + 1, m - 1)]
    return low + (place - below) * (high - low)


def chance_enough(values: FloatArray, level: FloatArray) -> FloatArray:
    """The chance that a level covers demand, P(D <= level), shape (n,), in [0, 1]; NaN where the level or the demand is unknown."""
    share = (values <= level[:, None] + TOLERANCE).mean(axis=1)
    return np.where(np.isnan(values[:, -1]) | np.isnan(level), np.nan, share)


def shortage(values: FloatArray, level: FloatArray) -> FloatArray:
    """Units that are expected to be missing, the loss function n(level) = E[(D - level)+], shape (n,) (S&S, equation C.36)."""
    return np.maximum(values - level[:, None], 0.0).mean(axis=1)


def leftover(values: FloatArray, level: FloatArray) -> FloatArray:
    """Units that are expected to be left, the complementary loss function E[(level - D)+], shape (n,) (S&S, equation C.37)."""
    return np.maximum(level[:, None] - values, 0.0).mean(axis=1)


def fill_level(cycle: FloatArray, lead: FloatArray, per_cycle: FloatArray, target: FloatArray) -> FloatArray:
    """The smallest order-up-to level that meets a share of demand, shape (n,), units; NaN where demand is unknown or nothing sells.

    A cycle misses the units that are missing at its end and were not at its start, M(S) = E[(D_LR - S)+] - E[(D_L - S)+]; they are held against
    the demand of a review period (SPT ch. 6, (R, S) with a target of P2; the second term counts where the shelf is often empty). M is linear
    between the values of the two distributions, so the level is exact: no search, no tolerance.

    Args:
        cycle: Demand over lead time and review period, shape (n, m).
        lead: Demand over the lead time, shape (n, k).
        per_cycle: Demand expected in a review period, shape (n,), units.
        target: Shares to be met, shape (n,), in (0, 1).

    Example:
        Demand of 10, 20, 30 or 40, no lead time: from 30 units 2.5 of 25 are missed.

        >>> fill_level(np.array([[10.0, 20.0, 30.0, 40.0]]), np.zeros((1, 1)), np.array([25.0]), np.array([0.9]))
        array([30.])
    """
    levels = np.full(len(cycle), np.nan)
    known = np.flatnonzero((per_cycle > 0) & ~np.isnan(cycle[:, -1]) & ~np.isnan(lead[:, -1]))
    for part in range(0, len(known), ROWS):
        some = known[part : part + ROWS]
        levels[some] = _least_level(cycle[some], lead[some], (1 - target[some]) * per_cycle[some])
    return levels


def _least_level(cycle: FloatArray, lead: FloatArray, allowed: FloatArray) -> FloatArray:
    """The smallest level at which a cycle misses at most `allowed` units, shape (n,)."""
    levels = np.concatenate([np.zeros((len(cycle), 1)), cycle, lead], axis=1)
    order = np.argsort(levels, axis=1, kind="stable")
    levels = np.take_along_axis(levels, order, axis=1)
    bends = np.repeat([0.0, 1 / cycle.shape[1], -1 / lead.shape[1]], [1, cycle.shape[1], lead.shape[1]])
    slopes = np.cumsum(bends[order], axis=1)
    missed = np.concatenate([(cycle.mean(axis=1) - lead.mean(axis=1))[:, None], slopes[:, :-1] * np.diff(levels, axis=1)], axis=1).cumsum(axis=1)
    row = np.arange(len(levels))
    enough = np.argmax(missed <= allowed[:, None] + TOLERANCE, axis=1)
    short = np.maximum(enough - 1, 0)
    share = np.ones(len(levels))
    drop = missed[row, short] - missed[row, enough]
    np.divide(missed[row, short] - allowed, drop, out=share, where=drop > 0)
    return levels[row, short] + np.minimum(share, 1.0) * (levels[row, enough] - levels[row, short])


def critical_ratio(
    price: FloatArray, unit_cost: FloatArray, holding: FloatArray, *, once: BoolArray | bool = False, salvage: float = 0.0
) -> FloatArray:
    """The chance of no stockout that costs least, shape (n,), in (0, 1): Cu / (Cu + Co) (S&S, equation 4.27).

    Cu, the cost of a unit too few, is the margin of the lost sale. Co, the cost of a unit too many, is that of keeping it until it sells, or for
    goods of one cycle its loss of value. NaN where a price or cost is unknown, or where there is no margin.

    Args:
        price: Price of a unit, money.
        unit_cost: Cost of a unit, money.
        holding: Cost of keeping a unit for the days that the order covers, money, for goods that can be sold later.
        once: Shape (n,) or one for all: whether a unit left over only brings its salvage value, rather than being sold in the next cycle.
        salvage: Value of a unit left over, money, below `unit_cost`.

    Example:
        >>> critical_ratio(np.array([10.0]), np.array([2.0]), np.array([0.0]), once=True)
        array([0.8])
    """
    under, over = price - unit_cost, np.where(once, unit_cost - salvage, holding)
    ratio = np.full(np.shape(under), np.nan)
    np.divide(under, under + over, out=ratio, where=(under > 0) & (over > 0))
    return ratio


def eoq(demand_year: FloatArray, order_cost: FloatArray, holding_cost: FloatArray) -> FloatArray:
    """The economic order quantity sqrt(2 K lambda / h), shape (n,), units (S&S, equation 3.4); NaN where a cost is not known or 0.

    Args:
        demand_year: Units a year, at least 0.
        order_cost: Money an order.
        holding_cost: Money a unit and year.

    Example:
        >>> eoq(np.array([1300.0]), np.array([8.0]), np.array([0.225])).round(1)
        array([304.])
    """
    known = (order_cost > 0) & (holding_cost > 0)
    square = np.full(np.shape(demand_year), np.nan)
    np.divide(2 * order_cost * demand_year, holding_cost, out=square, where=known)
    return np.sqrt(square)


def steps_of_cover(on_hand: FloatArray, receipts: FloatArray, expected: FloatArray) -> FloatArray:
    """Steps until a shelf is empty at the expected rate, with parts of steps, shape (n,); inf where it outlasts all steps, NaN where unknown.

    Args:
        on_hand: Shape (n,), units; below 0 where units are owed.
        receipts: Shape (n, h), units that arrive before each step's sales.
        expected: Shape (n, h), units a step.

    Example:
        >>> steps_of_cover(np.array([25.0]), np.zeros((1, 4)), np.full((1, 4), 10.0))
        array([2.5])
    """
    if not expected.shape[1]:
        return np.full(len(on_hand), np.inf)
    there = on_hand[:, None] + np.cumsum(receipts, axis=1) - (np.cumsum(expected, axis=1) - expected)
    short = there < expected - TOLERANCE
    first, row = short.argmax(axis=1), np.arange(len(on_hand))
    at_hand, wanted, part = np.maximum(there[row, first], 0.0), expected[row, first], np.zeros(len(on_hand))
    np.divide(at_hand, wanted, out=part, where=wanted > 0)
    lasting = np.where(np.isnan(there[:, -1] + expected[:, -1]), np.nan, np.inf)
    return np.where(short.any(axis=1), first + part, lasting)


def textbook_level(mean: FloatArray, sd: FloatArray, z: FloatArray, steps: FloatArray, spread: FloatArray | float = 0.0) -> FloatArray:
    """The level for independent, identical, normal steps: mean x steps + z x the standard deviation of their sum, units, at least 0.

    The variance of a sum over a number of steps that varies itself is steps x sd^2 + mean^2 x spread^2 (SPT ch. 6, lead times that vary).

    Args:
        mean: Units a step.
        sd: Standard deviation of a step, units.
        z: Standard normal quantile of the service level.
        steps: Steps that an order covers.
        spread: Standard deviation of the number of steps.
    """
    return np.maximum(mean * steps + z * np.sqrt(steps * sd**2 + mean**2 * spread**2), 0.0)
