"""What an order lacks of its supplier's minimum, and what would bring it there, or to free delivery: which packs, and by when they are sold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Final, NamedTuple

import numpy as np

from forecasting.core.arrays import FloatArray
from forecasting.inventory import arithmetic
from forecasting.inventory.book.order import Line, Order
from forecasting.inventory.proposals import minimum
from forecasting.inventory.proposals.needs import Needs
from forecasting.inventory.proposals.turns import Turn

TO_MINIMUM: Final = "To reach the minimum"
FOR_FREE: Final = "For free delivery"


class Lacks(NamedTuple):
    """What an order lacks of its supplier's minimum; 0 where it reaches it, or there is none.

    Args:
        value: Money of the supplier.
        units: Units of all lines together.
        weight: In the measure in which the weights of products are given; a product without one weighs nothing.
    """

    value: float = 0.0
    units: float = 0.0
    weight: float = 0.0


class Aim(NamedTuple):
    """What an order is to reach.

    Args:
        wanted: Value, units, weight and volume of the whole order, as `top_up.MEASURES` has them; 0 for what does not matter.
        reason: What for: `TO_MINIMUM` or `FOR_FREE`.
    """

    wanted: tuple[float, float, float, float]
    reason: str


@dataclass(frozen=True, kw_only=True)
class FillUp:
    """Packs that are not in an order yet.

    Args:
        quantities: Series -> units of its line with them.
        added: Series -> units more than now.
        sold_by: The day by which the last of them is expected to be sold.
        reason: What they are for: `TO_MINIMUM` or `FOR_FREE`.
    """

    quantities: Mapping[str, float]
    added: Mapping[str, float]
    sold_by: date
    reason: str


def lacks(turn: Turn, order: Order, names: Sequence[str]) -> Lacks:
    """What an order lacks of its supplier's minimum; `names` are the series of the panel that the turn is about."""
    if turn.supplier is None:
        return Lacks()
    least, weight = turn.supplier.minimum, 0.0
    if least.weight:
        weights = {names[row]: each.weight for row, each in zip(turn.rows.tolist(), turn.sources, strict=True) if each is not None and each.weight}
        weight = sum(line.quantity * weights.get(line.unique_id, 0.0) for line in order.lines)
    short = (least.value - order.value, least.units - order.units, least.weight - weight)
    return Lacks(*(lack if lack > arithmetic.TOLERANCE else 0.0 for lack in short))


def aim(turn: Turn, order: Order, short: Lacks) -> Aim | None:
    """What an order is to reach that is so far below the minimum; None where it has reached all that it can."""
    if turn.supplier is None:
        return None
    least, freight = turn.supplier.minimum, turn.supplier.freight
    if any(short):
        return Aim((least.value, least.units, least.weight, 0.0), TO_MINIMUM)
    if freight.free_from is not None and freight.of(order.value):
        return Aim((freight.free_from, 0.0, 0.0, 0.0), FOR_FREE)
    return None


def fill_up(needed: Needs, turn: Turn, order: Order, aim: Aim, *, today: date) -> FillUp | None:
    """The packs of products in the order that bring it to what it is to reach at the least expense.

    Args:
        needed: What the series of the turn need.
        turn: The supplier's turn.
        order: Its order, as it stands now.
        aim: What it is to reach.
        today: The day of the recommendation.

    Returns:
        None where what is lacking is not expected to be sold in time.
    """
    lines = {line.unique_id: line for line in order.lines}
    panel = needed.ensemble.panel
    names = [str(panel.unique_ids[row]) for row in turn.rows]
    listed = [lines.get(name) for name in names]
    more = minimum.candidates(needed, turn)
    quantity = np.array([0.0 if line is None else line.quantity for line in listed])
    more = replace(more, sold_by=np.where([[line is not None] for line in listed], more.sold_by, 0.0))
    costs = partial(_unit_costs, listed, more.measures[0])
    found = minimum.topped_up(minimum.priced(more, quantity, costs), np.array(aim.wanted), costs)
    if not found.is_enough or not found.units.any():
        return None
    places, days = np.flatnonzero(found.units), float(np.nanmax(found.sold_in)) * panel.period.days
    return FillUp(
        quantities={names[place]: float(quantity[place] + found.units[place]) for place in places},
        added={names[place]: float(found.units[place]) for place in places},
        sold_by=today + timedelta(days=int(days) - 1),
        reason=aim.reason,
    )


def _unit_costs(lines: Sequence[Line | None], plain: FloatArray, quantity: FloatArray) -> FloatArray:
    """Money of the supplier for a unit of each line at its quantity, shape (r,); that of the recommendation where the line has none."""
    costs = [None if line is None else line.of(units).unit_cost for line, units in zip(lines, quantity, strict=True)]
    return np.array([cost if known is None else known for known, cost in zip(costs, plain, strict=True)])
