"""Risks of a shelf: the chance that it empties, units lost and left, how long it lasts, and until when an order can wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from forecasting.core.arrays import FloatArray
from forecasting.inventory import arithmetic
from forecasting.inventory.levels import demand
from forecasting.inventory.levels.order_levels import Levels
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import Stock
from forecasting.training.ensemble import Ensemble

POINTS: Final = (-1.4629, -0.5986, 0.0, 0.5986, 1.4629)
"""Equally likely points of a normal distribution, the middles of its fifths, scaled to a standard deviation of 1."""


def over_counts(chance: Callable[[Stock], FloatArray], shelves: Stock) -> FloatArray:
    """A chance, averaged over what may be on the shelves where a count has aged, shape (r,)."""
    if not (shelves.sd > 0).any():
        return chance(shelves)
    return np.mean([chance(_with_units(shelves, np.maximum(shelves[state.ON_HAND] + point * shelves.sd, 0.0))) for point in POINTS], axis=0)


def _with_units(shelves: Stock, units: FloatArray) -> Stock:
    return replace(shelves, table=shelves.table.assign(**{state.ON_HAND: units}))


def risk(ensemble: Ensemble, shelves: Stock, rows: np.ndarray, levels: Levels, start: int) -> FloatArray:
    """Chance that the shelf empties before an order placed today can arrive, shape (r,).

    Stock is lowest just before a delivery. The result is the largest of the chances just before each receipt under way and before today's order:
    the exact chance where nothing is under way, and a lower bound where much is.
    """
    arrived = np.cumsum(shelves.receipts, axis=1)
    at_hand = shelves[state.ON_HAND] - shelves[state.BACKORDERS]
    longest = shelves.lead.shape[1] - 1
    steps = np.clip(np.round(shelves.mean_lead).astype(int), 1, arrived.shape[1])
    worst = 1 - arithmetic.chance_enough(levels.lead.values, at_hand + np.take_along_axis(arrived, steps[:, None] - 1, axis=1)[:, 0])
    worst[np.isnan(levels.lead.values).any(axis=1)] = np.nan
    for before in range(1, longest):
        due = (shelves.receipts[:, before] > 0) & (before < steps) if before < shelves.receipts.shape[1] else np.zeros(len(rows), dtype=bool)
        if due.any():
            until = demand.demand_over(ensemble, rows[due], np.ones((int(due.sum()), 1)), np.full(int(due.sum()), before), start=start)
            worst[due] = np.fmax(worst[due], 1 - arithmetic.chance_enough(until.values, (at_hand + arrived[:, before - 1])[due]))
    return worst


def lost_and_left(shelves: Stock, levels: Levels, quantity: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Units expected to be lost by the end of the days that the order covers, and to be left over then, shape (r,) each.

    Lost are the units missing before the order arrives, and after it E[(D_LR - S)+] - E[(D_L - S)+] for the position S after the order (Silver,
    Pyke & Thomas 2017, ch. 6).
    """
    after = shelves.position + quantity
    missing_first = arithmetic.shortage(levels.lead.values, shelves.position)
    missing_then = arithmetic.shortage(levels.cycle.values, after) - arithmetic.shortage(levels.lead.values, after)
    return missing_first + np.maximum(missing_then, 0.0), arithmetic.leftover(levels.cycle.values, after)


def steps_of_cover(ensemble: Ensemble, shelves: Stock, rows: np.ndarray, start: int) -> FloatArray:
    """Steps until the shelf is empty at the expected rate, without an order, shape (r,); inf where it outlasts the forecast."""
    expected = ensemble.expected[rows, start:]
    return arithmetic.steps_of_cover(shelves[state.ON_HAND] - shelves[state.BACKORDERS], shelves.receipts[:, : expected.shape[1]], expected)


def order_in(ensemble: Ensemble, shelves: Stock, rows: np.ndarray, levels: Levels, start: int) -> FloatArray:
    """Steps until the first review at which the expected position lies below the level, shape (r,); NaN if none does within the forecast."""
    ahead = demand.ahead_levels(ensemble, rows, shelves.lead, levels.every, levels.quantile, start=start)
    sold = np.cumsum(np.nan_to_num(ensemble.expected[rows, start:]), axis=1)
    position = shelves.position[:, None] - np.concatenate([np.zeros((len(rows), 1)), sold[:, :-1]], axis=1)
    below = position < ahead[:, : position.shape[1]]
    return np.where(below.any(axis=1), below.argmax(axis=1), np.nan)
