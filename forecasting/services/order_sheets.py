"""Orders as their suppliers get them."""

from __future__ import annotations

from typing import Any

from forecasting.inventory.book.order import Order
from forecasting.inventory.sheets import message as messages
from forecasting.inventory.sheets.order_sheet import OrderSheet, order_sheet
from forecasting.services import orders, suppliers
from forecasting.storage.workspace import Workspace


def sheet(ws: Workspace, identity: str) -> OrderSheet:
    """What an order says to its supplier; raises NotFound, OrdersDamaged and SuppliersDamaged."""
    return of_order(ws, orders.order(ws, identity))


def of_order(ws: Workspace, order: Order) -> OrderSheet:
    """What this order says to its supplier, by the terms as they are today; raises SuppliersDamaged."""
    return order_sheet(order, suppliers.sourcing(ws))


def message(ws: Workspace, identity: str) -> dict[str, Any]:
    """An order as JSON for programs, and for those that are told when it is placed; raises as `sheet`."""
    return messages.message(sheet(ws, identity))
