"""What an order is after each kind of event, and why it may not be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal

from forecasting.core.errors import InputError
from forecasting.inventory.book import line_changes
from forecasting.inventory.book.order import ON_THE_WAY, OPEN, Movement, Order, State

if TYPE_CHECKING:
    from forecasting.inventory.book.events import Book, Event


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
    lines = [line_changes.with_own(line, own.pop(line.unique_id, None)) for line in event.proposal.lines]
    left = (replace(line, recommended=0.0, added=0.0, sold_by=None) for line in own.values())
    return replace(event.proposal, lines=(*lines, *left))


def _with_added(book: Book, event: Event) -> Order:
    """The order with lines that a person adds; one that was proposed meanwhile stays."""
    order = _in(book, event, OPEN, "nothing is added to it")
    there = {line.unique_id for line in order.lines}
    added = () if event.proposal is None else event.proposal.lines
    return order.with_lines((*order.lines, *(line for line in added if line.unique_id not in there)))


def _changed(book: Book, event: Event) -> Order:
    """The order of other quantities; a line that is not advised leaves it once nothing of it is ordered."""
    order, reason = _in(book, event, OPEN, "its quantities stay"), event.reason or "other"
    lines = line_changes.changed(order, event.quantities, lambda line, units: replace(line.of(units), reason=reason))
    left = {line.unique_id for line in order.lines if line.quantity and not line.recommended and event.quantities.get(line.unique_id) == 0}
    return order.with_lines(tuple(line for line in lines if line.unique_id not in left))


def _declined(book: Book, event: Event) -> Order:
    """The order of nothing of these series, with a line of each that says why, and stays whatever is advised later."""
    order, reason = _in(book, event, OPEN, "its quantities stay"), event.reason or "other"
    there = {line.unique_id for line in order.lines}
    new = () if event.proposal is None else (line for line in event.proposal.lines if line.unique_id not in there)
    lines = (*order.lines, *(line for line in new if line.unique_id in event.quantities))
    return order.with_lines(tuple(replace(line.of(0.0), reason=reason) if line.unique_id in event.quantities else line for line in lines))


def _restored(book: Book, event: Event) -> Order:
    """The order of what is advised: nothing, and no line, of what is not."""
    order = _in(book, event, OPEN, "its quantities stay")
    lines = line_changes.changed(order, event.quantities, lambda line, _: replace(line.of(line.recommended), reason=""))
    return order.with_lines(tuple(line for line in lines if line.recommended or line.unique_id not in event.quantities))


def _approved(book: Book, event: Event) -> Order:
    return replace(_in(book, event, frozenset({"proposed"}), "it cannot be approved"), state="approved")


def _placed(book: Book, event: Event) -> Order:
    order = _in(book, event, OPEN, "it is not placed a second time")
    if not order.units:
        raise InputError(f"Order {order.id} has no units: there is nothing to place.")
    due = event.day or order.due
    return replace(order, state="placed", placed_at=event.when, placed_by=event.by, due=due, promised=due)


def _postponed(book: Book, event: Event) -> Order:
    """The order due on another day; the day that was promised when it was sent stays what its lateness is counted from."""
    order = _in(book, event, ON_THE_WAY, "nothing is still to come of it")
    if event.day is None:
        raise InputError(f"Say on which day the rest of order {order.id} comes.")
    return replace(order, due=event.day)


def _received(book: Book, event: Event) -> Order:
    order = _in(book, event, ON_THE_WAY, "nothing can be received for it")
    return _moved(order, "received", event).with_lines(line_changes.changed(order, event.quantities, line_changes.with_units))


def _moved(order: Order, kind: Literal["received", "cancelled"], event: Event) -> Order:
    """The order with one more movement, if anything moved."""
    units = {name: amount for name, amount in event.quantities.items() if amount}
    movement = Movement(kind=kind, when=event.when, day=event.day or event.when.date(), quantities=units)
    return replace(order, movements=(*order.movements, movement)) if units else order


def _cancelled(book: Book, event: Event) -> Order:
    order = _in(book, event, OPEN | ON_THE_WAY, "it cannot be cancelled")
    if order.state in OPEN:
        return replace(order, state="cancelled", lines=tuple(replace(line, cancelled=line.quantity) for line in order.lines))
    wanted = event.quantities or {line.unique_id: line.outstanding for line in order.lines}
    lines = line_changes.changed(order, wanted, lambda line, units: replace(line, cancelled=line.cancelled + min(units, line.outstanding)))
    gone = {after.unique_id: after.cancelled - line.cancelled for line, after in zip(order.lines, lines, strict=True)}
    return _moved(order, "cancelled", replace(event, quantities=gone)).with_lines(lines)


def _undone(book: Book, event: Event) -> Order:
    """The order before the last step: a quantity that was changed is again what it was, or what is advised by now."""
    order = book.order(event.order)
    if not book.steps.get(order.id):
        sent = " An order that was sent by mistake can be cancelled." if order.state == "placed" else ""
        raise InputError(f"Nothing was done with order {order.id} that can be taken back.{sent}")
    step, before = book.steps[order.id][-1]
    if step.kind in ("added", "changed", "declined", "restored"):
        return order.with_lines(line_changes.before_step(order.lines, before.lines, step.quantities))
    if step.kind == "approved":
        return replace(order, state=before.state)
    other = next((each for each in book.of_supplier(order.supplier) if each.id != order.id and each.state in OPEN and each.lines), None)
    if before.state in OPEN and other is not None:
        raise InputError(f"Order {other.id} to {order.supplier or 'no supplier'} was proposed since. Cancel that one first, or order from it.")
    return before


def _in(book: Book, event: Event, states: frozenset[State], otherwise: str) -> Order:
    order = book.order(event.order)
    if order.state not in states:
        raise InputError(f"Order {order.id} is {_said(order.state)}: {otherwise}.")
    return order


def _said(state: State) -> str:
    return state.replace("_", " ")


AFTER: Final[Mapping[str, Callable[[Book, Event], Order]]] = {
    "proposed": _proposed,
    "added": _with_added,
    "changed": _changed,
    "declined": _declined,
    "restored": _restored,
    "approved": _approved,
    "placed": _placed,
    "postponed": _postponed,
    "received": _received,
    "cancelled": _cancelled,
    "undone": _undone,
}
"""Kind of an event -> the order after it, by the book as it was before; each raises NotFound or InputError."""
