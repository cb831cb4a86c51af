"""Orders that were placed, without a forecast to propose them from."""

from __future__ import annotations

from datetime import date, datetime

from forecasting.inventory.book.events import Event, Kind
from forecasting.inventory.book.order import Line, Order
from forecasting.services import order_book
from forecasting.storage.workspace import Workspace


def happened(ws: Workspace, kind: Kind, identity: str, moment: datetime, **said: object) -> None:
    """Writes into the book what Anna did with an order."""
    event = Event(kind=kind, order=identity, when=moment, by="Anna", **said)  # type: ignore[arg-type]
    order_book.write(ws, lambda _: [event])


def proposal(identity: str) -> Order:
    """An order of twelve breads."""
    line = Line(unique_id="Bread", key={"product_id": "Bread"}, recommended=12, quantity=12, unit_cost=2.0)
    return Order(id=identity, supplier="Hansen", version=1, order_date=date(2026, 8, 3), due=date(2026, 8, 4), state="proposed", lines=(line,))


def placed(ws: Workspace, identity: str, moment: datetime) -> None:
    """Places such an order."""
    happened(ws, "proposed", identity, moment, proposal=proposal(identity))
    happened(ws, "placed", identity, moment, key=f"key {identity}")
