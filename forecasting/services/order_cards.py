"""What to order from whom, by when, for how much: a card for each supplier, earliest deadline first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from threading import Condition
from typing import Final, NamedTuple

from cachetools import LRUCache, cached

from forecasting.core import caches
from forecasting.core.errors import DiskFull, NotWritable, StorageUnavailable, TryAgain
from forecasting.inventory.book.events import Book
from forecasting.inventory.book.order import ON_THE_WAY, Order
from forecasting.inventory.proposals import turns
from forecasting.inventory.proposals.left_out import LeftOut
from forecasting.inventory.proposals.turns import Turn
from forecasting.inventory.suppliers.supplier import Supplier
from forecasting.services import order_book, order_fill, order_proposals, ordering, shop_clock, suppliers, turn_proposals, versions
from forecasting.services.order_fill import FillUp, Lacks
from forecasting.services.turn_proposals import Proposals, TurnProposal
from forecasting.storage.workspace import Workspace

REFUSALS: Final = (DiskFull, NotWritable, StorageUnavailable, TryAgain)
"""Why proposals cannot be written, although they can be read."""
END_OF_DAY: Final = time(23, 59, 59)

_State = tuple[int | None, int, int, tuple[int, int, int] | None, datetime]


@dataclass(frozen=True, eq=False, kw_only=True)
class SupplierCard:
    """A supplier's next order, and what is on the way from there.

    Args:
        turn: Who, in which round, and the series.
        order: What is proposed or approved, with lines; without an id where it could not be written; None where nothing is to be ordered.
        coming: Orders that were sent and are not all there, by their due day.
        fill: What would bring the order to the minimum or to free delivery; None where nothing does, or nothing needs to.
        missed: The order day whose deadline has just passed without an order, if today was one; None otherwise.
        runs_out: Series of the order whose shelf is expected to be empty before it comes.
        today: The day on which all this holds.
        lacks: What the order lacks of the supplier's minimum.
        sent_today: The order that was sent today last; None if none was.
    """

    turn: Turn
    order: Order | None
    coming: tuple[Order, ...]
    fill: FillUp | None
    missed: date | None
    runs_out: frozenset[str]
    today: date
    lacks: Lacks
    sent_today: Order | None = None

    @property
    def done_today(self) -> Order | None:
        """The order that was sent today, where the next one is for a later day: nothing more is to be done there today."""
        is_due = self.order is not None and self.deadline.date() <= self.today
        return None if is_due else self.sent_today

    @property
    def to_send(self) -> Order | None:
        """What is to be ordered from a supplier that is not done with today; None where there is none."""
        return self.order if self.supplier is not None and self.done_today is None else None

    @property
    def supplier(self) -> Supplier | None:
        """Who delivers; None for the series that nobody is known to deliver."""
        return self.turn.supplier

    @property
    def deadline(self) -> datetime:
        """Until when the order has to be sent, by the clock in the shop."""
        day = self.turn.round.order_day if self.order is None else self.order.order_date
        cut_off = None if self.supplier is None else self.supplier.cut_off
        return datetime.combine(day, cut_off or END_OF_DAY)

    @property
    def value(self) -> float:
        """Money of the shop for what is to be ordered, as far as its cost is known."""
        return 0.0 if self.order is None else self.order.value * self.turn.rate

    @property
    def is_priced(self) -> bool:
        """Whether the cost of everything to be ordered is known."""
        return self.order is not None and all(line.unit_cost is not None for line in self.order.lines)

    @property
    def freight(self) -> float:
        """Money of the supplier that the delivery costs."""
        return 0.0 if self.order is None or self.supplier is None else self.supplier.freight.of(self.order.value)

    @property
    def below_free(self) -> float:
        """Money of the supplier that the order lacks to be delivered free; 0 where it is, or never will be."""
        free_from = None if self.supplier is None else self.supplier.freight.free_from
        return 0.0 if self.order is None or free_from is None or not self.freight else free_from - self.order.value


class ToOrder(NamedTuple):
    """What to order.

    Args:
        cards: One a supplier that delivers anything, earliest deadline first, those without an order last; then that of nobody.
        proposals: What they follow from.
        refusal: Why what is shown could not be written into the order book; empty where it was.
    """

    cards: tuple[SupplierCard, ...]
    proposals: Proposals
    refusal: str

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """Shelves that nothing is proposed for although they are still sold, and why."""
        return self.proposals.left_out


def to_order(ws: Workspace, by: str, moment: datetime | None = None) -> ToOrder:
    """What to order from each supplier; proposals in the book are brought up to date, once for each minute and change.

    Args:
        ws: Where.
        by: Who looks.
        moment: Now, with its zone; None for the clock on the wall.

    Raises:
        NothingPublished: There is no forecast yet.
        InputError: The forecast does not reach as far.
        OrdersDamaged, StateDamaged, StockDamaged: What was saved cannot be read.
    """
    when = _minute(moment)
    refusal = ""
    try:
        _proposed(ws, _state(ws, when), by, when)
    except REFUSALS as error:
        refusal = str(error)
    return _to_order(ws, _state(ws, when), when, refusal, is_written=not refusal)


def seen(ws: Workspace, moment: datetime | None = None) -> ToOrder:
    """What to order, as `to_order` gives it, for who only looks: nothing is written into the book. Raises what that raises."""
    when = _minute(moment)
    return _to_order(ws, _state(ws, when), when, "", is_written=False)


def _minute(moment: datetime | None) -> datetime:
    return (datetime.now(UTC) if moment is None else moment).replace(second=0, microsecond=0)


def _state(ws: Workspace, when: datetime) -> _State:
    """What the cards of a minute follow from."""
    return versions.serving(ws).version, ordering.stock_number(ws), suppliers.number(ws), order_book.stamp(ws), when


@cached(LRUCache(4), key=lambda ws, state, *_: (ws, state), condition=Condition())
def _proposed(ws: Workspace, state: _State, by: str, when: datetime) -> None:  # noqa: ARG001
    order_proposals.propose(ws, by, moment=when)


@caches.of_live
@cached(LRUCache(4), condition=Condition())
def _to_order(ws: Workspace, state: _State, when: datetime, refusal: str, *, is_written: bool) -> ToOrder:  # noqa: ARG001
    proposals, book, now = turn_proposals.proposed(ws, when), order_book.book(ws), shop_clock.in_shop(ws, when)
    cards = []
    for each in proposals.listed:
        order = turns.open_order(book, each.turn.name) or (None if is_written else each.order)
        cards.append(_card(proposals, each, order, book, now=now))
    shown = [each for each in cards if each.supplier is not None or each.order is not None]
    return ToOrder(_in_order(shown), proposals, refusal)


def _card(proposals: Proposals, proposed: TurnProposal, order: Order | None, book: Book, *, now: datetime) -> SupplierCard:
    turn, theirs = proposed.turn, book.of_supplier(proposed.turn.name)
    missed = None if any(each.placed_at is not None and each.order_date == turn.round.missed for each in theirs) else turn.round.missed
    coming = sorted((each for each in theirs if each.state in ON_THE_WAY), key=lambda each: (each.due, each.id))
    shown = order if order is not None and order.lines else None
    empty = frozenset() if shown is None else proposed.runs_out & {line.unique_id for line in shown.lines}
    short = Lacks() if shown is None else order_fill.lacks(turn, shown, proposals.ensemble.panel.unique_ids)
    aim = None if shown is None else order_fill.aim(turn, shown, short)
    fill = None if shown is None or aim is None else order_fill.fill_up(proposals.needs(turn), turn, shown, aim, today=proposals.day)
    sent = [each for each in theirs if each.placed_at is not None and each.placed_at.astimezone(now.tzinfo).date() == now.date()]
    return SupplierCard(
        turn=turn,
        order=shown,
        coming=tuple(coming),
        fill=fill,
        missed=missed,
        runs_out=empty,
        today=now.date(),
        lacks=short,
        sent_today=max(sent, key=lambda each: (each.placed_at, each.id), default=None),
    )


def _in_order(cards: Sequence[SupplierCard]) -> tuple[SupplierCard, ...]:
    def place(card: SupplierCard) -> tuple[bool, bool, bool, datetime, str]:
        return card.supplier is None, card.order is None, card.done_today is not None, card.deadline, card.turn.name.casefold()

    return tuple(sorted(cards, key=place))
