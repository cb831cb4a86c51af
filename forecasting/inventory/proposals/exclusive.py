"""No product in two open orders: one that moves from a supplier to another is not ordered from both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from forecasting.inventory.book.events import Book
from forecasting.inventory.book.order import OPEN, Line, Order


def without_settled(proposals: Sequence[Order], book: Book) -> list[Order]:
    """The proposals without what a person approved, or chose a quantity for, in an open order to another supplier."""
    orders = [each for each in book.orders.values() if each.state in OPEN]
    by_series = {line.unique_id: order.supplier.casefold() for order in orders for line in order.lines if line.quantity and _is_settled(order, line)}
    return [
        replace(each, lines=tuple(line for line in each.lines if by_series.get(line.unique_id, each.supplier.casefold()) == each.supplier.casefold()))
        for each in proposals
    ]


def given_up(proposals: Sequence[Order], book: Book, *, whole: bool) -> list[Order]:
    """Earlier proposals to other suppliers, without what is theirs no longer.

    Args:
        proposals: What is proposed now.
        book: All orders.
        whole: Whether these are the proposals of all suppliers: then nothing is left of one whose supplier delivers nothing any more, but for the
            quantities that a person chose, which the book keeps.
    """
    now = {each.supplier.casefold() for each in proposals}
    taken = {line.unique_id for each in proposals for line in each.lines}
    others = [each for each in book.orders.values() if each.state == "proposed" and each.supplier.casefold() not in now]
    left = (replace(each, lines=() if whole else tuple(line for line in each.lines if line.unique_id not in taken)) for each in others)
    return [after for after, before in zip(left, others, strict=True) if len(after.lines) < len(before.lines)]


def _is_settled(order: Order, line: Line) -> bool:
    return order.state == "approved" or bool(line.reason)
