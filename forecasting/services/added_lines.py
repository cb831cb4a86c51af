"""Products that a person adds to an order: what its supplier delivers, or nobody is known to deliver, though it was not recommended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from forecasting.core import schema
from forecasting.core.errors import InputError
from forecasting.inventory.book.events import Book, Event
from forecasting.inventory.book.order import OPEN, Line, Order
from forecasting.inventory.stock import state
from forecasting.inventory.suppliers.source import RANKS, Source, keys_of, sources_of
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.services import cache, ordering, suppliers
from forecasting.storage.workspace import Workspace


def others(ws: Workspace, order: Order) -> list[Line]:
    """A line of no units for each series of the forecast that an order has none of; raises NothingPublished."""
    _, ensemble = cache.live(ws)
    there = {line.unique_id for line in order.lines}
    pairs = zip(ensemble.panel.series[schema.UNIQUE_ID].astype(str), keys_of(ensemble.panel), strict=True)
    return [Line(unique_id=name, key=key, recommended=0.0, quantity=0.0) for name, key in pairs if name not in there]


def may_be_added(ws: Workspace, order: Order) -> list[Line]:
    """Those of `others` that may be added to the order: its supplier delivers them, or nobody is known to. Raises NothingPublished, StateDamaged."""
    lines = others(ws, order)
    delivered = _sources(suppliers.sourcing(ws), lines)
    return [line for line, known in zip(lines, delivered, strict=True) if not known or _theirs(order, known)]


def events(ws: Workspace, book: Book, order: Order, change: Event) -> list[Event]:
    """A change as events: lines that the order has are changed, others are added, and leave proposals to others that have them.

    Raises:
        InputError: A series is not in the forecast, comes from another supplier, is in an approved order to another one, or is of no units.
    """
    there = {line.unique_id for line in order.lines}
    new = {name: units for name, units in change.quantities.items() if name not in there}
    if not new:
        return [change]
    lines = _added(ws, order, new, change.reason)
    told = replace(change, kind="added", quantities=new, proposal=replace(order, state="proposed", lines=tuple(lines)))
    left = [_without(each, new, change) for each in book.orders.values() if each.id != order.id and each.state in OPEN and _has(each, new)]
    rest = {name: units for name, units in change.quantities.items() if name in there}
    return [told, *left, *([replace(change, quantities=rest)] if rest else [])]


def without_units(ws: Workspace, order: Order, series: Sequence[str], reason: str) -> list[Line]:
    """Lines of no units: series that a person does not want, whatever is recommended of them later; raises InputError."""
    return _at_terms(ws, replace(order, lines=()), dict.fromkeys(series, 0.0), reason)


def _added(ws: Workspace, order: Order, units: Mapping[str, float], reason: str) -> list[Line]:
    """The new lines, at the supplier's terms; raises InputError."""
    for name, amount in units.items():
        if not 0 < amount < float("inf"):
            raise InputError(f"Order {order.id} has no line {name[:80]!r}. Units of a line that is added are above 0, not {amount:g}.")
    return _at_terms(ws, order, units, reason)


def _at_terms(ws: Workspace, order: Order, units: Mapping[str, float], reason: str) -> list[Line]:
    """Lines of series that the order has none of, at the supplier's terms; raises InputError."""
    known = {line.unique_id: line for line in others(ws, order)}
    for name in units:
        if name not in known:
            raise InputError(f"Order {order.id} has no line {name[:80]!r}, and the forecast knows no such product. Choose one that it knows.")
    sourcing, lines = suppliers.sourcing(ws), [known[name] for name in units]
    delivered, costs = _sources(sourcing, lines), _costs(ws, sourcing, order, lines)
    priced = [_priced(order, *each) for each in zip(lines, delivered, costs, strict=True)]
    return [replace(line.of(units[line.unique_id]), reason=reason) for line in priced]


def _priced(order: Order, line: Line, known: Sequence[Source], cost: float | None) -> Line:
    source = _theirs(order, known)
    if source is None and known:
        name, there = " ".join(line.key.values()) or line.unique_id, known[0].supplier
        here = f"or say on Suppliers that {order.supplier} delivers it, too" if order.supplier else "whose order is its own"
        raise InputError(f"{name} comes from {there}, not from {order.supplier or 'nobody'}. Add it to the order to {there}, {here}.")
    if source is None:
        return replace(line, unit_cost=cost)
    breaks = source.price_breaks
    prices = () if breaks is None else tuple(zip(map(float, breaks.quantities), breaks.prices, strict=True))
    return replace(line, unit_cost=cost if source.unit_cost is None else source.unit_cost, prices=prices)


def _sources(sourcing: Sourcing, lines: Sequence[Line]) -> list[list[Source]]:
    """Who is known to deliver each line: its first source, then its second."""
    keys = [line.key for line in lines]
    pairs = zip(*(sources_of(sourcing.sources, keys, rank) for rank in RANKS), strict=True)
    return [[each for each in pair if each is not None] for pair in pairs]


def _theirs(order: Order, known: Sequence[Source]) -> Source | None:
    """The source that is the order's supplier."""
    return next((each for each in known if each.supplier.casefold() == order.supplier.casefold()), None)


def _costs(ws: Workspace, sourcing: Sourcing, order: Order, lines: Sequence[Line]) -> list[float | None]:
    """What the stock says that a unit of each line costs, in the supplier's money; None where it is not known."""
    _, ensemble = cache.live(ws)
    supplier = next((each for each in sourcing.suppliers if each.key == order.supplier.casefold()), None)
    rate = 1.0 if supplier is None or supplier.currency is None else supplier.currency.rate
    costs = ordering.given_stock(ws, ensemble).table[state.UNIT_COST].to_numpy(dtype=float) / rate
    by_name = dict(zip(ensemble.panel.series[schema.UNIQUE_ID].astype(str), costs, strict=True))
    return [float(by_name[line.unique_id]) if np.isfinite(by_name[line.unique_id]) else None for line in lines]


def _has(order: Order, names: Mapping[str, float]) -> bool:
    return any(line.unique_id in names and line.quantity for line in order.lines)


def _without(other: Order, names: Mapping[str, float], change: Event) -> Event:
    """Another proposal without what goes into this order; raises InputError where a person wants it there."""
    for line in other.lines:
        if line.unique_id in names and line.quantity and (line.reason or other.state == "approved"):
            name, whom = " ".join(line.key.values()) or line.unique_id, other.supplier or "no supplier"
            raise InputError(f"{name} is in order {other.id} to {whom}, where a person wants it. Take it out there first.")
    lines = tuple(line for line in other.lines if line.unique_id not in names)
    return Event(kind="proposed", order=other.id, when=change.when, by=change.by, proposal=replace(other, lines=lines))
