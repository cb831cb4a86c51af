"""Which series are ordered from whom, in which round, and the terms that follow from that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import numpy as np

from forecasting.core.errors import InputError
from forecasting.core.panel import Panel
from forecasting.inventory.book import deliveries
from forecasting.inventory.book.events import Book
from forecasting.inventory.book.order import OPEN, Order
from forecasting.inventory.policy import Policy
from forecasting.inventory.proposals.left_out import LeftOut, by_reason
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import GivenStock
from forecasting.inventory.suppliers.ordering_days import Round, round_at
from forecasting.inventory.suppliers.source import RANKS, Source, keys_of, sources_of
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.inventory.suppliers.supplier import EVERY_DAY, MAX_LEAD_TIME_DAYS, Supplier

NOBODY = ""
"""The supplier of series that nobody is known to deliver."""


@dataclass(frozen=True, eq=False)
class Turn:
    """A supplier's next order.

    Args:
        supplier: Who delivers; None for the series that nobody is known to deliver.
        round: The order day, and the one after it.
        rows: Positions of its series in the panel, ascending.
        sources: Their terms at this supplier, in the order of `rows`; None for those of nobody.
        delays: Days by which earlier deliveries came late, in order of time; none where too few came.
        instead_of: Suppliers that are closed, for which this one stands in with some of the products.
    """

    supplier: Supplier | None
    round: Round
    rows: np.ndarray
    sources: tuple[Source | None, ...]
    delays: tuple[int, ...] = ()
    instead_of: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[object, ...]:
        """All that it consists of, to look up what follows from it."""
        return self.supplier, self.round, self.rows.tobytes(), self.sources, self.delays, self.instead_of

    @property
    def name(self) -> str:
        """The supplier's name; empty for nobody."""
        return NOBODY if self.supplier is None else self.supplier.name

    @property
    def rate(self) -> float:
        """Money of the shop for one unit of the supplier's money."""
        return 1.0 if self.supplier is None or self.supplier.currency is None else self.supplier.currency.rate


class Turns(NamedTuple):
    """Who can be ordered from.

    Args:
        listed: The next order of each supplier that delivers anything, by its order day; then that of nobody.
        closed: Suppliers that take no orders for as long as anybody plans, and all their shelves.
    """

    listed: tuple[Turn, ...]
    closed: tuple[LeftOut, ...]


def turns(sourcing: Sourcing, book: Book, panel: Panel, policy: Policy, moment: datetime) -> Turns:
    """The next order of each supplier that delivers anything.

    Args:
        sourcing: Who delivers what.
        book: All orders: one that is settled for a day is followed by the supplier's next day.
        panel: The series.
        policy: The lead time and review period where the supplier has none.
        moment: Now, by the clock in the shop.
    """
    keys = keys_of(panel)
    rounds = _Rounds(sourcing, book, policy, moment)
    first, second = (sources_of(sourcing.sources, keys, rank) for rank in RANKS)
    sources = [rounds.first_to_deliver(*pair) for pair in zip(first, second, strict=True)]
    names = np.array([NOBODY if each is None else each.supplier.casefold() for each in sources], dtype=object)
    listed: list[Turn] = []
    never: list[LeftOut] = []
    for supplier in sourcing.suppliers:
        rows = np.flatnonzero(names == supplier.key)
        if not len(rows):
            continue
        try:
            following = rounds.of(supplier.key)
        except InputError as error:
            never.extend(by_reason(supplier.name, [str(error)] * len(rows)))
            continue
        theirs = [first[row] for row in rows]
        closed = sorted({each.supplier for each in theirs if each is not None and each.supplier.casefold() != supplier.key})
        delays = deliveries.delays(rounds.orders(supplier.key))
        listed.append(Turn(supplier, following, rows, tuple(sources[row] for row in rows), delays, tuple(closed)))
    listed.sort(key=lambda each: (each.round.order_day, each.name.casefold()))
    without = np.flatnonzero(names == NOBODY)
    if len(without):
        listed.append(Turn(None, _of_nobody(policy, moment.date(), book.of_supplier(NOBODY)), without, (None,) * len(without)))
    return Turns(tuple(listed), tuple(never))


def rounds(sourcing: Sourcing, book: Book, policy: Policy, moment: datetime) -> tuple[Round | None, ...]:
    """The next round of each supplier, as if it delivered something; None for one that is closed for as long as anybody plans.

    With the sourcing, the moves of the book and the day, it is all that `turns` follow from at a moment, and takes little time to know.
    """
    found = _Rounds(sourcing, book, policy, moment)
    return tuple(found.or_none(each.key) for each in sourcing.suppliers)


