"""More packs than were recommended, so that an order reaches what a supplier asks for: which ones, and what they are worth.

A pack more has two sides: it spares lost sales before the next order, as far as there is a chance of any, and it lies on the shelf until it is sold.
Packs are taken in order of what is left of the one after the other, for each unit of what the order lacks (marginal analysis: Fox 1966, Management
Science 13(3), 210-216); each further pack of a product is worth less than the one before. A pack that is not expected to be sold within the forecast,
or before it spoils, is never added.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.core.arrays import FloatArray
from forecasting.inventory import arithmetic

MAX_PACKS: Final = 20_000
"""Packs that are added to one order, at most."""
MEASURES: Final = ("value", "units", "weight", "volume")
"""What an order may be counted in."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """The lines of one order, r products of one supplier, recommended or not.

    Args:
        quantity: Shape (r,), units recommended, in whole packs.
        pack_size: Shape (r,), units.
        position: Shape (r,), units on hand and on order, less backorders.
        values: Shape (r, m): demand over the days that the order covers, as equally likely sums, ascending, units; NaN where unknown.
        sold_by: Shape (r, h): units expected to be sold by the end of each step from today on, ascending.
        arrives: Shape (r,): steps until the order comes; from then on a unit lies until it is sold.
        life: Shape (r,): steps that goods keep on the shelf; inf where they keep.
        margin: Shape (r,), money that a sale brings; NaN where unknown, and then nothing is spared by more.
        holding: Shape (r,), money of keeping a unit for a step; NaN where unknown, and then it costs nothing.
        measures: Shape (4, r): what a unit counts for, by `MEASURES`; NaN where unknown.
    """

    quantity: FloatArray
    pack_size: FloatArray
    position: FloatArray
    values: FloatArray
    sold_by: FloatArray
    arrives: np.ndarray
    life: FloatArray
    margin: FloatArray
    holding: FloatArray
    measures: FloatArray


@dataclass(frozen=True, eq=False)
class TopUp:
    """What is added to the order.

    Args:
        units: Shape (r,), in whole packs.
        sold_in: Shape (r,): steps until the last added unit is expected to be sold; NaN where nothing is added.
        worth: Money that it brings (lost sales spared) less what it costs (keeping it): below 0 where it only serves the minimum.
        lacks: Shape (4,): what the order still lacks, by `MEASURES`: nothing if it reaches what is asked for.
    """

    units: FloatArray
    sold_in: FloatArray
    worth: float
    lacks: FloatArray

    @property
    def is_enough(self) -> bool:
        """Whether the order reaches all that is asked for."""
        return not (self.lacks > arithmetic.TOLERANCE).any()


def top_up(lines: Candidates, wanted: FloatArray) -> TopUp:
    """The packs that bring an order to what is wanted at the least expense.

    Args:
        lines: The products that the supplier delivers.
        wanted: Shape (4,): what the whole order has to reach, by `MEASURES`; 0 for what does not matter.
    """
    of_unit = np.nan_to_num(lines.measures)
    lacks = np.maximum(wanted - of_unit @ lines.quantity, 0.0)
    added, worth = np.zeros(len(lines.quantity)), 0.0
    first = [_entry(lines, of_unit, lacks, row, 0.0) for row in range(len(added))] if lacks.any() else []
    queue = sorted(entry for entry in first if entry is not None)
    for _ in range(MAX_PACKS):
        if not queue or not (lacks > arithmetic.TOLERANCE).any():
            break
        _, row, seen, net = heapq.heappop(queue)
        if seen != added[row] or not of_unit[lacks > arithmetic.TOLERANCE, row].any():
            continue
        added[row] += lines.pack_size[row]
        worth += net
        lacks = np.maximum(wanted - of_unit @ (lines.quantity + added), 0.0)
        after = _entry(lines, of_unit, lacks, row, float(added[row]))
        if after is not None:
            heapq.heappush(queue, after)
    return TopUp(added, _sold_in(lines, added), worth, lacks)


def _entry(lines: Candidates, of_unit: FloatArray, lacks: FloatArray, row: int, added: float) -> tuple[float, int, float, float] | None:
    """What one more pack of a product costs for each share of what is lacking, the product, and its worth; None if it may not be added."""
    pack = float(lines.pack_size[row])
    below = float(lines.position[row] + lines.quantity[row]) + added
    step = int(np.searchsorted(lines.sold_by[row], below + pack - arithmetic.TOLERANCE))
    if step >= lines.sold_by.shape[1] or step + 1 > lines.life[row]:
        return None
    open_ = lacks > arithmetic.TOLERANCE
    share = float((np.minimum(of_unit[open_, row] * pack, lacks[open_]) / lacks[open_]).sum())
    if share <= 0:
        return None
    net = _spared(lines, row, below, pack) - pack * max(step - int(lines.arrives[row]), 0) * _known(lines.holding[row])
    return -net / share, row, added, net


def _spared(lines: Candidates, row: int, below: float, pack: float) -> float:
    """Margin of the sales that one more pack is expected to spare before the next order comes."""
    values = lines.values[row]
    if np.isnan(values).any():
        return 0.0
    missing = np.maximum(values - below, 0.0).mean() - np.maximum(values - below - pack, 0.0).mean()
    return float(missing) * _known(lines.margin[row])


def _known(amount: np.floating) -> float:
    return float(np.nan_to_num(amount))


def _sold_in(lines: Candidates, added: FloatArray) -> FloatArray:
    """Steps until the last added unit is expected to be sold, shape (r,)."""
    until = (lines.position + lines.quantity + added)[:, None]
    steps = (lines.sold_by < until - arithmetic.TOLERANCE).sum(axis=1) + 1.0
    return np.where(added > 0, steps, np.nan)
