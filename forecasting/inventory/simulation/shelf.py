"""The simulation of a shelf step by step: what an ordering rule would have had in stock, ordered and lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from forecasting.core.arrays import FloatArray, added_up
from forecasting.inventory.simulation.ages import Ages

OrderRule = Callable[[int, FloatArray], FloatArray]
"""(step from 0, positions (m,) before its sales) -> units to order then (m,), at least 0."""


@dataclass(frozen=True, eq=False)
class ShelfHistory:
    """The history of m shelves over h steps; shape (m, h) each, units.

    Args:
        start: Shape (m,), units on the shelf before the first step.
        arrived: Delivered before each step's sales.
        sold: Served from the shelf.
        lost: Demand that found the shelf empty.
        on_hand: On the shelf after each step's sales.
        ordered: Ordered before each step's sales.
        spoiled: Taken off the shelf after each step's sales, as they no longer keep; all 0 where goods keep.
    """

    start: FloatArray
    arrived: FloatArray
    sold: FloatArray
    lost: FloatArray
    on_hand: FloatArray
    ordered: FloatArray
    spoiled: FloatArray


def replay(demand: FloatArray, order: OrderRule, *, lead: np.ndarray, start: FloatArray, life: FloatArray | None = None) -> ShelfHistory:
    """Simulates shelves under an ordering rule: at each step review and order, receive what is due, then sell.

    An empty shelf loses the sale; nobody waits. An order placed before the sales of step t arrives before the sales of step t + lead; orders of
    one shelf may overtake each other. Nothing is under way at first. The rule never sees demand of its step or later. The oldest units are sold
    first; what has been on the shelf for as many steps as goods keep is taken off after the sales of the last of them.

    Args:
        demand: Shape (m, h), units; all known.
        order: The rule.
        lead: Whole steps that an order takes, at least 0: shape (m,), or (m, h) by the step on which it is placed.
        start: Shape (m,), units on the shelf, fresh.
        life: Shape (m,), steps that goods keep, at least 1; inf where they keep. None if all do.
    """
    m, h = demand.shape
    takes = np.broadcast_to(lead if lead.ndim == 2 else lead[:, None], (m, h)).T
    due = np.zeros((h + int(takes.max(initial=0)) + 1, m))
    sold, left, ordered = (np.zeros((h, m)) for _ in range(3))
    wanted, rows = np.ascontiguousarray(demand.T), np.arange(m)
    shelf, position = start.astype(float), start.astype(float)
    ages = None if life is None or np.isinf(life).all() else Ages(life, h, start)
    for step in range(h):
        units = order(step, position)
        if units.any():
            ordered[step] = units
            due[step + takes[step], rows] += units
            position += units
        np.add(shelf, due[step], out=left[step])
        np.minimum(wanted[step], left[step], out=sold[step])
        left[step] -= sold[step]
        position -= sold[step]
        if ages is not None:
            gone = ages.spoiled(step, due[step], sold[step])
            left[step] -= gone
            position -= gone
        shelf = left[step]
    lost = wanted - sold
    spoiled = np.zeros((h, m)) if ages is None else ages.gone
    return ShelfHistory(start, due[:h].T, sold.T, lost.T, left.T, ordered.T, spoiled.T)


@dataclass(frozen=True, eq=False)
class Cycles:
    """Cycles of m shelves, each from one delivery to the next; shape (m, c) each.

    Args:
        judged: Whether the cycle counts.
        kept: Whether the cycle counts and nothing was lost in it.
    """

    judged: np.ndarray
    kept: np.ndarray

    def where(self, counts: np.ndarray) -> Cycles:
        """The cycles of which only those under a mask of their shape count."""
        return Cycles(self.judged & counts, self.kept & counts)


@dataclass(frozen=True, eq=False)
class KnownDemand:
    """Which demand of m shelves over h steps is known; shape (m, h) of bool each.

    Args:
        known: Whether demand is known; on closed steps it is.
        open: Whether the shop was open.
    """

    known: np.ndarray
    open: np.ndarray


def review_cycles(lost: FloatArray, seen: KnownDemand, lead: np.ndarray, reviews: np.ndarray, *, share: float) -> Cycles:
    """Cycles of a rule with reviews: from when an order of one review would arrive until an order of the next would.

    Args:
        lost: Shape (m, h), units.
        seen: Which demand is known; a cycle in which the shop is never open does not count, as nothing could be lost in it.
        lead: Shape (m, h): steps that an order placed then takes, or would take.
        reviews: Shape (c + 1,), ascending: steps before whose sales the reviews are; the last one only ends the cycle before it.
        share: The share of a cycle's steps, and of the steps since its review, that must be known for the cycle to count.
    """
    lead = np.concatenate([lead, lead[:, -1:]], axis=1)
    first, last = reviews[:-1] + lead[:, reviews[:-1]], reviews[1:] + lead[:, reviews[1:]]
    whole = (last > first) & (last <= lost.shape[1])
    last = np.where(whole, last, first.clip(max=lost.shape[1]))
    first = np.minimum(first, last)
    enough = _between(seen.known, first, last) >= share * (last - first)
    enough &= _between(seen.known, np.broadcast_to(reviews[:-1], first.shape), last) >= share * (last - reviews[:-1])
    judged = whole & enough & (_between(seen.open, first, last) > 0)
    return Cycles(judged, judged & (_between(lost > 0, first, last) == 0))


def delivery_cycles(lived: ShelfHistory, known: np.ndarray, *, share: float) -> Cycles:
    """Cycles of a rule that orders when stock is low, which end with each delivery; shape (m, h), at the step of the delivery.

    Args:
        lived: The history of the shelves.
        known: Shape (m, h), whether demand was seen.
        share: The share of a cycle's steps that must be known for the cycle to count.
    """
    h = known.shape[1]
    here = np.broadcast_to(np.arange(h), known.shape)
    ends = lived.arrived > 0
    before = np.maximum.accumulate(np.where(ends, here, 0), axis=1)
    first = np.concatenate([np.zeros_like(before[:, :1]), before[:, :-1]], axis=1)
    judged = ends & (here > first) & (_between(known, first, here) >= share * (here - first))
    return Cycles(judged, judged & (_between(lived.lost > 0, first, here) == 0))


def _between(flags: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """How many flags (m, h) are set from position `first` up to before `last`, both in [0, h], shape of `first`."""
    count = added_up(flags, np.int32)
    return np.take_along_axis(count, last, axis=1) - np.take_along_axis(count, first, axis=1)
