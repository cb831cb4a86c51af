"""One line of an order in numbers and words: the sum behind it, what a person's change of it saves and costs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecasting.core import formatting, schema
from forecasting.inventory.book.order import Line, Order
from forecasting.inventory.orders import own_quantities, wording
from forecasting.inventory.orders.recommend import Orders


class Effect(NamedTuple):
    """What follows from a changed quantity.

    Args:
        units: More than recommended; below 0 for fewer.
        cost: Money of the supplier that it costs more, at the price of each quantity; below 0 for less; NaN where the cost of a unit is not known.
        missed: Sales that it is expected to lose beyond those that the recommendation would lose; below 0 for fewer; NaN where that is not known.
    """

    units: float
    cost: float
    missed: float


def place_of(orders: Orders | None, line: Line) -> int | None:
    """The position of a line's series in the table of the recommendation; None where it has none."""
    if orders is None:
        return None
    places = np.flatnonzero((orders.table[schema.UNIQUE_ID] == line.unique_id).to_numpy())
    return int(places[0]) if len(places) else None


def effect(orders: Orders, line: Line) -> Effect:
    """What ordering another quantity than recommended saves now, and costs later."""
    lost = [_lost(orders, line.unique_id, units) for units in (line.quantity, line.recommended)]
    return Effect(line.quantity - line.recommended, line.costs_more, lost[0] - lost[1])


def sum_of(orders: Orders, place: int, order: Order, line: Line) -> str:
    """Why the quantity is recommended, as a sum that adds up; why today's sum would be another one, where the order was approved with another."""
    base = orders.table["recommended"].iloc[place]
    said = wording.sum_of(orders, place)
    more = line.recommended - line.added - (0.0 if np.isnan(base) else float(base))
    if order.state != "proposed" or more < 0:
        return f"{formatting.units(line.recommended)} were recommended when this was {order.state}. Today: {said}"
    parts = [said]
    if more > 0:
        parts.append(f"{formatting.units(more)} more come at a price break, which is expected to pay.")
    if line.added:
        parts.append(f"{formatting.units(line.added)} more were added, so that the order reaches what the supplier asks for.")
    return " ".join(parts if len(parts) == 1 else [*parts, f"Together: {formatting.units(line.recommended)}."])


def _lost(orders: Orders, name: str, units: float) -> float:
    """Sales expected to be missed with so many units."""
    table = own_quantities.with_quantities(orders, {name: units}).table
    return float(table["expected_lost"][table[schema.UNIQUE_ID] == name].iloc[0])
