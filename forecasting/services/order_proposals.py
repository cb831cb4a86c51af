"""What to order from each supplier, as proposals in the order book."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Final, NamedTuple

from forecasting.core.errors import ChangedMeanwhile, TryAgain
from forecasting.inventory.book.events import Book, Event
from forecasting.inventory.book.order import Order
from forecasting.inventory.proposals import exclusive, turns
from forecasting.inventory.proposals.left_out import LeftOut
from forecasting.services import order_book, suppliers, turn_proposals
from forecasting.storage.workspace import Workspace

ATTEMPTS: Final = 3
"""How often a proposal is computed again because something was placed or came meanwhile."""


class _Asked(NamedTuple):
    """A question for proposals.

    Args:
        when: In UTC.
        by: Who asked.
        whole: Whether all suppliers were asked about.
    """

    when: datetime
    by: str
    whole: bool


def left_out(ws: Workspace, *, supplier: str | None = None, moment: datetime | None = None) -> tuple[LeftOut, ...]:
    """Shelves that are in no proposal, and why: those of suppliers that are closed for as long as anybody plans, and those without a recommendation.

    Args:
        ws: Where.
        supplier: The only supplier that is asked about; None for all.
        moment: Now, with its zone; None for the clock on the wall.

    Raises:
        As `propose`, but for TryAgain.
    """
    when = datetime.now(UTC) if moment is None else moment
    return turn_proposals.proposed(ws, when, _key_of(ws, supplier)).left_out


def propose(ws: Workspace, by: str, *, supplier: str | None = None, moment: datetime | None = None) -> list[Order]:
    """What to order from each supplier in its next round, as proposals in the book.

    A proposal that was not sent yet is brought up to date, and moves on to the next order day once its own is over; quantities that a person
    changed stay. An approved order stays as it is, and its supplier gets no other one until that is placed or cancelled.

    Args:
        ws: Where.
        by: Who asks.
        supplier: The only supplier that is asked about; None for all, and for the series that nobody is known to deliver.
        moment: Now, with its zone; None for the clock on the wall.

    Returns:
        The open orders of these suppliers that have lines, by their order day.

    Raises:
        NotFound: There is no such supplier.
        InputError: The only supplier is closed for as long as anybody plans.
        NothingPublished: There is no forecast yet.
        OrdersDamaged, StateDamaged, StockDamaged: What was saved cannot be read; nothing was proposed.
        TryAgain: Somebody else changes the book for too long; nothing was proposed.
    """
    when = datetime.now(UTC) if moment is None else moment
    only = _key_of(ws, supplier)
    for _ in range(ATTEMPTS):
        moves = order_book.moves(ws)
        proposals = [each.order for each in turn_proposals.proposed(ws, when, only).listed]
        try:
            book = order_book.write(ws, partial(_events, proposals, moves, _Asked(when.astimezone(UTC), by, whole=only is None)))
        except ChangedMeanwhile:
            continue
        orders = [turns.open_order(book, each.supplier) for each in proposals]
        return [each for each in orders if each is not None and each.lines]
    raise TryAgain("Orders are being placed or received all the time, so nothing was proposed. Try again in a moment.")


def _key_of(ws: Workspace, supplier: str | None) -> str | None:
    return None if supplier is None else suppliers.sourcing(ws).supplier(supplier).key


def _events(proposals: Sequence[Order], moves: int, asked: _Asked, book: Book) -> list[Event]:
    """What is to be written for the book as it is; raises ChangedMeanwhile if something moved since the proposals were computed."""
    if book.moves != moves:
        raise ChangedMeanwhile("Something was placed or came meanwhile.")
    proposed, number = [], book.last
    for each in exclusive.without_settled(proposals, book):
        before = turns.open_order(book, each.supplier)
        if before is None and each.lines:
            number += 1
            proposed.append(replace(each, id=f"{number:04d}"))
        elif before is not None and before.state == "proposed":
            proposed.append(replace(each, id=before.id))
    proposed += exclusive.given_up(proposals, book, whole=asked.whole)
    return [Event(kind="proposed", order=each.id, when=asked.when, by=asked.by, proposal=each) for each in proposed]
