"""Orders to suppliers: approved, changed, placed, received, cancelled and listed; each step by whom and when, and none twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final, get_args

from forecasting.core.errors import InputError
from forecasting.inventory.book import delivery_note, records
from forecasting.inventory.book.events import Book, Event, Kind
from forecasting.inventory.book.order import Line, Order, State
from forecasting.inventory.suppliers.ordering_days import round_at
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.services import added_lines, order_book, shop_clock, suppliers
from forecasting.services.reading import FileTable
from forecasting.storage.workspace import Workspace

STATES: Final[tuple[str, ...]] = get_args(State)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to be done with an order.

    Args:
        by: Who.
        key: What makes a second sending of the same wish recognisable; empty for none.
        quantities: Series -> units; empty for all that the wish is about.
        reason: Why, for a change or a cancellation.
        day: The day on which a delivery came, or on which the order is due; None for today, or for the day that was proposed.
    """

    by: str
    key: str = ""
    quantities: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""
    day: date | None = None


def listed(ws: Workspace, state: str | None = None, supplier: str | None = None) -> list[Order]:
    """The orders in a state, of a supplier, in the order in which they were first proposed; raises InputError and OrdersDamaged.

    Proposals that came to nothing are left out.
    """
    if state is not None and state not in STATES:
        raise InputError(f"An order is one of {', '.join(STATES)}, not {state[:80]!r}.")
    orders = order_book.book(ws).orders.values()
    chosen = (each for each in orders if each.lines and state in (None, each.state))
    return [each for each in chosen if supplier is None or each.supplier.casefold() == supplier.strip().casefold()]


def order(ws: Workspace, identity: str) -> Order:
    """One order; raises NotFound and OrdersDamaged."""
    return order_book.book(ws).order(identity)


def change(ws: Workspace, identity: str, wish: Wish) -> Order:
    """Orders other quantities of the series that the wish names; they stay whatever is recommended later. Raises as `place`.

    A series that the order has no line of is added to it; one that was added, or is not recommended any more, leaves it with 0 units.

    Raises:
        InputError: Another supplier delivers a series that is to be added, an order that was approved has it, or no forecast knows it; too.
    """
    if not wish.reason.strip():
        raise InputError("Say why another quantity is ordered: the reason stays beside it.")

    def events_after(book: Book) -> list[Event]:
        said = {"when": _now(), "by": wish.by, "key": wish.key, "reason": wish.reason}
        before, known = book.order(identity), next((kind for kind in ("added", "changed") if book.of_key(kind, wish.key)), None)
        if known is not None:
            return [Event(kind=known, order=identity, **said)]  # type: ignore[arg-type]
        return added_lines.events(ws, book, before, Event(kind="changed", order=identity, quantities=wish.quantities, **said))  # type: ignore[arg-type]

    return order_book.write(ws, events_after).order(identity)


def restore(ws: Workspace, identity: str, series: Iterable[str], by: str) -> Order:
    """Orders what is recommended of these series again, now and whenever they are proposed anew. Raises as `place`."""
    wish = Wish(by=by, quantities=dict.fromkeys(series, 0.0))
    return _written(ws, identity, "restored", lambda _: wish)


def approve(ws: Workspace, identity: str, wish: Wish) -> Order:
    """Approves a proposal: it is not proposed anew from then on. Raises as `place`."""
    return _written(ws, identity, "approved", lambda before: _keyed(wish, f"approve {before.id}"))


def place(ws: Workspace, identity: str, wish: Wish) -> Order:
    """Books that an order was sent: from then on its units are on order. Once only, however often this is called.

    Without a key, the version, the supplier and the order day are the key.

    Args:
        ws: Where.
        identity: Its id.
        wish: Who, and the day on which it is due, if the supplier says another one.

    Raises:
        NotFound: There is no such order.
        InputError: It is not to be placed in its state, has no units, or the key was used for another order; nothing was changed.
        TryAgain: Somebody else writes into the book for too long; nothing was changed.
        OrdersDamaged: The book cannot be read; nothing was changed.
    """
    now = shop_clock.in_shop(ws, _now())
    if wish.day is not None and wish.day < now.date():
        raise InputError(f"An order that is placed on {now.date()} is not due on {wish.day}, before that. Write the day on which it comes.")

    def of(before: Order) -> Wish:
        wanted = replace(wish, day=wish.day or _due(ws, before, now))
        return _keyed(wanted, f"{before.version}/{before.supplier.casefold()}/{before.order_date}")

    return _written(ws, identity, "placed", of)


def receive(ws: Workspace, identity: str, wish: Wish) -> Order:
    """Books what came of an order: it is on the shelf from then on, and no longer on order. Raises as `place`.

    Without quantities, all that is still to come has come. More than was ordered may come.
    """
    zone, today = shop_clock.in_shop(ws, _now()).tzinfo, shop_clock.in_shop(ws, _now()).date()
    day = wish.day or today

    def of(before: Order) -> Wish:
        if day > today:
            raise InputError(f"A delivery cannot have come on {day}, which is still ahead. Write the day on which it came.")
        placed = None if before.placed_at is None else before.placed_at.astimezone(zone).date()
        if placed is not None and day < placed:
            raise InputError(f"Order {before.id} was placed on {placed} and cannot have come on {day}, before that.")
        units = wish.quantities or {line.unique_id: line.outstanding for line in before.lines if line.outstanding}
        return replace(wish, quantities=units, day=day)

    return _written(ws, identity, "received", of)


