"""What to order from each supplier, as proposals in the order book."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from hashlib import sha256
from threading import Condition
from typing import Final, NamedTuple

import numpy as np
from cachetools import LRUCache, cached

from forecasting.core.errors import ChangedMeanwhile, InputError, TryAgain
from forecasting.inventory.book.events import Book, Event
from forecasting.inventory.book.order import Order
from forecasting.inventory.orders import counting
from forecasting.inventory.orders.counting import Counting
from forecasting.inventory.orders.recommend import Orders, recommend_orders
from forecasting.inventory.policy import Policy
from forecasting.inventory.proposals import exclusive, turns
from forecasting.inventory.proposals.left_out import LeftOut, by_reason
from forecasting.inventory.proposals.needs import needs
from forecasting.inventory.proposals.proposal import proposal
from forecasting.inventory.proposals.turns import Turn, Turns
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import Stock
from forecasting.inventory.suppliers.ordering_days import Round
from forecasting.services import cache, order_book, ordering, shop_clock, stock_counts, suppliers
from forecasting.storage.workspace import Workspace
from forecasting.training.ensemble import Ensemble

ATTEMPTS: Final = 3
"""How often a proposal is computed again because something was placed or came meanwhile."""
TURNS: Final = 512
"""Proposals that are kept as they were computed."""


class _Basis(NamedTuple):
    """What proposals follow from.

    Args:
        numbers: Of the version, the stock, the suppliers, the moves in the order book, and the version of the sales.
        today: The day on which they are computed.
        policy: How the shop orders.
        rounds: Each supplier, and its round.
    """

    numbers: tuple[int, int, int, int, int]
    today: date
    policy: Policy
    rounds: tuple[tuple[str, Round], ...]


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


class Recommended(NamedTuple):
    """What proposals are made of.

    Args:
        orders: The recommendation, with the terms of the suppliers, of all series of the turns.
        turns: Each supplier's next order, and that of nobody.
        proposals: One a turn, without an id; without lines where nothing is needed.
        day: The day from which days of sales are counted.
    """

    orders: Orders
    turns: tuple[Turn, ...]
    proposals: tuple[Order, ...]
    day: date


class _Proposed(NamedTuple):
    """The proposal of one turn, and the shelves that are not in it because nothing can be recommended."""

    order: Order
    left_out: tuple[LeftOut, ...]


def recommended(ws: Workspace, moment: datetime) -> Recommended | None:
    """What proposals follow from at a moment, which nobody changes; None where nobody can be ordered from. Raises as `propose`, writes nothing."""
    basis, (listed, _) = _asked(ws, None, moment)
    return _recommended(ws, basis, listed) if listed else None


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
    basis, (listed, closed) = _asked(ws, _key_of(ws, supplier), when)
    return (*closed, *(each for proposed in (_computed(ws, basis, listed) if listed else ()) for each in proposed.left_out))


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
        InputError: The only supplier is closed for as long as anybody plans, or the forecast does not reach as far.
        NothingPublished: There is no forecast yet.
        OrdersDamaged, StateDamaged, StockDamaged: What was saved cannot be read; nothing was proposed.
        TryAgain: Somebody else changes the book for too long; nothing was proposed.
    """
    when = datetime.now(UTC) if moment is None else moment
    only = _key_of(ws, supplier)
    for _ in range(ATTEMPTS):
        moves = order_book.moves(ws)
        basis, (listed, _) = _asked(ws, only, when)
        proposals = [each.order for each in _computed(ws, basis, listed)] if listed else []
        try:
            book = order_book.write(ws, partial(_events, proposals, moves, _Asked(when.astimezone(UTC), by, whole=only is None)))
        except ChangedMeanwhile:
            continue
        orders = [turns.open_order(book, each.supplier) for each in proposals]
        return [each for each in orders if each is not None and each.lines]
    raise TryAgain("Orders are being placed or received all the time, so nothing was proposed. Try again in a moment.")


def _key_of(ws: Workspace, supplier: str | None) -> str | None:
    return None if supplier is None else suppliers.sourcing(ws).supplier(supplier).key


