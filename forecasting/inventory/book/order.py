"""An order of many lines to one supplier, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, Literal

State = Literal["proposed", "approved", "placed", "partly_received", "received", "cancelled"]

OPEN: Final[frozenset[State]] = frozenset({"proposed", "approved"})
"""Not yet sent: may still be proposed anew."""
ON_THE_WAY: Final[frozenset[State]] = frozenset({"placed", "partly_received"})
"""Sent, and not all there: counts as on order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One product, on one shelf, of an order. Units, at least 0.

    Args:
        unique_id: The series.
        key: Its key columns: product_id, and store and so on where there are such.
        recommended: What Shelfcast advised.
        quantity: What is ordered.
        received: What came.
        cancelled: What will not come any more.
        unit_cost: Money of the supplier for a unit; None if it is not known.
        added: Units of what was advised that are there only so that the order reaches what the supplier asks for.
        sold_by: The day by which the last of the added units is expected to be sold; None where nothing was added.
        reason: Why a person orders another quantity; empty where nobody changed it.
        prices: Units, ascending from 0, and the price of a unit from so many on; none where one price holds.
    """

    unique_id: str
    key: Mapping[str, str]
    recommended: float
    quantity: float
    received: float = 0.0
    cancelled: float = 0.0
    unit_cost: float | None = None
    added: float = 0.0
    sold_by: date | None = None
    reason: str = ""
    prices: tuple[tuple[float, float], ...] = ()

    def of(self, quantity: float) -> Line:
        """The same line of another quantity, at its price."""
        price = next((price for units, price in reversed(self.prices) if quantity >= units), self.unit_cost)
        return replace(self, quantity=quantity, unit_cost=price)

    @property
    def outstanding(self) -> float:
        """What is still to come; nothing where more came than was ordered."""
        return max(self.quantity - self.received - self.cancelled, 0.0)

    @property
    def value(self) -> float | None:
        """Money of what is ordered, in the supplier's currency; None if the cost is not known."""
        return None if self.unit_cost is None else self.quantity * self.unit_cost

    @property
    def costs_more(self) -> float:
        """Money of the supplier beyond what the recommended quantity costs, each at its own price; below 0 for less; NaN if the cost is not known."""
        value, advised = self.value, self.of(self.recommended).value
        return float("nan") if value is None or advised is None else value - advised


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Units that left what is on the way.

    Args:
        kind: Whether they came, or will not come any more.
        when: When that was booked, in UTC.
        day: The day on which they came, or were cancelled.
        quantities: Series -> units.
    """

    kind: Literal["received", "cancelled"]
    when: datetime
    day: date
    quantities: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is ordered from a supplier on a day.

    Args:
        id: Its number as text, e.g. "0012".
        supplier: The name of the supplier; empty for the lines that nobody is known to deliver.
        version: The forecast that it was proposed from.
        order_date: The day on which it is, or was, to be placed.
        due: The day on which it, or what is still to come of it, is expected.
        state: Where it stands.
        lines: At most one a series, in order.
        placed_at: When it was sent, in UTC; None before.
        placed_by: Who sent it.
        movements: What came and what was cancelled since it was placed, as it was booked.
        note: A sentence for a person about the whole order: what it lacks, or why something was added; empty for none.
        promised: The day on which it was expected when it was sent; None before.
    """

    id: str
    supplier: str
    version: int
    order_date: date
    due: date
    state: State
    lines: tuple[Line, ...]
    placed_at: datetime | None = None
    placed_by: str = ""
    movements: tuple[Movement, ...] = ()
    note: str = ""
    promised: date | None = None

    @property
    def received_at(self) -> tuple[date, ...]:
        """The days on which something of it came."""
        return tuple(each.day for each in self.movements if each.kind == "received")

    @property
    def value(self) -> float:
        """Money of its lines whose cost is known, in the supplier's currency."""
        return sum(line.value or 0.0 for line in self.lines)

    @property
    def units(self) -> float:
        """Units of all lines."""
        return sum(line.quantity for line in self.lines)

    @property
    def outstanding(self) -> float:
        """Units still to come, once it was placed; 0 before and after."""
        return sum(line.outstanding for line in self.lines) if self.state in ON_THE_WAY else 0.0

    def is_late(self, day: date) -> bool:
        """Whether something of it should have come before a day."""
        return self.state in ON_THE_WAY and self.due < day

    def lead_time(self) -> int | None:
        """Days from the sent order to the last delivery; None before all is there."""
        if self.state != "received" or self.placed_at is None or not self.received_at:
            return None
        return (max(self.received_at) - self.placed_at.astimezone().date()).days

    def with_lines(self, lines: tuple[Line, ...]) -> Order:
        """The same order with other lines, in the state that follows from what came."""
        if self.state not in ON_THE_WAY:
            return replace(self, lines=lines)
        state: State = "partly_received"
        if not any(line.outstanding for line in lines):
            state = "received" if any(line.received for line in lines) else "cancelled"
        elif not any(line.received for line in lines):
            state = "placed"
        return replace(self, lines=lines, state=state)