def postpone(ws: Workspace, identity: str, wish: Wish) -> Order:
    """Books that what is still to come of an order comes on another day, which the wish says. Raises as `place`.

    Its supplier's lateness stays counted from the day that was promised when the order was sent.
    """
    now = today(ws)
    if wish.day is None or wish.day < now:
        raise InputError(f"Say on which day the rest comes: {now} or later{'' if wish.day is None else f', not {wish.day}'}.")
    return _written(ws, identity, "postponed", lambda _: wish)


def cancel(ws: Workspace, identity: str, wish: Wish) -> Order:
    """Cancels an order, or what is still to come of one that was placed, or so many units of it. Raises as `place`."""
    day = shop_clock.in_shop(ws, _now()).date()
    return _written(ws, identity, "cancelled", lambda _: replace(wish, day=day))


def undo(ws: Workspace, identity: str, wish: Wish) -> Order:
    """Takes back what was done last with an order: a delivery, new date, cancellation, approval or changed quantity. Raises as `place`.

    The record keeps both. An order that was sent stays sent.
    """
    return _written(ws, identity, "undone", lambda _: wish)


def units_of(order: Order, rows: Iterable[tuple[Mapping[str, str], float]], others: Sequence[Line] = ()) -> dict[str, float]:
    """Series -> units, from key columns and units; rows of one line add up.

    Args:
        order: The order.
        rows: The key columns of each line, and its units.
        others: Lines that it does not have, and that may be meant, too.

    Raises:
        InputError: A row fits no line, or several.
    """
    units: dict[str, float] = {}
    for keys, amount in rows:
        line = _line(order, {name: text for name, text in keys.items() if text}, others)
        units[line.unique_id] = units.get(line.unique_id, 0.0) + amount
    return units


def wanted_of(ws: Workspace, order: Order, rows: Iterable[tuple[Mapping[str, str], float]]) -> dict[str, float]:
    """As `units_of`, for a change: rows may be of any series of the forecast, too."""
    listed = list(rows)
    try:
        return units_of(order, listed)
    except InputError:
        return units_of(order, listed, added_lines.others(ws, order))


def note_key(identity: str, content: bytes) -> str:
    """The key of a delivery note: the same file is booked for an order once, however often it is sent."""
    return f"{identity} note {sha256(content).hexdigest()[:16]}"


def delivered(order: Order, table: FileTable) -> dict[str, float]:
    """Series -> units that came of an order, from a delivery note; raises InputError."""
    return units_of(order, delivery_note.read(table.cells))


def facts(order: Order, sourcing: Sourcing, today: date) -> dict[str, Any]:
    """An order as plain values, for JSON: `value` in the shop's money, `supplier_value` in the supplier's; the keys of lines beside their units."""
    known = next((each for each in sourcing.suppliers if each.key == order.supplier.casefold()), None)
    money = None if known is None else known.currency
    plain = records.order_facts(order)
    lines = [{**line.pop("key"), **line} for line in plain["lines"]]
    values = {
        "value": order.value * (1.0 if money is None else money.rate),
        "supplier_value": order.value,
        "currency": None if money is None else money.code,
    }
    return plain | values | {"late": order.is_late(today), "units": order.units, "lines": lines}


def today(ws: Workspace) -> date:
    """This day, by the clock in the shop."""
    return shop_clock.in_shop(ws, _now()).date()


def _due(ws: Workspace, order: Order, now: datetime) -> date:
    """The day on which an order comes that is placed now: as proposed, or as its supplier delivers if its order day is over."""
    if order.order_date >= now.date():
        return order.due
    days = (order.due - order.order_date).days
    supplier = next((each for each in suppliers.sourcing(ws).suppliers if each.key == order.supplier.casefold()), None)
    return now.date() + timedelta(days=days) if supplier is None else round_at(supplier, now.replace(tzinfo=None), days).due


def _written(ws: Workspace, identity: str, kind: Kind, of: Callable[[Order], Wish]) -> Order:
    """The order after an event of a kind; `of` gives what is wished for the order as it is."""

    def events_after(book: Book) -> list[Event]:
        wish = of(book.order(identity))
        said = {"key": wish.key, "quantities": wish.quantities, "reason": wish.reason, "day": wish.day}
        return [Event(kind=kind, order=identity, when=_now(), by=wish.by, **said)]  # type: ignore[arg-type]

    return order_book.write(ws, events_after).order(identity)


def _keyed(wish: Wish, key: str) -> Wish:
    return replace(wish, key=wish.key or key)


def _line(order: Order, keys: Mapping[str, str], others: Sequence[Line]) -> Line:
    fits = [line for line in order.lines if keys and _fits(line, keys)] or [line for line in others if keys and _fits(line, keys)]
    if len(fits) == 1:
        return fits[0]
    said = ", ".join(keys.values())[:80] or "nothing"
    if fits:
        raise InputError(f"{said} fits {len(fits)} lines of order {order.id}. Name all of {', '.join(fits[0].key)}.")
    raise InputError(
        f"Order {order.id} has no line of {said}. Its lines are of {', '.join(' '.join(line.key.values()) for line in order.lines[:20])}."
    )


def _fits(line: Line, keys: Mapping[str, str]) -> bool:
    return all(line.key.get(name) == text for name, text in keys.items())


def _now() -> datetime:
    return datetime.now(UTC)
