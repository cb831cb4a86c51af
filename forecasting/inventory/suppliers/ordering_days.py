"""When an order can be placed, when it comes, and how long it must last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from forecasting.core.errors import InputError
from forecasting.inventory.suppliers.supplier import Supplier

_DAY: Final = timedelta(days=1)
_LOOK_AHEAD_DAYS: Final = 800
"""Days ahead that are looked through: a supplier that is closed for longer takes no orders."""


@dataclass(frozen=True, slots=True)
class Round:
    """One order day of a supplier, and the next one.

    Args:
        order_day: The day of the order.
        due: The day on which it comes.
        next_order_day: The day of the order after it.
        next_due: The day on which that one comes: until then, what is ordered now must last.
        missed: The order day whose cut-off has just passed, if today was one; None otherwise.
    """

    order_day: date
    due: date
    next_order_day: date
    next_due: date
    missed: date | None = None

    @property
    def lead_time(self) -> int:
        """Days from the order to its delivery."""
        return (self.due - self.order_day).days

    @property
    def review_period(self) -> int:
        """Days from one delivery to the next, at least 1."""
        return max((self.next_due - self.due).days, 1)

    @property
    def protection_period(self) -> int:
        """Days that an order must cover: from its day until the order after it is there."""
        return self.lead_time + self.review_period


def round_at(supplier: Supplier, moment: datetime, lead_time: int) -> Round:
    """The first order that can still be placed, by the clock in the shop.

    Args:
        supplier: Who delivers.
        moment: Now, in the shop's zone.
        lead_time: Days from the order day to the delivery where the supplier has none of its own.

    Raises:
        InputError: The supplier is closed for as long as anybody plans.

    Example:
        >>> baker = Supplier(name="Hansen", order_days=frozenset({0, 3}), delivery_days=frozenset({2, 5}), lead_time=1)
        >>> first = round_at(baker, datetime(2026, 11, 23, 9), 7)
        >>> first.order_day.isoformat(), first.due.isoformat(), first.next_due.isoformat(), first.protection_period
        ('2026-11-23', '2026-11-25', '2026-11-28', 5)
    """
    today, days = moment.date(), supplier.lead_time if supplier.lead_time is not None else lead_time
    too_late = supplier.cut_off is not None and moment.time() > supplier.cut_off
    first = next_order_day(supplier, today + _DAY if too_late else today)
    after = next_order_day(supplier, first + _DAY)
    missed = today if too_late and takes_orders(supplier, today) else None
    due = delivery_day(supplier, first, days)
    next_due = delivery_day(supplier, after, days)
    while next_due <= due:  # both come with the same van: the later order protects against nothing
        after = next_order_day(supplier, after + _DAY)
        next_due = delivery_day(supplier, after, days)
    return Round(first, due, after, next_due, missed)


def takes_orders(supplier: Supplier, day: date) -> bool:
    """Whether a supplier takes orders on a day."""
    return day.weekday() in supplier.order_days and supplier.is_open(day)


def next_order_day(supplier: Supplier, day: date) -> date:
    """The first day, from this one on, on which a supplier takes orders; raises InputError."""
    for ahead in range(_LOOK_AHEAD_DAYS):
        if takes_orders(supplier, day + ahead * _DAY):
            return day + ahead * _DAY
    raise InputError(f"{supplier.name} takes no orders from {day} on: it is closed on every one of its order days. Shorten its closures.")


def delivery_day(supplier: Supplier, order_day: date, lead_time: int) -> date:
    """The day on which an order comes: the first day of delivery at least `lead_time` days after it; raises InputError."""
    earliest = order_day + lead_time * _DAY
    for ahead in range(_LOOK_AHEAD_DAYS):
        day = earliest + ahead * _DAY
        if day.weekday() in supplier.delivery_days and supplier.is_open(day):
            return day
    raise InputError(f"{supplier.name} delivers nothing from {earliest} on: it is closed on every one of its delivery days. Shorten its closures.")
