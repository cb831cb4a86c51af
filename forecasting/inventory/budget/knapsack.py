"""Which orders an amount of money (or shelf space) is best spent on.

Each further pack of a series avoids fewer lost sales than the one before, so packs are taken in order of their gain per unit of money, an order's
minimum as its first step, until the next one no longer fits (marginal analysis: Fox 1966, Management Science 13(3), 210-216). The gain per unit
of money at that point is the price. No choice of orders gains more than this choice plus the money left at that price, so only steps that lose
less than that sum against the price can be part of a better choice. All combinations of such steps are built up series by series, without
combinations that cost more and gain less than others, or can no longer become better (dynamic programming with the bound of the linear programme:
Kellerer, Pferschy & Pisinger 2004, Knapsack Problems, ch. 11). The result is the optimum unless more than `MAX_COMBINATIONS` combinations stay open
or `MAX_EXAMINED` are not enough, as can happen with thousands of series; then it is within the money left, at its price, of the optimum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from forecasting.core.arrays import FloatArray
from forecasting.inventory import order_quantities

MAX_STEPS: Final = 64
"""Steps between nothing and the recommended order; larger orders are taken in several packs at a time."""
MAX_COMBINATIONS: Final = 2000
"""Combinations that are kept from series to series, at most."""
MAX_EXAMINED: Final = 3_000_000
"""Combinations that are examined at most, which takes some tenths of a second."""
ROUNDING_SHARE: Final = 1e-12
"""Share of an amount, and less, that is a rounding error."""


@dataclass(frozen=True, eq=False)
class Steps:
    """Ways to order each of n series: shape (n, s + 1), from nothing to the whole recommendation, which is repeated in series with fewer steps.

    Args:
        units: Ascending.
        gain: Money (or units) that is expected not to be lost, ascending; each further step gains less per unit of money than the one before.
        cost: Money (or space), ascending.
    """

    units: FloatArray
    gain: FloatArray
    cost: FloatArray


@dataclass(frozen=True, eq=False)
class Wanted:
    """The recommended orders of n series, without a budget.

    Args:
        values: Shape (n, m): demand over the days that an order covers, as equally likely sums, ascending, units.
        position: Shape (n,), units.
        quantity: Shape (n,), units recommended, in whole packs.
        pack_size: Shape (n,), units.
        minimum_order: Shape (n,), least units of an order.
        worth: Shape (n,), value of a unit that is not lost: its margin, or 1.
        unit_cost: Shape (n,), at least 0: money or space that a unit takes.
    """

    values: FloatArray
    position: FloatArray
    quantity: FloatArray
    pack_size: FloatArray
    minimum_order: FloatArray
    worth: FloatArray
    unit_cost: FloatArray


def spend(wanted: Wanted, budget: float) -> tuple[FloatArray, FloatArray]:
    """Units to order of each series, and their gain, shape (n,) each; the orders together never cost more than the budget, at least 0."""
    steps = order_steps(wanted)
    chosen = choose(steps, budget)
    row = np.arange(len(chosen))
    return steps.units[row, chosen], steps.gain[row, chosen]


def frontier(wanted: Wanted) -> tuple[FloatArray, FloatArray]:
    """What is gained at most at the budgets at which the next best step just fits, ascending from 0: costs and gains, shape (k,) each.

    Nobody gains more at one of these budgets, as steps are taken by their gain per unit of money.
    """
    steps = order_steps(wanted)
    rate = _rates(steps)
    series, step = np.nonzero(rate > 0)
    order = np.lexsort((step, -rate[series, step]))
    taken = series[order], step[order]
    costs, gains = (np.cumsum(np.diff(of, axis=1)[taken]) for of in (steps.cost, steps.gain))
    return np.append(0.0, costs), np.append(0.0, gains)


def order_steps(wanted: Wanted) -> Steps:
    """The ways to order each series: nothing, the least order, then pack by pack up to the recommended order."""
    pack, quantity = wanted.pack_size, wanted.quantity
    least = np.minimum(np.maximum(order_quantities.whole_packs(wanted.minimum_order, pack), pack), quantity)
    packs = np.round((quantity - least) / pack)
    count = int(min(packs.max(initial=0), MAX_STEPS - 1)) + 1
    at_a_time = np.maximum(np.ceil(packs / max(count - 1, 1)), 1.0) * pack
    units = np.minimum(least[:, None] + at_a_time[:, None] * np.arange(count), quantity[:, None])
    units = np.concatenate([np.zeros((len(units), 1)), units], axis=1)
    return Steps(units, _spared(wanted, units) * wanted.worth[:, None], units * wanted.unit_cost[:, None])


def _spared(wanted: Wanted, units: FloatArray) -> FloatArray:
    """Lost units that are expected to be avoided by orders of `units`, shape (n, s + 1).

    The expected shortage is linear between the values of demand, so it is interpolated rather than summed over the values for every step.
    """
    values, levels = wanted.values, wanted.position[:, None] + units
    m = values.shape[1]
    above = np.cumsum(values[:, ::-1], axis=1)[:, ::-1] - values * np.arange(m, 0, -1)
    missing = np.empty_like(units)
    for row, (level, at, short) in enumerate(zip(levels, values, above / m, strict=True)):
        missing[row] = np.interp(level, at, short) + np.maximum(at[0] - level, 0.0)
    return np.maximum(missing[:, :1] - missing, 0.0)


def choose(steps: Steps, budget: float) -> np.ndarray:
    """The step of each series that together gain most for the budget, shape (n,)."""
    n, money = len(steps.units), budget * (1 + ROUNDING_SHARE)
    last = np.full(n, steps.cost.shape[1] - 1)
    if steps.cost[:, -1].sum() <= money:
        return last
    rate = _rates(steps)
    series, step = np.nonzero(rate > 0)
    order = np.lexsort((step, -rate[series, step]))
    series, step = series[order], step[order]
    spent = np.cumsum(np.diff(steps.cost, axis=1)[series, step])
    fits = int(np.searchsorted(spent, money, side="right"))
    chosen = np.zeros(n, dtype=int)
    np.maximum.at(chosen, series[:fits], step[:fits] + 1)
    if fits == len(series):
        return chosen
    left = money - (spent[fits - 1] if fits else 0.0)
    return _filled(steps, rate, _settled(steps, chosen, float(rate[series[fits], step[fits]]), left), money)


def _rates(steps: Steps) -> FloatArray:
    """The gain of each step per unit of money, shape (n, s); inf where a step is free, 0 where there is no further step."""
    cost, gain = np.diff(steps.cost, axis=1), np.diff(steps.gain, axis=1)
    rate = np.where(gain > 0, np.inf, 0.0)
    np.divide(gain, cost, out=rate, where=(cost > 0) & (gain > 0))
    return np.minimum.accumulate(rate, axis=1)


class _Stage(NamedTuple):
    """Combinations of the series so far: cost and gain beyond the chosen steps, parent in the stage before, and step of the last series."""

    cost: FloatArray
    gain: FloatArray
    parent: np.ndarray
    step: np.ndarray


def _settled(steps: Steps, chosen: np.ndarray, price: float, left: float) -> np.ndarray:
    """The best steps within the money left, given that no step gains more against the price than the chosen ones."""
    row = np.arange(len(chosen))[:, None]
    cost, gain = steps.cost - steps.cost[row, chosen[:, None]], steps.gain - steps.gain[row, chosen[:, None]]
    open_ = (cost != 0) & (price * cost - gain < price * left) & (cost <= left - np.minimum(cost[:, 0], 0.0).sum())
    least = np.where(open_, price * cost - gain, np.inf).min(axis=1, initial=np.inf)
    core = np.argsort(least, kind="stable")[: int(np.isfinite(least).sum())]
    back = np.cumsum(cost[core[::-1], 0])[::-1] - cost[core, 0]
    stages = [_Stage(np.zeros(1), np.zeros(1), np.zeros(1, dtype=int), np.zeros(1, dtype=int))]
    best, looked_at = (0.0, 0, 0), 0
    for one, returned in zip(core, back, strict=True):
        if best[0] >= price * left * (1 - 1e-9) or looked_at > MAX_EXAMINED:
            break
        choices = np.append(chosen[one], np.flatnonzero(open_[one]))
        looked_at += len(choices) * len(stages[-1].cost)
        stages.append(_next(stages[-1], cost[one, choices], gain[one, choices], choices, (price, left, returned, best[0])))
        within = np.flatnonzero(stages[-1].cost <= left)
        if len(within) and stages[-1].gain[within[-1]] > best[0]:
            best = (float(stages[-1].gain[within[-1]]), len(stages) - 1, int(within[-1]))
    return _traced(stages, core, chosen, best[1:])


def _next(stage: _Stage, cost: FloatArray, gain: FloatArray, step: np.ndarray, limits: tuple[float, float, float, float]) -> _Stage:
    """The combinations with one more series that may still be best, ascending in cost and in gain.

    Args:
        stage: Combinations so far.
        cost: Cost of each step of the series.
        gain: Gain of each step of the series.
        step: Numbers of the steps.
        limits: The price, the money left, what the series to come can give back (at most 0), and the best gain so far.
    """
    price, left, returned, best = limits
    costs, gains = (stage.cost[:, None] + cost).ravel(), (stage.gain[:, None] + gain).ravel()
    bound = gains + price * (left - costs)
    alive = np.flatnonzero((bound > best) & (costs + returned <= left))
    alive = alive[np.lexsort((-gains[alive], costs[alive]))]
    top = np.maximum.accumulate(np.append(-np.inf, gains[alive]))[:-1]
    alive = alive[gains[alive] > top]
    if len(alive) > MAX_COMBINATIONS:
        alive = alive[np.sort(np.argsort(-bound[alive], kind="stable")[:MAX_COMBINATIONS])]
    parent, which = np.divmod(alive, len(cost))
    return _Stage(costs[alive], gains[alive], parent, step[which])


def _traced(stages: list[_Stage], core: np.ndarray, chosen: np.ndarray, best: tuple[int, int]) -> np.ndarray:
    """The steps that led to a combination."""
    steps, (stage, place) = chosen.copy(), best
    while stage:
        steps[core[stage - 1]] = stages[stage].step[place]
        place = int(stages[stage].parent[place])
        stage -= 1
    return steps


def _filled(steps: Steps, rate: FloatArray, chosen: np.ndarray, money: float) -> np.ndarray:
    """The chosen steps plus every further step that still fits the money, best rate first."""
    filled, row = chosen.copy(), np.arange(len(chosen))
    left = money - steps.cost[row, filled].sum()
    while True:
        step = np.minimum(filled, rate.shape[1] - 1)
        more = np.where(filled < rate.shape[1], rate[row, step], 0.0)
        cost = steps.cost[row, step + 1] - steps.cost[row, step]
        more[cost > left] = 0.0
        if not more.any():
            return filled
        one = int(np.argmax(more))
        filled[one] += 1
        left -= cost[one]
