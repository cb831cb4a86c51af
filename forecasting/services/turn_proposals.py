"""What is proposed to each supplier in its turn, computed once for what it follows from; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from threading import Condition
from typing import Final, NamedTuple
from weakref import ref

import numpy as np
from cachetools import LRUCache, cached
from cachetools.keys import hashkey

from forecasting.core import caches
from forecasting.core.errors import InputError
from forecasting.inventory.book.order import Order
from forecasting.inventory.orders import counting
from forecasting.inventory.orders.counting import Counting
from forecasting.inventory.orders.recommend import Orders, recommend_orders
from forecasting.inventory.policy import Policy
from forecasting.inventory.proposals.left_out import LeftOut, by_reason
from forecasting.inventory.proposals.needs import Needs, needs
from forecasting.inventory.proposals.proposal import proposal
from forecasting.inventory.proposals.turns import Turn
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import GivenStock, Stock
from forecasting.services import cache, ordering, stock_counts, supplier_terms
from forecasting.services.supplier_terms import SupplierTerms
from forecasting.storage.workspace import Workspace
from forecasting.training.ensemble import Ensemble

TURNS: Final = 512
"""Proposals that are kept as they were computed."""
MAX_BYTES_OF_NEEDS: Final = 64 * 2**20
"""Memory for what the series of orders need."""


class TurnProposal(NamedTuple):
    """What is proposed to a supplier.

    Args:
        turn: Whose order.
        order: Without an id; without lines where nothing is needed.
        runs_out: Series of the turn whose shelf was counted, and is expected to be empty before the order comes.
        left_out: Shelves that are not in it because nothing can be recommended.
    """

    turn: Turn
    order: Order
    runs_out: frozenset[str]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class Proposals:
    """What is proposed at a moment.

    Args:
        version: The forecast.
        ensemble: Its ensemble.
        policy: How the shop orders.
        day: The first day of the recommendation.
        given: Stock of all series, with the terms of the suppliers.
        known: Which shelves were counted.
        listed: One a turn; none where nobody can be ordered from.
        closed: Suppliers that take no orders for as long as anybody plans, and their shelves.
    """

    version: int
    ensemble: Ensemble
    policy: Policy
    day: date
    given: GivenStock
    known: Counting
    listed: tuple[TurnProposal, ...]
    closed: tuple[LeftOut, ...]

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """Shelves that are in no proposal, and why: those of suppliers that are closed for good, and those without a recommendation."""
        return (*self.closed, *(each for proposed in self.listed for each in proposed.left_out))

    def needs(self, turn: Turn) -> Needs:
        """What the series of a turn need."""
        shelves = state.complete(self.given, self.policy, self.ensemble.panel, self.ensemble.horizon)
        return _needs(_Basis(self.version, self.ensemble, self.policy, self.day, self.known), turn, shelves.select(turn.rows))

    def orders(self, turn: Turn, order: Order) -> Orders:
        """The whole recommendation for the series of a turn and of its order, with risks and past check, computed once."""
        there = {line.unique_id for line in order.lines}
        added = [row for row, name in enumerate(self.ensemble.panel.unique_ids) if name in there]
        return _orders(self, np.union1d(turn.rows, np.array(added, dtype=int)))

    @property
    def counted(self) -> int:
        """Series that are still sold and whose shelf was counted."""
        return int((self.known.counted & ~self.ensemble.silent).sum())

    @property
    def to_count(self) -> int:
        """Series that are still sold."""
        return int((~self.ensemble.silent).sum())


def proposed(ws: Workspace, moment: datetime, only: str | None = None) -> Proposals:
    """What is proposed to all suppliers at a moment.

    Args:
        ws: Where.
        moment: Now, with its zone.
        only: The casefolded name of the only supplier that is asked about, empty for nobody; None for all.

    Raises:
        InputError: The only supplier is closed for as long as anybody plans.
        NothingPublished: There is no forecast yet.
        OrdersDamaged, StateDamaged, StockDamaged: What was saved cannot be read.
    """
    version, ensemble = cache.live(ws)
    saved = cache.stock(ws)
    policy = Policy(start=ordering.start(ensemble, saved, stock_counts.sales_to(ws)))
    terms = supplier_terms.terms(ws, policy, moment)
    numbers = (version, 0 if saved is None else saved.number, stock_counts.sales_version(ws))
    return _computed(_Asked(numbers, terms, only), ensemble)


class _Asked(NamedTuple):
    """What proposals follow from.

    Args:
        numbers: Of the version, the stock, and the version of the sales.
        terms: Of the suppliers, in their workspace.
        only: The casefolded name of the only supplier that is asked about; None for all.
    """

    numbers: tuple[int, int, int]
    terms: SupplierTerms
    only: str | None


@caches.of_live
@cached(LRUCache(4), key=lambda asked, ensemble: (asked, ref(ensemble)), condition=Condition())
def _computed(asked: _Asked, ensemble: Ensemble) -> Proposals:
    version, terms = asked.numbers[0], asked.terms
    given, day = terms.applied(ordering.given_stock(terms.ws, ensemble), ensemble), terms.day(ensemble)
    shelves = state.complete(given, terms.policy, ensemble.panel, ensemble.horizon)
    known = counting.counting(ensemble, given, np.arange(len(ensemble.panel)))
    every = terms.turns(ensemble.panel)
    listed = [each for each in every.listed if asked.only in (None, each.name.casefold())]
    closed = tuple(each for each in every.closed if asked.only in (None, each.supplier.casefold()))
    if asked.only is not None and closed:
        raise InputError(closed[0].reason)
    basis = _Basis(version, ensemble, terms.policy, day, known)
    made = tuple(_of_turn(basis, each, shelves.select(each.rows)) for each in listed)
    return Proposals(version=version, ensemble=ensemble, policy=terms.policy, day=day, given=given, known=known, listed=made, closed=closed)


class _Basis(NamedTuple):
    """What all proposals of a moment share: see `Proposals`."""

    version: int
    ensemble: Ensemble
    policy: Policy
    day: date
    known: Counting

    def of(self, turn: Turn) -> Counting:
        """Which of the turn's shelves were counted."""
        return Counting(self.known.counted[turn.rows], self.known.waiting[turn.rows], self.known.begun)


