"""The terms of the suppliers at a moment, as every recommendation has them: whose turn it is, and stock with their days, packs and costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from threading import Condition
from weakref import ref

from cachetools import LRUCache, cached

from forecasting.core import caches
from forecasting.core.panel import Panel
from forecasting.inventory.book.events import Book
from forecasting.inventory.policy import Policy
from forecasting.inventory.proposals import turns
from forecasting.inventory.proposals.turns import Turns
from forecasting.inventory.stock.state import GivenStock
from forecasting.inventory.suppliers.ordering_days import Round
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.services import order_book, ordering, shop_clock, suppliers
from forecasting.storage.workspace import Workspace
from forecasting.training.ensemble import Ensemble


@dataclass(frozen=True, kw_only=True)
class SupplierTerms:
    """What suppliers ask for at a moment; equal where the same follows from them.

    Args:
        ws: Whose suppliers.
        number: Of the state of the suppliers.
        moves: How often something of the order book moved.
        today: The day in the shop.
        policy: How the shop orders what has no terms of its own.
        rounds: The next round of each supplier; None for one that is closed for as long as anybody plans.
        sourcing: Who delivers what.
        book: All orders.
        moment: Now, by the clock in the shop.
    """

    ws: Workspace
    number: int
    moves: int
    today: date
    policy: Policy
    rounds: tuple[Round | None, ...]
    sourcing: Sourcing = field(compare=False, repr=False)
    book: Book = field(compare=False, repr=False)
    moment: datetime = field(compare=False)

    def turns(self, panel: Panel) -> Turns:
        """Each supplier's next order, and that of nobody."""
        return _turns(self, panel)

    def day(self, ensemble: Ensemble) -> date:
        """The day from which lead times count."""
        return ordering.order_origin(ensemble, self.policy, self.today)

    def applied(self, given: GivenStock, ensemble: Ensemble) -> GivenStock:
        """The stock with these terms; as it was where nobody named a supplier, or one is closed for as long as anybody plans."""
        return turns.with_terms(given, self.turns(ensemble.panel).listed, self.day(ensemble)) if self.sourcing.suppliers else given


def terms(ws: Workspace, policy: Policy, moment: datetime | None = None) -> SupplierTerms:
    """The terms of all suppliers.

    Args:
        ws: Where.
        policy: How the shop orders; its start is the first day of the recommendation.
        moment: Now, with its zone; None for the clock on the wall.

    Raises:
        StateDamaged, OrdersDamaged: What was saved cannot be read.
    """
    (stated, sourcing), book = suppliers.state(ws), order_book.book(ws)
    now = shop_clock.in_shop(ws, datetime.now(UTC) if moment is None else moment).replace(tzinfo=None)
    return SupplierTerms(
        ws=ws,
        number=stated.number,
        moves=book.moves,
        today=now.date(),
        policy=policy,
        rounds=turns.rounds(sourcing, book, policy, now),
        sourcing=sourcing,
        book=book,
        moment=now,
    )


def with_terms(ws: Workspace, given: GivenStock, ensemble: Ensemble, policy: Policy) -> GivenStock:
    """A stock with the terms that suppliers have now; raises as `terms`."""
    return terms(ws, policy).applied(given, ensemble)


def forget() -> None:
    """Keeps nothing any more."""
    _turns.cache_clear()


@caches.of_live
@cached(LRUCache(4), key=lambda terms, panel: (terms, ref(panel)), condition=Condition())
def _turns(terms: SupplierTerms, panel: Panel) -> Turns:
    return turns.turns(terms.sourcing, terms.book, panel, terms.policy, terms.moment)
