"""Days, units and money of an order sheet as text, and its table as a person reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import pandas as pd

from forecasting.core import dates, formatting, numerals
from forecasting.inventory.sheets.order_sheet import NOBODY, OrderSheet, SheetLine, decimals

COST_DECIMALS: Final = 4
"""Decimals of a unit cost at most."""
UNIT_DECIMALS: Final = 3
"""Decimals of units at most."""
TIMES: Final = "\u00d7"


@dataclass(frozen=True, slots=True)
class TextColumn:
    """A column of a sheet as text.

    Args:
        label: Its header.
        cells: A text a line.
        is_number: Whether it stands to the right and is never wrapped.
        total: What stands below it; empty for nothing.
    """

    label: str
    cells: tuple[str, ...]
    is_number: bool = False
    total: str = ""


def facts(sheet: OrderSheet) -> list[tuple[str, str]]:
    """What the head of a sheet says, each with its label; what is not known is left out."""
    said = {
        "From": sheet.shop,
        "Supplier": sheet.supplier or NOBODY,
        "Contact": sheet.contact,
        **{formatting.LABELS[name]: text for name, text in sheet.shared.items()},
        "Order date": day(sheet.order_date),
        "Deliver by": day(sheet.due),
        "Deliver to": sheet.deliver_to,
        "Currency": sheet.currency or "",
    }
    return [(label, text) for label, text in said.items() if text]


def columns(sheet: OrderSheet) -> list[TextColumn]:
    """The table of a sheet, from left to right; without packs or money where no line has any."""
    lines, places = sheet.lines, money_decimals(sheet)
    names = [name for name in sheet.keys if name not in sheet.shared]
    listed = [
        TextColumn("No.", tuple(units(number) for number in range(1, len(lines) + 1)), is_number=True),
        *(TextColumn(formatting.LABELS[name], tuple(line.key.get(name, "") for line in lines)) for name in names),
        TextColumn("Quantity", tuple(units(line.quantity) for line in lines), is_number=True, total=units(sheet.units)),
    ]
    if any(line.pack_size is not None for line in lines):
        listed.append(TextColumn("Packs", tuple(packs(line) for line in lines), is_number=True))
    if any(line.unit_cost is not None for line in lines):
        costs = _costs(sheet)
        values = tuple("" if line.value is None else money(line.value, places) for line in lines)
        listed.append(TextColumn("Unit cost", costs, is_number=True))
        listed.append(TextColumn("Value", values, is_number=True, total=money(sheet.value, places)))
    return listed


def notes(sheet: OrderSheet) -> Iterator[str]:
    """Sentences below the table."""
    if 0 < sheet.without_cost < len(sheet.lines):
        yield f"The value leaves out {formatting.count(sheet.without_cost, 'line')} without a known cost."
    if not sheet.lines:
        yield "Nothing is to be delivered."


def day(of: date) -> str:
    """A day with its weekday, as the notation in force writes it: "Mon 3 Aug 2026"."""
    return dates.in_language(pd.Timestamp(of), "yMMMEd") or f"{of:%a} {of.day} {of:%b %Y}"


def units(amount: float) -> str:
    """Units as they are ordered.

    Example:
        >>> units(1234.0), units(2.5)
        ('1,234', '2.5')
    """
    return numerals.write(amount, decimals_of([amount], 0, UNIT_DECIMALS))


def packs(line: SheetLine) -> str:
    """Packs, times the units in a pack, and the units beyond whole packs; empty where it is not sold in packs."""
    if line.pack_size is None or line.packs is None:
        return ""
    whole = int(line.packs)
    sizes = f"{units(whole)} {TIMES} {units(line.pack_size)}"
    return sizes if line.quantity == whole * line.pack_size else f"{sizes} + {units(line.quantity - whole * line.pack_size)}"


def _costs(sheet: OrderSheet) -> tuple[str, ...]:
    """The unit cost of each line, all with as many decimals as one of them has; empty where it is not known."""
    costs = [line.unit_cost for line in sheet.lines]
    places = decimals_of(costs, money_decimals(sheet), COST_DECIMALS)
    return tuple("" if each is None else money(each, places) for each in costs)


def money(amount: float, places: int) -> str:
    """Money without its currency, with so many decimals."""
    return numerals.write(amount, places)


def decimals_of(values: Iterable[float | None], least: int, most: int) -> int:
    """The decimals with which all of these can be written, between two limits; what lies beyond the upper one does not count.

    Example:
        >>> decimals_of([2.5, None, 0.0125], 2, 4), decimals_of([3.0], 0, 3), decimals_of([0.92 * 160], 0, 4)
        (4, 0, 1)
    """
    known = [value for value in values if value is not None]
    return next((places for places in range(least, most) if all(round(value, places) == round(value, most) for value in known)), max(least, most))


def money_decimals(sheet: OrderSheet) -> int:
    """Decimals of the sheet's money."""
    return decimals(sheet.currency)


def lines_said(sheet: OrderSheet) -> str:
    """The whole order in a few words: "63 units in 2 lines, EUR 120.00"."""
    said = f"{units(sheet.units)} {'unit' if sheet.units == 1 else 'units'} in {formatting.count(len(sheet.lines), 'line')}"
    worth = f"{sheet.currency or ''} {money(sheet.value, money_decimals(sheet))}".strip()
    return f"{said}, {worth}" if sheet.without_cost < len(sheet.lines) else said


def name(line: SheetLine, sheet: OrderSheet) -> str:
    """What is ordered on a line, without what all lines share."""
    return ", ".join(text for role in sheet.keys if role not in sheet.shared and (text := line.key.get(role, "")))
