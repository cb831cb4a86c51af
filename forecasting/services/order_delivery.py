"""A delivery as it is counted: what came of an order, what is missing, and how both are booked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from forecasting.inventory.book.order import Order
from forecasting.services import orders
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
    """

    order: Order
    came: Mapping[str, float]
    day: date
    note: str = ""

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


def book(ws: Workspace, delivery: Delivery, by: str, *, key: str, gone: bool) -> Order:
    """Books a delivery, once however often it is sent; the order after it.

    Args:
        ws: Where.
        delivery: What came.
        by: Who says so.
        key: What makes a second sending recognisable.
        gone: Whether what is missing will not come any more.

    Raises:
        InputError: It cannot have come on that day, or nothing is to come; nothing was booked.
        TryAgain, DiskFull, NotWritable, OrdersDamaged: Nothing was booked, or all but that the rest will not come.
    """
    note = f"Delivery note {delivery.note.strip()}" if delivery.note.strip() else ""
    order = delivery.order
    if delivery.units:
        units = {name: amount for name, amount in delivery.came.items() if amount}
        order = orders.receive(ws, order.id, Wish(by=by, key=key, quantities=units, reason=note, day=delivery.day))
    if gone and delivery.missing:
        order = orders.cancel(ws, order.id, Wish(by=by, key=f"{key} rest", quantities=delivery.lacking, reason="Will not come"))
    return order
