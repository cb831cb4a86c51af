"""What an order says to its supplier; every form of it, on paper or for programs, says the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from forecasting.core import schema
from forecasting.inventory.book.order import Line, Order, State
from forecasting.inventory.suppliers.source import RANKS, Source, sources_of
from forecasting.inventory.suppliers.sourcing import Sourcing

NOBODY: Final = "No supplier"
"""The name over the lines that nobody is known to deliver."""
CENTS: Final = 2
"""Decimals of money whose currency is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLine:
    """One product of an order.

    Args:
        key: Its key columns: product_id, and region and store where there are such.
        quantity: Units to deliver, above 0.
        pack_size: Units in a pack; None where it is not sold in packs.
        unit_cost: Money of the supplier for a unit; None if it is not known.
        value: Money of the line, in whole cents of its currency; None if the cost is not known.
    """

    key: Mapping[str, str]
    quantity: float
    pack_size: float | None
    unit_cost: float | None
    value: float | None

    @property
    def packs(self) -> float | None:
        """Packs, not always whole; None where it is not sold in packs."""
        return None if self.pack_size is None else round(self.quantity / self.pack_size, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSheet:
    """An order as its supplier gets it.

    Args:
        number: The id of the order.
        state: Where it stands.
        shop: Who orders; empty if that was never said.
        supplier: Who delivers; empty for the lines that nobody is known to deliver.
        contact: Whom to write to; empty if nobody said.
        order_date: The day of the order.
        due: The day on which it is to be delivered.
        currency: ISO 4217; None if it was never said.
        lines: What is to be delivered, in the order of the order book, without what was cancelled since.
        deliver_to: Where to deliver, in one line; empty if that was never said.
    """

    number: str
    state: State
    shop: str
    supplier: str
    contact: str
    order_date: date
    due: date
    currency: str | None
    lines: tuple[SheetLine, ...]
    deliver_to: str = ""

    @property
    def title(self) -> str:
        """What stands over it: nobody is to deliver what was not approved, or was cancelled.

        A proposal says that it is none yet; the sheet of an approved order is the one that is sent.
        """
        said: Mapping[State, str] = {"proposed": "Draft of order", "cancelled": "Cancelled: order"}
        return f"{said.get(self.state, 'Order')} {self.number}"

    @property
    def keys(self) -> tuple[str, ...]:
        """The key columns that its lines have."""
        return tuple(name for name in schema.KEYS if any(name in line.key for line in self.lines))

    @property
    def shared(self) -> dict[str, str]:
        """Region and store, where all lines are of one: said once, not on each line."""
        texts = {name: {line.key.get(name, "") for line in self.lines} for name in self.keys if name != schema.PRODUCT}
        return {name: next(iter(each)) for name, each in texts.items() if len(each) == 1 and schema.PRODUCT in self.keys}

    @property
    def units(self) -> float:
        """Units of all lines."""
        return sum(line.quantity for line in self.lines)

    @property
    def value(self) -> float:
        """Money of the lines whose cost is known, in whole cents: what the values of the lines add up to."""
        return float(sum((Decimal(str(line.value)) for line in self.lines if line.value is not None), Decimal(0)))

    @property
    def without_cost(self) -> int:
        """Lines whose cost is not known, and which the value leaves out."""
        return sum(line.value is None for line in self.lines)


def order_sheet(order: Order, sourcing: Sourcing, *, shop: str = "", deliver_to: str = "", currency: str | None = None) -> OrderSheet:
    """The sheet of an order.

    Args:
        order: The order.
        sourcing: Suppliers and sources as they are today, for the contact, the currency and the packs.
        shop: Who orders; empty if that was never said.
        deliver_to: Where to deliver; empty if that was never said.
        currency: The shop's, for suppliers that have none of their own.
    """
    supplier = next((each for each in sourcing.suppliers if each.key == order.supplier.casefold()), None)
    money = currency if supplier is None or supplier.currency is None else supplier.currency.code
    return OrderSheet(
        number=order.id,
        state=order.state,
        shop=shop,
        supplier=order.supplier,
        contact="" if supplier is None else supplier.contact,
        order_date=order.order_date,
        due=order.due,
        currency=money,
        lines=tuple(_lines(order, sourcing.sources, decimals(money))),
        deliver_to=deliver_to,
    )


def decimals(currency: str | None) -> int:
    """Decimals of an amount of this money."""
    if currency is None:
        return CENTS
    from babel.numbers import get_currency_precision

    return get_currency_precision(currency)


def _lines(order: Order, sources: Sequence[Source], places: int) -> Iterator[SheetLine]:
    theirs = [each for each in sources if each.supplier.casefold() == order.supplier.casefold()]
    first, second = (sources_of(theirs, [line.key for line in order.lines], rank) for rank in RANKS)
    for line, one, other in zip(order.lines, first, second, strict=True):
        source, quantity = one or other, _to_deliver(line, order.state)
        if quantity > 0:
            multiple = None if source is None or source.multiple == 1 else source.multiple
            value = None if line.unit_cost is None else _money(quantity, line.unit_cost, places)
            yield SheetLine(key=line.key, quantity=quantity, pack_size=multiple, unit_cost=line.unit_cost, value=value)


def _to_deliver(line: Line, state: State) -> float:
    """Units that the supplier is to deliver, or was to deliver before the whole order was cancelled."""
    return line.quantity if state == "cancelled" else line.quantity - line.cancelled


def _money(quantity: float, unit_cost: float, places: int) -> float:
    """The money of a line in whole cents, halves upwards."""
    exact = Decimal(str(quantity)) * Decimal(str(unit_cost))
    return float(exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))
