"""Quantities that a person chose instead of recommended ones, of any shelf: each is a line, with its reason, of an order that was not sent yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from forecasting.core.errors import InputError
from forecasting.inventory.book.events import Book, Event
from forecasting.inventory.book.order import OPEN, Line, Order
from forecasting.inventory.proposals import turns
from forecasting.services import added_lines, order_book, order_cards, order_proposals, orders, turn_proposals
from forecasting.services.orders import Wish
from forecasting.storage.workspace import Workspace


def lines(ws: Workspace) -> dict[str, Line]:
    """Series -> its line with the quantity that a person chose, and why, in an order that was not sent yet; raises OrdersDamaged."""
    return {line.unique_id: line for order in _open(order_book.book(ws)) for line in order.lines if line.reason}


def quantities(ws: Workspace) -> dict[str, float]:
    """Series -> units that a person chose, in an order that was not sent yet; raises OrdersDamaged."""
    return {name: line.quantity for name, line in lines(ws).items()}


def change(ws: Workspace, wish: Wish) -> None:
    """Orders other quantities of the series that the wish names, in the order to whoever delivers each; nobody is a supplier as any other.

    A series goes into the open order that has it, else into the open order to its supplier, which is proposed where there is none. 0 units are kept,
    too: nothing of that series is ordered, whatever is recommended later, until it is restored.

    Raises:
        InputError: There is no reason, units are below 0, no forecast knows a series, or its supplier is closed for as long as anybody plans.
        NothingPublished, OrdersDamaged, StateDamaged, StockDamaged, TryAgain: As `order_proposals.propose` raises them.
    """
    if not wish.reason.strip():
        raise InputError("Say why another quantity is ordered: the reason stays beside it.")
    for identity, units in _by_order(ws, wish).items():
        wanted = {name: amount for name, amount in units.items() if amount}
        if wanted:
            orders.change(ws, identity, replace(wish, quantities=wanted))
        if len(wanted) < len(units):
            order_book.write(ws, partial(_declined, ws, identity, units.keys() - wanted, wish))


def restore(ws: Workspace, series: Iterable[str], by: str) -> None:
    """Orders what is recommended of these series again, where a person chose another quantity. Raises as `orders.restore`."""
    names = set(series)
    for order in _open(order_book.book(ws)):
        theirs = [line.unique_id for line in order.lines if line.reason and line.unique_id in names]
        if theirs:
            orders.restore(ws, order.id, theirs, by)


def refresh(ws: Workspace, by: str) -> None:
    """Brings open proposals up to date, once a minute and change; nothing where there are none. Raises as `order_cards.to_order`."""
    if any(order.lines for order in _open(order_book.book(ws))):
        order_cards.to_order(ws, by)


def _open(book: Book) -> list[Order]:
    return [order for order in book.orders.values() if order.state in OPEN]


def _by_order(ws: Workspace, wish: Wish) -> dict[str, dict[str, float]]:
    """Id of an open order -> units of the series of the wish that belong there."""
    there = {line.unique_id: order.id for order in _open(order_book.book(ws)) for line in order.lines if line.quantity or line.reason}
    absent = [name for name in wish.quantities if name not in there]
    ids = there | (_of_suppliers(ws, absent, wish.by) if absent else {})
    chosen: dict[str, dict[str, float]] = {}
    for name, units in wish.quantities.items():
        chosen.setdefault(ids[name], {})[name] = units
    return chosen


def _of_suppliers(ws: Workspace, series: Sequence[str], by: str) -> dict[str, str]:
    """Series -> id of the open order to whoever delivers it; one is begun where there is none."""
    order_proposals.propose(ws, by)
    now = datetime.now(UTC)
    proposals = turn_proposals.proposed(ws, now)
    names = proposals.ensemble.panel.unique_ids
    proposed = {str(names[row]): each.order for each in proposals.listed for row in each.turn.rows}
    for name in series:
        if name not in proposed:
            closed = " ".join(each.text for each in proposals.closed)
            raise InputError(f"Nothing can be ordered of {name[:80]!r}: the forecast does not know it, or its supplier is closed. {closed}".strip())
    wanted = {proposed[name].supplier.casefold(): proposed[name] for name in series}
    book = order_book.write(ws, partial(_begun, wanted, now, by))
    opened = {key: turns.open_order(book, order.supplier) for key, order in wanted.items()}
    return {name: order.id for name in series if (order := opened[proposed[name].supplier.casefold()]) is not None}


def _begun(wanted: Mapping[str, Order], when: datetime, by: str, book: Book) -> list[Event]:
    """Proposals without lines to those suppliers that have no open order."""
    missing = [order for order in wanted.values() if turns.open_order(book, order.supplier) is None]
    begun = [replace(order, id=f"{book.last + number:04d}", lines=()) for number, order in enumerate(missing, start=1)]
    return [Event(kind="proposed", order=order.id, when=when, by=by, proposal=order) for order in begun]


def _declined(ws: Workspace, identity: str, series: Set[str], wish: Wish, book: Book) -> list[Event]:
    """Nothing of these series is ordered: each stays as a line of no units, with the reason."""
    order = book.order(identity)
    lines = added_lines.without_units(ws, order, sorted(series - {line.unique_id for line in order.lines}), wish.reason)
    said = {"when": datetime.now(UTC), "by": wish.by, "reason": wish.reason, "quantities": dict.fromkeys(sorted(series), 0.0)}
    return [Event(kind="declined", order=identity, proposal=replace(order, state="proposed", lines=tuple(lines)), **said)]  # type: ignore[arg-type]
