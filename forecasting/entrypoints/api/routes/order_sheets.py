"""Routes for one order, and for its sheet as its supplier gets it."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter
from fastapi import Path as InPath
from pydantic import BaseModel, Field
from starlette.responses import Response

from forecasting.core.json_values import jsonable
from forecasting.entrypoints.api.context import Ask
from forecasting.entrypoints.api.error_responses import documented
from forecasting.entrypoints.api.order_schemas import OneOrder
from forecasting.entrypoints.api.routes.orders import Identity
from forecasting.inventory.book.order import State
from forecasting.inventory.sheets.print_view import POLICY
from forecasting.services import order_sheets, orders, suppliers
from forecasting.services.order_sheets import MEDIA_TYPES, Form
from forecasting.storage.workspace import Workspace

router = APIRouter(tags=["orders"])


class Buyer(BaseModel):
    """Who orders; null for what was never said."""

    name: str | None
    delivery_address: str | None = Field(description="In one line.")


class SheetSupplier(BaseModel):
    """Who delivers."""

    name: str | None
    contact: str | None


class OrderedLine(BaseModel):
    """What is to be delivered, by the keys that the sales have."""

    line: int = Field(description="Its number, from 1.")
    product_id: str | None = Field(None, description="Null where the sales have no products. So, too, region and store.")
    region: str | None = None
    store: str | None = None
    quantity: float = Field(description="Units.")
    pack_size: float | None = Field(description="Units in a pack; null where it is not sold in packs.")
    packs: float | None
    unit_cost: float | None = Field(description="Null if it is not known.")
    value: float | None = Field(description="In whole cents of the currency.")


class OrderTotals(BaseModel):
    """What the lines add up to."""

    lines: int
    units: float
    value: float = Field(description="Of the lines whose cost is known.")
    lines_without_cost: int


class OrderMessage(BaseModel):
    """An order for the supplier's program."""

    type: str = Field(examples=["order"])
    format: int = Field(description="Version of this form.")
    number: str
    state: State
    order_date: str
    due: str
    buyer: Buyer
    supplier: SheetSupplier
    currency: str | None = Field(description="ISO 4217; null if it was never said.")
    lines: list[OrderedLine]
    totals: OrderTotals


_FILES: Final[dict[str, Any]] = {MEDIA_TYPES[form]: {"schema": {"type": "string", "format": "binary"}} for form in ("pdf", "xlsx")}
_TEXTS: Final[dict[str, Any]] = {MEDIA_TYPES[form]: {"schema": {"type": "string"}} for form in ("csv", "html", "txt")}
ANSWERS: Final[dict[int | str, dict[str, Any]]] = {200: {"model": OrderMessage, "content": {**_FILES, **_TEXTS}}, **documented(404)}
SAFE: Final = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": f"{POLICY}; sandbox allow-modals"}


@router.get("/orders/{id}", summary="One order", responses=documented(404))
async def one(context: Ask, id: Identity) -> OneOrder:
    """Where it stands, and its lines."""
    return await context.call(_described, context.ws, id)


@router.get("/orders/{id}/sheet.{form}", summary="The sheet of an order, for its supplier", responses=ANSWERS)
async def sheet(context: Ask, id: Identity, form: Annotated[Form, InPath(description="What kind of file.")]) -> Response:
    """As PDF, XLSX or CSV, as a page to print (html), as the text of an e-mail (txt), or as JSON for programs. The same order gives the same file."""
    file = await context.compute("order sheets", order_sheets.file, context.ws, id, form)
    placed = "inline" if form in ("html", "txt", "json") else "attachment"
    return Response(file.content, media_type=file.media_type, headers={"Content-Disposition": f'{placed}; filename="{file.name}"', **SAFE})


def _described(ws: Workspace, identity: str) -> OneOrder:
    facts = orders.facts(orders.order(ws, identity), suppliers.sourcing(ws), orders.today(ws))
    return OneOrder.model_validate(jsonable(facts))
