"""A delivery as it is counted: what came of an order, what is missing, and how both are booked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from forecasting.core import schema
from forecasting.core.errors import ShelfcastError
from forecasting.inventory.book.order import Order
from forecasting.inventory.stock import state
from forecasting.services import cache, ordering, orders
from forecasting.services.orders import Wish
from forecasting.storage.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What came of an order.

    Args:
        order: Which.
        came: Series -> units that were counted.
        day: When it came.
        note: The number of the delivery note; empty for none.
        rest: The day on which what is missing comes; None if it will not come any more.
    """

    order: Order
    came: Mapping[str, float]
    day: date
    note: str = ""
    rest: date | None = None

    @property
    def units(self) -> float:
        """Units that came."""
        return sum(self.came.values())

    @property
    def expected(self) -> float:
        """Units that were still to come of these lines."""
        return sum(line.outstanding for line in self.order.lines if line.unique_id in self.came)

    @property
    def lacking(self) -> dict[str, float]:
        """Series -> units of it that did not come."""
        lacks = {line.unique_id: line.outstanding - self.came[line.unique_id] for line in self.order.lines if line.unique_id in self.came}
        return {name: units for name, units in lacks.items() if units > 0}

    @property
    def missing(self) -> float:
        """Units that did not come."""
        return sum(self.lacking.values())

    @property
    def more(self) -> float:
        """Units that came beyond what was ordered."""
        return self.units - self.expected + self.missing

    @property
    def books(self) -> bool:
        """Whether anything is to be booked: units that came, that will not come, or that come on another day."""
        return bool(self.units) or bool(self.missing and self.rest != self.order.due)


def on_shelves(ws: Workspace, order: Order) -> dict[str, float]:
    """Series of an order -> units on its shelf now, of those that were counted; none where there is no forecast, or the stock cannot be read."""
    try:
        _, ensemble = cache.live(ws)
        given = ordering.given_stock(ws, ensemble)
    except ShelfcastError:  # a delivery can be booked all the same, and the tab Stock says what is wrong
        return {}
    units = dict(zip(ensemble.panel.series[schema.UNIQUE_ID], given.table[state.ON_HAND].to_numpy(dtype=float), strict=True))
    there = {line.unique_id: units.get(line.unique_id, math.nan) for line in order.lines}
    return {name: float(amount) for name, amount in there.items() if not math.isnan(amount)}


def book(ws: Workspace, delivery: Delivery, by: str, *, key: str) -> Order:
    """Books a delivery, and what becomes of its rest, once however often it is sent; the order after it.

    Args:
        ws: Where.
        delivery: What came.
        by: Who says so.
        key: What makes a second sending recognisable.

    Raises:
        InputError: It cannot have come on that day, or nothing is to come; nothing was booked.
        TryAgain, DiskFull, NotWritable, OrdersDamaged: Nothing was booked, or all but what becomes of the rest.
    """
    note = f"Delivery note {delivery.note.strip()}" if delivery.note.strip() else ""
    order = delivery.order
    if delivery.units:
        units = {name: amount for name, amount in delivery.came.items() if amount}
        order = orders.receive(ws, order.id, Wish(by=by, key=key, quantities=units, reason=note, day=delivery.day))
    if delivery.missing and delivery.rest is None:
        return orders.cancel(ws, order.id, Wish(by=by, key=f"{key} rest", quantities=delivery.lacking, reason="Will not come"))
    if delivery.missing and delivery.rest != order.due:
        return orders.postpone(ws, order.id, Wish(by=by, key=f"{key} rest", day=delivery.rest))
    return order