def with_terms(given: GivenStock, listed: Sequence[Turn], day: date) -> GivenStock:
    """The stock with the terms of the suppliers: when an order comes, how long it must last, what a unit costs, in what multiples.

    Lead times count from the first day of the recommendation, so that the demand until the delivery is covered whatever day it is today. The stated
    lead time and review period of a series that nobody delivers stay. Delays of earlier deliveries are as likely as they were.
    """
    columns = (state.LEAD_TIME, state.LEAD_TIME_SD, state.REVIEW_PERIOD, state.UNIT_COST, state.PACK_SIZE)
    terms, lead_times = {name: given.table[name].to_numpy(dtype=float, copy=True) for name in columns}, dict(given.lead_times)
    for turn in listed:
        if turn.supplier is None:
            continue
        days = max((turn.round.due - day).days, 0)
        terms[state.LEAD_TIME][turn.rows], terms[state.LEAD_TIME_SD][turn.rows] = days, 0.0
        if not _is_always_open(turn.supplier):
            terms[state.REVIEW_PERIOD][turn.rows] = turn.round.review_period
        late = tuple(min(max(days + delay, 0), MAX_LEAD_TIME_DAYS) for delay in turn.delays)
        for row in map(int, turn.rows):
            lead_times.pop(row, None)
            if late:
                lead_times[row] = late
        for column, values in _of_sources(turn).items():
            terms[column][turn.rows] = np.where(np.isnan(values), terms[column][turn.rows], values)
    return replace(given, table=given.table.assign(**terms), lead_times=lead_times)


def open_order(book: Book, supplier: str) -> Order | None:
    """The order to a supplier that was not sent yet, the newest one; None if there is none."""
    return next((each for each in reversed(book.of_supplier(supplier)) if each.state in OPEN), None)


class _Rounds:
    """The next round of each supplier, computed once; raises InputError for one that is closed for as long as anybody plans."""

    def __init__(self, sourcing: Sourcing, book: Book, policy: Policy, moment: datetime) -> None:
        self._suppliers = {each.key: each for each in sourcing.suppliers}
        self._policy, self._moment = policy, moment
        self._orders: dict[str, list[Order]] = {}
        for order in book.orders.values():
            self._orders.setdefault(order.supplier.casefold(), []).append(order)
        self._rounds: dict[tuple[str, bool], Round] = {}

    def orders(self, key: str) -> list[Order]:
        """All orders to a supplier."""
        return self._orders.get(key, [])

    def of(self, key: str, *, closures: bool = True) -> Round:
        """The round of a supplier, with its closures or as if it had none."""
        if (key, closures) not in self._rounds:
            supplier = self._suppliers[key] if closures else replace(self._suppliers[key], closures=())
            self._rounds[key, closures] = _round(supplier, self.orders(key), self._policy, self._moment)
        return self._rounds[key, closures]

    def or_none(self, key: str) -> Round | None:
        """The round of a supplier; None where there is none."""
        try:
            return self.of(key)
        except InputError:
            return None

    def first_to_deliver(self, first: Source | None, second: Source | None) -> Source | None:
        """The first source; the second one where the first is closed, and would deliver later for that reason."""
        if first is None or second is None:
            return first or second
        usual = self.of(first.supplier.casefold(), closures=False)
        due = self._due(first)
        instead = self._due(second)
        return second if due > usual.due and instead < due else first

    def _due(self, source: Source) -> date:
        found = self.or_none(source.supplier.casefold())
        return date.max if found is None else found.due


def _round(supplier: Supplier, orders: Sequence[Order], policy: Policy, moment: datetime) -> Round:
    """The first order day that no order was settled for."""
    learned = deliveries.lead_time(orders)
    lead_time = policy.lead_time if learned is None else learned
    settled = {each.order_date for each in orders if each.state not in OPEN}
    first = round_at(supplier, moment, lead_time)
    while first.order_day in settled:
        first = round_at(supplier, datetime.combine(first.order_day + timedelta(days=1), time.min), lead_time)
    return first


def _of_nobody(policy: Policy, today: date, orders: Sequence[Order]) -> Round:
    settled = {each.order_date for each in orders if each.state not in OPEN}
    while today in settled:
        today += timedelta(days=1)
    due, after = today + timedelta(days=policy.lead_time), timedelta(days=policy.review_period)
    return Round(today, due, today + after, due + after)


def _is_always_open(supplier: Supplier) -> bool:
    """Whether no weekday is different from another: then nothing says how often the shop orders."""
    return supplier.order_days == EVERY_DAY == supplier.delivery_days


def _of_sources(turn: Turn) -> Mapping[str, np.ndarray]:
    """Column -> value for each series of the turn, NaN where the supplier has none of its own; costs in the shop's money."""
    cost = [None if each is None else each.cost for each in turn.sources]
    multiple = [None if each is None else each.multiple for each in turn.sources]
    return {state.UNIT_COST: np.array(cost, dtype=float) * turn.rate, state.PACK_SIZE: np.array(multiple, dtype=float)}