def _asked(ws: Workspace, only: str | None, when: datetime) -> tuple[_Basis, Turns]:
    """What proposals to all suppliers, or to one, follow from, and whose turn it is; raises InputError where the only one is closed."""
    version, ensemble = cache.live(ws)
    saved, (stated, sourcing), book = cache.stock(ws), suppliers.state(ws), order_book.book(ws)
    policy, now = Policy(start=ordering.start(ensemble, saved, stock_counts.sales_to(ws))), shop_clock.in_shop(ws, when)
    listed, closed = turns.turns(sourcing, book, ensemble.panel, policy, now.replace(tzinfo=None))
    listed = tuple(each for each in listed if only in (None, each.name.casefold()))
    closed = tuple(each for each in closed if only in (None, each.supplier.casefold()))
    if only is not None and closed:
        raise InputError(closed[0].reason)
    numbers = (version, 0 if saved is None else saved.number, stated.number, book.moves, stock_counts.sales_version(ws))
    basis = _Basis(numbers, now.date(), policy, tuple((each.name, each.round) for each in listed))
    return basis, Turns(listed, closed)


@cached(LRUCache(2), key=lambda ws, basis, _: (ws, basis, id(cache.live(ws).ensemble)), condition=Condition())
def _recommended(ws: Workspace, basis: _Basis, listed: Sequence[Turn]) -> Recommended:
    """The whole recommendation behind the proposals, with its risks and its past check."""
    _, ensemble = cache.live(ws)
    day = ordering.order_origin(ensemble, cache.stock(ws), basis.policy, basis.today)
    given = turns.with_terms(ordering.given_stock(ws, ensemble), listed, day)
    orders = recommend_orders(ensemble, given, basis.policy, np.sort(np.concatenate([each.rows for each in listed])))
    return Recommended(orders, tuple(listed), tuple(each.order for each in _computed(ws, basis, listed)), day)


@cached(LRUCache(4), key=lambda ws, basis, _: (ws, basis, id(cache.live(ws).ensemble)), condition=Condition())
def _computed(ws: Workspace, basis: _Basis, listed: Sequence[Turn]) -> tuple[_Proposed, ...]:
    """The proposals of these turns, computed once for what they follow from."""
    version, ensemble = cache.live(ws)
    day = ordering.order_origin(ensemble, cache.stock(ws), basis.policy, basis.today)
    given = turns.with_terms(ordering.given_stock(ws, ensemble), listed, day)
    shelves = state.complete(given, basis.policy, ensemble.panel, ensemble.horizon)
    known = counting.counting(ensemble, given, np.arange(len(ensemble.panel)))
    return tuple(_of_turn(ws, _Cards(version, ensemble, basis.policy, day, known), each, shelves.select(each.rows)) for each in listed)


class _Cards(NamedTuple):
    """What all proposals of a moment share.

    Args:
        version: The forecast.
        ensemble: Its ensemble.
        policy: How the shop orders.
        day: The first day of the recommendation.
        known: Which shelves were counted.
    """

    version: int
    ensemble: Ensemble
    policy: Policy
    day: date
    known: Counting


def _key(ws: Workspace, cards: _Cards, turn: Turn, stock: Stock) -> tuple[object, ...]:
    counted, waiting, begun = cards.known
    arrays = (stock.table.to_numpy(), stock.lead, stock.review, stock.life, counted[turn.rows], waiting[turn.rows])
    return (
        ws,
        cards.version,
        id(cards.ensemble),
        cards.policy,
        cards.day,
        begun,
        turn.key,
        sha256(b"".join(each.tobytes() for each in arrays)).digest(),
    )


@cached(LRUCache(TURNS), key=_key, condition=Condition())
def _of_turn(ws: Workspace, cards: _Cards, turn: Turn, stock: Stock) -> _Proposed:  # noqa: ARG001
    """The proposal of one turn, computed once for what it follows from: what comes from one supplier does not change the others."""
    known = Counting(cards.known.counted[turn.rows], cards.known.waiting[turn.rows], cards.known.begun)
    needed = needs(cards.ensemble, cards.policy, stock, known, turn.rows)
    return _Proposed(proposal(needed, turn, version=cards.version, day=cards.day), by_reason(turn.name, needed.left_out))


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
