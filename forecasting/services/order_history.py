"""What was done with an order, by whom and when; and who changed which of its lines."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Condition

from cachetools import LRUCache, cached

from forecasting.inventory.book import records
from forecasting.inventory.book.events import Event
from forecasting.services import order_book
from forecasting.storage.order_book import OrderBook
from forecasting.storage.workspace import Workspace


def history(ws: Workspace, identity: str) -> tuple[Event, ...]:
    """All that was done with an order, oldest first; of its proposals the first one. Raises OrdersDamaged or StorageUnavailable."""
    store = OrderBook(ws)
    return _by_order(store, store.stamp()).get(identity, ())


def changes(ws: Workspace, identity: str) -> dict[str, Event]:
    """Series -> the last change of its quantity by a person, of an order that was not sent yet; none where it was taken back. Raises as `history`."""
    last: dict[str, Event] = {}
    for event in (step.event for step in order_book.book(ws).steps.get(identity, ())):
        if event.kind in ("added", "changed", "declined"):
            last |= dict.fromkeys(event.quantities, event)
        elif event.kind == "restored":
            last = {name: change for name, change in last.items() if name not in event.quantities}
    return last


def can_be_undone(ws: Workspace, identity: str) -> bool:
    """Whether something was done with an order that can be taken back; raises as `history`."""
    return bool(order_book.book(ws).steps.get(identity))


@cached(LRUCache(2), key=lambda store, stamp: (store.path, stamp), condition=Condition())
def _by_order(store: OrderBook, stamp: object) -> Mapping[str, tuple[Event, ...]]:  # noqa: ARG001
    """Id -> what was done with it, since the book was emptied last."""
    events: dict[str, list[Event]] = {}
    for facts in store.every():
        if facts["kind"] == "cleared":
            events.clear()
        elif facts["kind"] != "proposed" or facts["order"] not in events:
            events.setdefault(facts["order"], []).append(records.event_of(facts))
    return {identity: tuple(each) for identity, each in events.items()}