def _key(basis: _Basis, turn: Turn, stock: Stock) -> tuple[object, ...]:
    """What a turn's proposal follows from; of its thousands of terms the hash is worked out once."""
    counted, waiting, begun = basis.of(turn)
    arrays = (stock.table.to_numpy(), stock.lead, stock.review, stock.life, stock.receipts, counted, waiting)
    digest = sha256(b"".join(each.tobytes() for each in arrays)).digest()
    key: tuple[object, ...] = hashkey(basis.version, ref(basis.ensemble), basis.policy, basis.day, begun, turn.key, digest)
    return key


@caches.of_live
@cached(LRUCache(TURNS), key=_key, condition=Condition())
def _of_turn(basis: _Basis, turn: Turn, stock: Stock) -> TurnProposal:
    """The proposal of one turn, computed once for what it follows from: what comes from one supplier does not change the others."""
    needed = _needs(basis, turn, stock)
    names = basis.ensemble.panel.unique_ids
    empty = frozenset(str(names[row]) for row in turn.rows[needed.runs_out])
    return TurnProposal(turn, proposal(needed, turn, version=basis.version, day=basis.day), empty, by_reason(turn.name, needed.left_out))


@caches.of_live
@cached(LRUCache(MAX_BYTES_OF_NEEDS, getsizeof=lambda needed: needed.values.nbytes), key=_key, condition=Condition())
def _needs(basis: _Basis, turn: Turn, stock: Stock) -> Needs:
    return needs(basis.ensemble, basis.policy, stock, basis.of(turn), turn.rows)


@caches.of_live
@cached(LRUCache(4), key=lambda proposals, rows: (ref(proposals), rows.tobytes()), condition=Condition())
def _orders(proposals: Proposals, rows: np.ndarray) -> Orders:
    return recommend_orders(proposals.ensemble, proposals.given, proposals.policy, rows)
