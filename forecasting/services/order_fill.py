"""What would bring an order to its supplier's minimum, or to free delivery: exactly which packs, and by when they are expected to be sold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Final

import numpy as np

from forecasting.core.arrays import FloatArray
from forecasting.inventory.book.order import Line, Order
from forecasting.inventory.proposals import minimum
from forecasting.inventory.proposals.needs import Needs
from forecasting.inventory.proposals.turns import Turn
from forecasting.inventory.suppliers.supplier import Supplier

TO_MINIMUM: Final = "To reach the minimum"
FOR_FREE: Final = "For free delivery"


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


def lacks_anything(turn: Turn, order: Order) -> bool:
    """Whether an order has not reached all that its supplier asks for in value and units."""
    return turn.supplier is not None and _aim(turn.supplier, order) is not None


def fill_up(needed: Needs, turn: Turn, order: Order, today: date) -> FillUp | None:
    """The packs of products in the order that bring it to what the supplier asks for at the least expense.

    Args:
        needed: What the series of the turn need.
        turn: The supplier's turn.
        order: Its order, as it stands now.
        today: The day of the recommendation.

    Returns:
        None where nothing is lacking, or where what is lacking is not expected to be sold in time.
    """
    supplier = turn.supplier
    aim = None if supplier is None else _aim(supplier, order)
    if aim is None:
        return None
    wanted, reason = aim
    lines = {line.unique_id: line for line in order.lines}
    panel = needed.ensemble.panel
    names = [str(panel.unique_ids[row]) for row in turn.rows]
    listed = [lines.get(name) for name in names]
    more = minimum.candidates(needed, turn)
    quantity = np.array([0.0 if line is None else line.quantity for line in listed])
    more = replace(more, sold_by=np.where([[line is not None] for line in listed], more.sold_by, 0.0))
    costs = partial(_unit_costs, listed, more.measures[0])
    found = minimum.topped_up(minimum.priced(more, quantity, costs), np.array(wanted), costs)
    if not found.is_enough or not found.units.any():
        return None
    places, days = np.flatnonzero(found.units), float(np.nanmax(found.sold_in)) * panel.period.days
    return FillUp(
        quantities={names[place]: float(quantity[place] + found.units[place]) for place in places},
        added={names[place]: float(found.units[place]) for place in places},
        sold_by=today + timedelta(days=int(days) - 1),
        reason=reason,
    )


def _aim(supplier: Supplier, order: Order) -> tuple[tuple[float, float, float, float], str] | None:
    """What the whole order has to reach (value, units, weight, volume), and what for; None where it has reached all that its value and units can."""
    least, free_from = supplier.minimum, supplier.freight.free_from
    if order.value < least.value or order.units < least.units:
        return (least.value, least.units, 0.0, 0.0), TO_MINIMUM
    if free_from is not None and supplier.freight.of(order.value):
        return (free_from, 0.0, 0.0, 0.0), FOR_FREE
    return None


def _unit_costs(lines: Sequence[Line | None], plain: FloatArray, quantity: FloatArray) -> FloatArray:
    """Money of the supplier for a unit of each line at its quantity, shape (r,); that of the recommendation where the line has none."""
    costs = [None if line is None else line.of(units).unit_cost for line, units in zip(lines, quantity, strict=True)]
    return np.array([cost if known is None else known for known, cost in zip(costs, plain, strict=True)])
