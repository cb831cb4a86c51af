"""An order as JSON for the supplier's program: buyer and supplier, days, lines, totals."""

from __future__ import annotations

from typing import Any, Final

from forecasting.inventory.sheets.order_sheet import OrderSheet, SheetLine

FORMAT: Final = 1
"""Version of this form; members may be added without a new one."""


def message(sheet: OrderSheet) -> dict[str, Any]:
    """The order as plain values; what is not known is None."""
    return {
        "type": "order",
        "format": FORMAT,
        "number": sheet.number,
        "state": sheet.state,
        "order_date": sheet.order_date.isoformat(),
        "due": sheet.due.isoformat(),
        "buyer": {"name": sheet.shop or None, "delivery_address": sheet.deliver_to or None},
        "supplier": {"name": sheet.supplier or None, "contact": sheet.contact or None},
        "currency": sheet.currency,
        "lines": [_line(number, line) for number, line in enumerate(sheet.lines, start=1)],
        "totals": {"lines": len(sheet.lines), "units": sheet.units, "value": sheet.value, "lines_without_cost": sheet.without_cost},
    }


def _line(number: int, line: SheetLine) -> dict[str, Any]:
    amounts = {"quantity": line.quantity, "pack_size": line.pack_size, "packs": line.packs, "unit_cost": line.unit_cost, "value": line.value}
    return {"line": number, **line.key, **amounts}
