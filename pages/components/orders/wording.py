"""Words of the page Orders: days, money, states, and who did what."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final, Literal

import pandas as pd

from forecasting.core import dates, formatting, notation, numerals, signs
from forecasting.core import money as core_money
from forecasting.inventory.book.order import Line, Order, State
from forecasting.inventory.suppliers.supplier import Supplier
from forecasting.services.order_cards import END_OF_DAY
from pages.components.shared.person import NOBODY

Color = Literal["gray", "blue", "yellow", "orange", "green", "red"]

WITHOUT_SUPPLIER: Final = "Without a supplier"
STATES: Final[dict[State, tuple[str, Color]]] = {
    "proposed": ("Proposed", "gray"),
    "approved": ("Approved", "blue"),
    "placed": ("Placed", "blue"),
    "partly_received": ("Partly received", "yellow"),
    "received": ("Received", "green"),
    "cancelled": ("Cancelled", "gray"),
}
LATE: Final = "Late"


def weekdays(days: Collection[int]) -> str:
    """Some weekdays, 0 for Monday, in the order of the shop's week: "Mon Thu"."""
    return " ".join(dates.weekday(day) for day in signs.week(notation.current()) if day in days)


def money(amount: float) -> str:
    """Money of the shop."""
    return core_money.amount(amount)


def theirs(supplier: Supplier | None, amount: float) -> str:
    """Money of a supplier, with its currency where that is not the shop's: "CHF 408.00"."""
    if supplier is None or supplier.currency is None:
        return money(amount)
    return f"{supplier.currency.code}{formatting.NBSP}{numerals.write(amount, 2)}"


def day(of: date, today: date) -> str:
    """ "today", "tomorrow", "Wed 25 Nov"."""
    near = {today: "today", today + timedelta(days=1): "tomorrow", today - timedelta(days=1): "yesterday"}
    return near.get(of) or formatting.weekday_date(pd.Timestamp(of))


def deadline(until: datetime, today: date) -> str:
    """ "today 14:00", "Thu 26 Nov": a day whose orders count until it ends has no time."""
    return day(until.date(), today) + ("" if until.time() == END_OF_DAY else f" {until:%H:%M}")


def clock(when: datetime, today: date) -> str:
    """When something was done: "08:41" today, else "Thu 19 Nov"."""
    local = when.astimezone()
    return f"{local:%H:%M}" if local.date() == today else day(local.date(), today)


def by(person: str) -> str:
    """ " by Anna"; nothing where nobody logs in."""
    return "" if person in ("", NOBODY) else f" by {person}"


def supplier(order: Order) -> str:
    """The name of an order's supplier."""
    return order.supplier or WITHOUT_SUPPLIER


def state(order: Order, today: date) -> tuple[str, Color]:
    """What the chip of an order says, and its colour: "Late 2 days" in orange where it should have come."""
    if order.is_late(today):
        return f"{LATE} {formatting.count((today - order.due).days, 'day')}", "orange"
    return STATES[order.state]


def line_name(line: Line) -> str:
    """ "Croissant, Hamburg"."""
    return ", ".join(line.key.values()) or "All sales"


def lines_and_units(order: Order) -> str:
    """ "9 lines, 2,073 units"."""
    return f"{formatting.count(sum(line.quantity > 0 for line in order.lines), 'line')}, {formatting.units(order.units)} units"


def received(order: Order) -> str:
    """ "1,712 of 1,784", "all 252"; empty before it was sent."""
    if order.placed_at is None:
        return ""
    came = sum(line.received for line in order.lines)
    all_came = order.state == "received" and came == order.units
    return f"all {formatting.units(came)}" if all_came else f"{formatting.units(came)} of {formatting.units(order.units)}"
