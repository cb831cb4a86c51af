"""The order book of a shop: what it says, and how something is written into it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from threading import Condition

from cachetools import LRUCache, cached

from forecasting.core.caches import remember
from forecasting.core.errors import NotFound, OrdersDamaged
from forecasting.inventory.book import records
from forecasting.inventory.book.events import Book, Event, book_of
from forecasting.inventory.book.order import Order
from forecasting.storage.aside import put_aside
from forecasting.storage.order_book import Facts, OrderBook
from forecasting.storage.workspace import Workspace


def book(ws: Workspace) -> Book:
    """All orders; raises OrdersDamaged or StorageUnavailable."""
    store = OrderBook(ws)
    return _of_state(store, store.stamp())


def stamp(ws: Workspace) -> tuple[int, int, int] | None:
    """What changes with everything that is written into the book; None as long as there is none. Raises StorageUnavailable."""
    return OrderBook(ws).stamp()


def moves(ws: Workspace) -> int:
    """How often something was placed, came or was cancelled: the stock that the book knows changes with this number only."""
    return book(ws).moves


def write(ws: Workspace, events_after: Callable[[Book], Sequence[Event]]) -> Book:
    """Writes into the book, while nobody else does.

    Args:
        ws: Where.
        events_after: What is to be written, for the book as it is then. Events that change nothing, because their key is known already or
            the order is as they say, are not written.

    Returns:
        The book after them.

    Raises:
        NotFound: There is no such order.
        InputError: An order in its state cannot do this; nothing after that event was written.
        TryAgain: Somebody else is writing for too long; nothing was written.
        OrdersDamaged: The book cannot be read; nothing was written.
        DiskFull: The event, and what is after it, was not written.
    """
    store = OrderBook(ws)
    with store.adding() as (_, add):
        after = book(ws)
        for event in events_after(after):
            before, after = after, after.after(records.as_read(event))
            if after.orders != before.orders:
                add(records.facts_of(event))
        remember(_of_state, after, store, store.stamp())
    return after


def as_placed(ws: Workspace, identity: str, moment: datetime) -> Order:
    """An order as it was when it was placed at a moment, whatever came of it since; raises NotFound, OrdersDamaged and StorageUnavailable."""
    facts = OrderBook(ws).every()
    at = next((at for at, each in enumerate(_events(facts)) if (each.kind, each.order, each.when) == ("placed", identity, moment)), None)
    if at is None:
        raise NotFound(f"No order {identity} was placed at {moment.isoformat()}.")
    return _read(facts[: at + 1]).order(identity)


def clear(ws: Workspace) -> None:
    """Empties the book; numbers of orders go on. A damaged book is put aside. Raises TryAgain or DiskFull, and then nothing was changed."""
    store = OrderBook(ws)
    if store.stamp() is None:
        return
    try:
        write(ws, lambda before: [Event(kind="cleared", order=f"{before.last:04d}", when=datetime.now(UTC), by="")])
    except OrdersDamaged:
        put_aside(ws, store.path)


def forget() -> None:
    """Keeps nothing any more."""
    _of_state.cache_clear()


@cached(LRUCache(4), key=lambda store, stamp: (store.path, stamp), condition=Condition())
def _of_state(store: OrderBook, stamp: object) -> Book:  # noqa: ARG001
    """The orders in a book in a state, which nobody changes."""
    return _read(store.every())


def _read(facts: Sequence[Facts]) -> Book:
    """The orders of all events; raises OrdersDamaged for a line that is whole and yet says nothing that can be."""
    return book_of(_events(facts))


def _events(facts: Sequence[Facts]) -> list[Event]:
    events: list[Event] = []
    for number, each in enumerate(facts, start=1):
        try:
            events.append(records.event_of(each))
        except (ValueError, KeyError, TypeError) as error:
            raise OrdersDamaged(number) from error
    return events
