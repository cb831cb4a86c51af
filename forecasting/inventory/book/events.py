"""What happens to orders, one event after the other, and what the book says after it.

An order that was placed is never placed again: every event carries a key, and a key that is in the book already changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final, Literal

from forecasting.core.errors import InputError, NotFound
from forecasting.inventory.book.order import ON_THE_WAY, OPEN, Line, Movement, Order, State

Kind = Literal["proposed", "changed", "approved", "placed", "received", "cancelled", "cleared"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that somebody did with an order.

    Args:
        kind: What; `cleared` empties the book, and numbers go on.
        order: The id of the order; of `cleared`, the last id that was given.
        when: In UTC.
        by: Who.
        key: What makes a second sending of the same wish recognisable; empty where a repetition does no harm.
        proposal: The whole order as it is proposed; only of `proposed`.
        quantities: Series -> units: ordered instead (`changed`), came (`received`), will not come (`cancelled`; empty for all that is open).
        reason: Why a quantity was changed, or an order cancelled.
        day: The day on which a delivery came, or on which a placed order is now due.
    """

    kind: Kind
    order: str
    when: datetime
    by: str
    key: str = ""
    proposal: Order | None = None
    quantities: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""
    day: date | None = None


@dataclass(frozen=True)
class Book:
    """All orders after a number of events.

    Args:
        orders: Id -> order, in the order of their first proposal.
        keys: Kind and key of an event -> the order that it was about.
        last: The highest number that an order ever had; 0 for none.
    """

    orders: Mapping[str, Order] = field(default_factory=dict)
    keys: Mapping[tuple[Kind, str], str] = field(default_factory=dict)
    last: int = 0

    @property
    def moves(self) -> int:
        """How often an order was placed, and something of it came or was cancelled: what is on the way changes with this number only."""
        return sum((each.placed_at is not None) + len(each.movements) for each in self.orders.values())

    def order(self, identity: str) -> Order:
        """The order of an id; raises NotFound."""
        if identity not in self.orders:
            raise NotFound(f"There is no order {identity}. `orders list` shows those that there are.")
        return self.orders[identity]

    def of_key(self, kind: Kind, key: str) -> Order | None:
        """The order that an event of a kind with this key was about; None if there was none."""
        return self.orders[self.keys[kind, key]] if key and (kind, key) in self.keys else None

    def of_supplier(self, supplier: str) -> list[Order]:
        """All orders to a supplier."""
        return [each for each in self.orders.values() if each.supplier.casefold() == supplier.casefold()]

    def on_the_way(self) -> list[Order]:
        """Orders that were sent, and are not all there."""
        return [each for each in self.orders.values() if each.state in ON_THE_WAY]

    def after(self, event: Event) -> Book:
        """The book after one more event; the same book where an event of this kind with its key is known already.

        Raises:
            NotFound: There is no such order.
            InputError: An order in this state cannot do this, or the key was used for another order.
        """
        return _added(self, [event])


def book_of(events: Iterable[Event]) -> Book:
    """The book after all events that were ever recorded, in their order; raises as `Book.after`."""
    return _added(Book(), events)


def _added(before: Book, events: Iterable[Event]) -> Book:
    """The book after more events; raises as `Book.after`."""
    orders, keys, last = dict(before.orders), dict(before.keys), before.last
    book = Book(orders, keys)  # nobody else has it before all events are in
    for event in events:
        last = max(last, int(event.order)) if event.order.isdecimal() else last
        if event.kind == "cleared":
            orders.clear()
            keys.clear()
            continue
        known = book.of_key(event.kind, event.key)
        if known is None:
            orders[event.order] = _AFTER[event.kind](book, event)
            keys |= {(event.kind, event.key): event.order} if event.key else {}
        elif known.id != event.order:
            raise InputError(f"The key {event.key!r} was used for order {known.id} already. Send another key for order {event.order}.")
    return Book(orders, keys, last)


