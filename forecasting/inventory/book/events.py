"""What happens to orders, one event after the other, and what the book says after it.

An order that was placed is never placed again: every event carries a key, and a key that is in the book already changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal, NamedTuple

from forecasting.core.errors import InputError, NotFound
from forecasting.inventory.book import transitions
from forecasting.inventory.book.order import ON_THE_WAY, Order

Kind = Literal[
    "proposed", "added", "changed", "declined", "restored", "approved", "placed", "postponed", "received", "cancelled", "undone", "cleared"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that somebody did with an order.

    Args:
        kind: What; `undone` takes back the last thing that was done with the order, `cleared` empties the book, and numbers go on.
        order: The id of the order; of `cleared`, the last id that was given.
        when: In UTC.
        by: Who.
        key: What makes a second sending of the same wish recognisable; empty where a repetition does no harm.
        proposal: The whole order as it is proposed; of `added` and `declined`, an order of the lines that it had not, with their reason.
        quantities: Series -> units: ordered though nobody advised it (`added`), ordered instead (`changed`), nothing ordered, whatever is advised
            later (`declined`, 0 units), ordered as recommended again (`restored`, whatever the units), came (`received`), will not come
            (`cancelled`; empty for all that is open).
        reason: Why a quantity was changed, or an order cancelled.
        day: The day on which a delivery came, or on which what is still to come of an order is now due (`placed`, `postponed`).
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


MOVING: Final[frozenset[Kind]] = frozenset({"placed", "postponed", "received", "cancelled", "undone", "cleared"})
"""Kinds of events that may change what is on the way."""


class Step(NamedTuple):
    """What was done with an order, and can be taken back.

    Args:
        event: What.
        before: The order before it.
    """

    event: Event
    before: Order


@dataclass(frozen=True)
class Book:
    """All orders after a number of events.

    Args:
        orders: Id -> order, in the order of their first proposal.
        keys: Kind and key of an event -> the order that it was about.
        steps: Id -> what was done with the order since it was proposed, or since it was sent, and was not taken back.
        last: The highest number that an order ever had; 0 for none.
        moves: How often an order was placed, something of it came or was cancelled, or that was taken back: what is on the way changes with
            this number only, which never falls.
    """

    orders: Mapping[str, Order] = field(default_factory=dict)
    keys: Mapping[tuple[Kind, str], str] = field(default_factory=dict)
    steps: Mapping[str, tuple[Step, ...]] = field(default_factory=dict)
    last: int = 0
    moves: int = 0

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
    orders, keys, steps, last, moves = dict(before.orders), dict(before.keys), dict(before.steps), before.last, before.moves
    book = Book(orders, keys, steps)  # nobody else has it before all events are in
    for event in events:
        last = max(last, int(event.order)) if event.order.isdecimal() else last
        known = book.of_key(event.kind, event.key)
        if known is not None and known.id != event.order:
            raise InputError(f"The key {event.key!r} was used for order {known.id} already. Send another key for order {event.order}.")
        if known is not None:
            continue
        moves += event.kind in MOVING
        if event.kind == "cleared":
            for each in (orders, keys, steps):
                each.clear()
            continue
        after = transitions.AFTER[event.kind](book, event)
        steps[event.order] = _steps_after(book, event)
        orders[event.order] = after
        keys |= {(event.kind, event.key): event.order} if event.key else {}
    return Book(orders, keys, steps, last, moves)


def _steps_after(book: Book, event: Event) -> tuple[Step, ...]:
    """What can be taken back of an order after an event; `book` is as it was before."""
    before = book.steps.get(event.order, ())
    if event.kind == "undone":
        return before[:-1]
    if event.kind == "placed":
        return ()
    return before if event.kind == "proposed" else (*before, Step(event, book.orders[event.order]))
