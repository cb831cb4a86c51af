"""What the book tells of a supplier: how long its deliveries take from the sent order, and how late they come."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from forecasting.inventory.book.order import Order

MIN_ORDERS: Final = 3
"""Received orders from which something is learned."""
MAX_ORDERS: Final = 20
"""Orders that count, the newest ones."""


def lead_time(orders: Iterable[Order]) -> int | None:
    """Days from the sent order to the last delivery, the median of the received orders; None if too few were received."""
    days = [each.lead_time() for each in _received(orders)]
    return round(float(np.median([day for day in days if day is not None]))) if len(days) >= MIN_ORDERS else None


def delays(orders: Iterable[Order]) -> tuple[int, ...]:
    """Days from the day that was promised to the last delivery of each received order, below 0 if it came before; none if too few were received."""
    days = tuple((max(each.received_at) - (each.promised or each.due)).days for each in _received(orders))
    return days if len(days) >= MIN_ORDERS else ()


def fill(orders: Iterable[Order]) -> float:
    """Share of the ordered units that came, of the orders that are done; NaN if none are."""
    lines = [line for each in _received(orders) for line in each.lines]
    ordered = sum(line.quantity for line in lines)
    return sum(min(line.received, line.quantity) for line in lines) / ordered if ordered else float("nan")


def _received(orders: Iterable[Order]) -> list[Order]:
    """The newest orders of which nothing more is to come, oldest first."""
    done = [each for each in orders if each.lead_time() is not None]
    return sorted(done, key=lambda each: max(each.received_at))[-MAX_ORDERS:]
