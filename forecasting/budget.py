"""Which orders an amount of money (or shelf space) is best spent on.

Each further pack of a series avoids fewer lost sales than the one before, so packs are taken in order of what they gain a unit of money, an order's
minimum as its first step (marginal analysis: Fox 1966, Management Science 13(3); Silver, Pyke & Thomas 2017, 10.2). That is the best there is
but for the money that remains where the next step no longer fits. The steps around that point are therefore settled exactly: of the series whose
steps lie nearest to it every combination is searched that could still be better (branch and bound, with the same greedy filling, its last step
cut to size, for a bound). Up to `CORE` series that is the optimum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting import inventory
from forecasting.panel import FloatArray

STEPS: Final = 64
"""Steps between nothing and the recommended order; larger orders are taken in several packs at a time."""
CORE: Final = 12
"""Series whose steps are searched exactly."""
NODES: Final = 20_000
"""Combinations looked at, at most."""


@dataclass(frozen=True, eq=False)
class Steps:
    """Ways to order each of n series: shape (n, s + 1), from nothing to the whole recommendation; the last one repeats where there are fewer.

    Args:
        units: Ascending.
        gain: Money (or units) that is expected not to be lost, ascending, each further step less a unit of money than the one before.
        cost: Money (or space), ascending.
    """

    units: FloatArray
    gain: FloatArray
    cost: FloatArray


@dataclass(frozen=True, eq=False)
class Wanted:
    """What is recommended of n series, without a budget.

    Args:
        values: Shape (n, m): demand of the days that an order covers, equally likely sums, units.
        position: Shape (n,), units.
        quantity: Shape (n,), units recommended, in whole packs.
        pack_size: Shape (n,), units.
        minimum_order: Shape (n,), least units of an order.
        worth: Shape (n,), what a unit not lost is worth: its margin, or 1.
        unit_cost: Shape (n,), above 0: of a unit, money or space.
    """

    values: FloatArray
    position: FloatArray
    quantity: FloatArray
    pack_size: FloatArray
    minimum_order: FloatArray
    worth: FloatArray
    unit_cost: FloatArray


def spend(wanted: Wanted, budget: float) -> tuple[FloatArray, FloatArray]:
    """Units to order of each series, and what they gain, shape (n,) each; together they never cost more than the budget, at least 0."""
    steps = ways(wanted)
    chosen = choose(steps, budget)
    row = np.arange(len(chosen))
    return steps.units[row, chosen], steps.gain[row, chosen]


def ways(wanted: Wanted) -> Steps:
    """Nothing, the least order, and pack by pack up to what is recommended."""
    pack, quantity = wanted.pack_size, wanted.quantity
    least = np.minimum(np.maximum(inventory.whole_packs(wanted.minimum_order, pack), pack), quantity)
    packs = np.round((quantity - least) / pack)
    count = int(min(packs.max(initial=0), STEPS - 1)) + 1
    at_a_time = np.maximum(np.ceil(packs / max(count - 1, 1)), 1.0) * pack
    units = np.minimum(least[:, None] + at_a_time[:, None] * np.arange(count), quantity[:, None])
    units = np.concatenate([np.zeros((len(units), 1)), units], axis=1)
    missing = np.stack([inventory.shortage(wanted.values, wanted.position + at) for at in units.T], axis=1)
    return Steps(units, (missing[:, :1] - missing) * wanted.worth[:, None], units * wanted.unit_cost[:, None])


def choose(steps: Steps, budget: float) -> np.ndarray:
    """The step of each series that together gain most for the budget, shape (n,)."""
    n = len(steps.units)
    cost, gain = np.diff(steps.cost, axis=1), np.diff(steps.gain, axis=1)
    rate = np.where(cost > 0, gain / np.maximum(cost, 1e-300), 0.0)
    rate = np.minimum.accumulate(rate, axis=1)
    series, step = np.nonzero((cost > 0) & (gain > 0))
    order = np.lexsort((step, -rate[series, step]))
    series, step = series[order], step[order]
    spent = np.cumsum(cost[series, step])
    fits = int(np.searchsorted(spent, budget * (1 + 1e-12), side="right"))
    chosen = np.zeros(n, dtype=int)
    np.maximum.at(chosen, series[:fits], step[:fits] + 1)
    if fits == len(series):
        return chosen
    core = _nearest(series, fits)
    others = np.setdiff1d(np.arange(n), core)
    left = budget - steps.cost[others, chosen[others]].sum()
    start = _filled(cost, (series, step), chosen, budget)
    found = _search(steps.cost[core], steps.gain[core], left)
    exact = chosen.copy()
    exact[core] = found
    exact = _filled(cost, (series, step), exact, budget)
    row = np.arange(n)
    return max((start, exact), key=lambda one: steps.gain[row, one].sum())


def _nearest(series: np.ndarray, fits: int) -> np.ndarray:
    """The series whose steps lie nearest to the one that no longer fits."""
    distance = np.abs(np.arange(len(series)) - fits)
    _, first = np.unique(series[np.argsort(distance, kind="stable")], return_index=True)
    return np.asarray(series[np.argsort(distance, kind="stable")][np.sort(first)[:CORE]])


def _filled(cost: FloatArray, order: tuple[np.ndarray, np.ndarray], chosen: np.ndarray, budget: float) -> np.ndarray:
    """The same with every further step that still fits, best first."""
    made, (series, step) = chosen.copy(), order
    left = budget - sum(float(cost[one, : made[one]].sum()) for one in np.flatnonzero(made))
    for one, at in zip(series, step, strict=True):
        if made[one] == at and cost[one, at] <= left:
            made[one] += 1
            left -= cost[one, at]
    return made


def _search(cost: FloatArray, gain: FloatArray, budget: float) -> np.ndarray:
    """The best steps of a few series, shape (k,): depth first, leaving out what cannot be better than the best so far."""
    k = len(cost)
    bounds = [_Bound(cost[at:], gain[at:]) for at in range(k + 1)]
    best_gain, best, nodes = -1.0, np.zeros(k, dtype=int), 0
    stack: list[tuple[int, float, float, tuple[int, ...]]] = [(0, budget, 0.0, ())]
    while stack and nodes < NODES:
        at, left, so_far, taken = stack.pop()
        nodes += 1
        if so_far + bounds[at].of(left) <= best_gain * (1 + 1e-12):
            continue
        if at == k:
            best_gain, best = so_far, np.array(taken, dtype=int)
            continue
        fitting = np.flatnonzero(cost[at] <= left * (1 + 1e-12) + 1e-12)
        promising = sorted(fitting, key=lambda step: gain[at, step] + bounds[at + 1].of(left - cost[at, step]))
        stack += [(at + 1, left - cost[at, step], so_far + gain[at, step], (*taken, int(step))) for step in promising]
    return best


class _Bound:
    """What a budget can gain at most of some series, if their last step may be cut to size."""

    def __init__(self, cost: FloatArray, gain: FloatArray) -> None:
        extra, more = np.diff(cost, axis=1).ravel(), np.diff(gain, axis=1).ravel()
        real = extra > 0
        order = np.argsort(-more[real] / extra[real], kind="stable")
        self._cost = np.concatenate([[0.0], np.cumsum(extra[real][order])])
        self._gain = np.concatenate([[0.0], np.cumsum(more[real][order])])

    def of(self, budget: float) -> float:
        """At most so much."""
        return float(np.interp(max(budget, 0.0), self._cost, self._gain))
