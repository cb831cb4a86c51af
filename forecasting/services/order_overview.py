"""The order book at a glance: what is on the way, what comes next, what is late, and how long suppliers usually take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from forecasting.inventory.book import deliveries
from forecasting.inventory.book.order import Order
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.services import orders, suppliers
from forecasting.storage.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class UsualTime:
    """How long a supplier took.

    Args:
        supplier: Who.
        days: From the sent order to the last delivery, the median.
        on_time: Orders that came by their due day.
        received: Orders that were received.
    """

    supplier: str
    days: int
    on_time: int
    received: int


@dataclass(frozen=True, kw_only=True)
class Overview:
    """The book on a day.

    Args:
        every: All orders with lines, newest first.
        rates: Casefolded name of a supplier -> money of the shop for one unit of its money, where that is not 1.
        today: The day.
        usual: Of the supplier that has most received orders; None where too few were received from anybody.
    """

    every: tuple[Order, ...]
    rates: dict[str, float]
    today: date
    usual: UsualTime | None

    @property
    def on_the_way(self) -> list[Order]:
        """Orders that were sent and are not all there, by their due day."""
        return sorted((each for each in self.every if each.outstanding), key=lambda each: (each.due, each.id))

    @property
    def late(self) -> list[Order]:
        """Those that should have come, the longest ago first."""
        return [each for each in self.on_the_way if each.is_late(self.today)]

    def value(self, order: Order) -> float | None:
        """Money of the shop for an order; None where no cost is known."""
        known = any(line.unit_cost is not None for line in order.lines)
        return order.value * self.rates.get(order.supplier.casefold(), 1.0) if known else None

    @property
    def outstanding_value(self) -> float:
        """Money of the shop for what is still to come, as far as its cost is known."""
        return sum(
            line.outstanding * (line.unit_cost or 0.0) * self.rates.get(order.supplier.casefold(), 1.0)
            for order in self.on_the_way
            for line in order.lines
        )


def overview(ws: Workspace) -> Overview:
    """The book today; raises OrdersDamaged or StateDamaged."""
    every, sourcing = tuple(reversed(orders.listed(ws))), suppliers.sourcing(ws)
    return Overview(every=every, rates=_rates(sourcing), today=orders.today(ws), usual=_usual(every))


def _rates(sourcing: Sourcing) -> dict[str, float]:
    return {each.key: each.currency.rate for each in sourcing.suppliers if each.currency is not None}


def _usual(every: Sequence[Order]) -> UsualTime | None:
    by_supplier: dict[str, list[Order]] = {}
    for order in every:
        if order.lead_time() is not None:
            by_supplier.setdefault(order.supplier, []).append(order)
    name = max(by_supplier, key=lambda each: len(by_supplier[each]), default=None)
    received = [] if name is None else by_supplier[name]
    days = deliveries.lead_time(received)
    if name is None or days is None:
        return None
    delays = deliveries.delays(received)
    return UsualTime(supplier=name, days=days, on_time=sum(delay <= 0 for delay in delays), received=len(delays))