def _proposed(book: Book, event: Event) -> Order:
    """A new proposal, or the same one with today's figures: what a person changed in it stays, and is still theirs."""
    if event.proposal is None:
        raise InputError(f"The proposal of order {event.order} has no lines.")
    before = book.orders.get(event.order)
    if before is None:
        return event.proposal
    if before.state != "proposed":
        raise InputError(f"Order {event.order} is {_said(before.state)} and is not proposed anew.")
    own = {line.unique_id: line for line in before.lines if line.reason}
    lines = [_with_own(line, own.pop(line.unique_id, None)) for line in event.proposal.lines]
    return replace(event.proposal, lines=(*lines, *own.values()))


def _with_own(line: Line, own: Line | None) -> Line:
    return line if own is None else replace(line, quantity=own.quantity, reason=own.reason)


def _changed(book: Book, event: Event) -> Order:
    order = _in(book, event, OPEN, "its quantities stay")
    return order.with_lines(_each(order, event, lambda line, units: replace(line, quantity=units, reason=event.reason or "other")))


def _approved(book: Book, event: Event) -> Order:
    return replace(_in(book, event, frozenset({"proposed"}), "it cannot be approved"), state="approved")


def _placed(book: Book, event: Event) -> Order:
    order = _in(book, event, OPEN, "it is not placed a second time")
    if not order.units:
        raise InputError(f"Order {order.id} has no units: there is nothing to place.")
    return replace(order, state="placed", placed_at=event.when, placed_by=event.by, due=event.day or order.due)


def _received(book: Book, event: Event) -> Order:
    order = _in(book, event, ON_THE_WAY, "nothing can be received for it")
    return _moved(order, "received", event).with_lines(_each(order, event, _with_units))


def _moved(order: Order, kind: Literal["received", "cancelled"], event: Event) -> Order:
    """The order with one more movement, if anything moved."""
    units = {name: amount for name, amount in event.quantities.items() if amount}
    movement = Movement(kind=kind, when=event.when, day=event.day or event.when.date(), quantities=units)
    return replace(order, movements=(*order.movements, movement)) if units else order


def _with_units(line: Line, units: float) -> Line:
    """The line after units came; what was cancelled and comes after all is no longer cancelled."""
    received = line.received + units
    return replace(line, received=received, cancelled=min(line.cancelled, max(line.quantity - received, 0.0)))


def _cancelled(book: Book, event: Event) -> Order:
    order = _in(book, event, OPEN | ON_THE_WAY, "it cannot be cancelled")
    if order.state in OPEN:
        return replace(order, state="cancelled", lines=tuple(replace(line, cancelled=line.quantity) for line in order.lines))
    wanted = event.quantities or {line.unique_id: line.outstanding for line in order.lines}
    lines = _each(
        order, replace(event, quantities=wanted), lambda line, units: replace(line, cancelled=line.cancelled + min(units, line.outstanding))
    )
    gone = {after.unique_id: after.cancelled - line.cancelled for line, after in zip(order.lines, lines, strict=True)}
    return _moved(order, "cancelled", replace(event, quantities=gone)).with_lines(lines)


def _in(book: Book, event: Event, states: frozenset[State], otherwise: str) -> Order:
    order = book.order(event.order)
    if order.state not in states:
        raise InputError(f"Order {order.id} is {_said(order.state)}: {otherwise}.")
    return order


def _each(order: Order, event: Event, change: Callable[[Line, float], Line]) -> tuple[Line, ...]:
    """The lines, changed where the event names a quantity."""
    known = {line.unique_id for line in order.lines}
    for name, units in event.quantities.items():
        if name not in known:
            raise InputError(f"Order {order.id} has no line {name!r}.")
        if not 0 <= units < float("inf"):
            raise InputError(f"Units of {name!r} are at least 0, not {units:g}.")
    return tuple(change(line, event.quantities[line.unique_id]) if line.unique_id in event.quantities else line for line in order.lines)


def _said(state: State) -> str:
    return state.replace("_", " ")


_AFTER: Final[Mapping[str, Callable[[Book, Event], Order]]] = {
    "proposed": _proposed,
    "changed": _changed,
    "approved": _approved,
    "placed": _placed,
    "received": _received,
    "cancelled": _cancelled,
}
