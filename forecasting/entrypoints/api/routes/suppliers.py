"""Routes for suppliers, and who delivers what."""

from __future__ import annotations

from fastapi import APIRouter

from forecasting.core.errors import SettingsError
from forecasting.entrypoints.api.context import Ask
from forecasting.entrypoints.api.error_responses import documented
from forecasting.entrypoints.api.order_schemas import SupplierChange, SupplierList
from forecasting.entrypoints.api.schemas import By
from forecasting.inventory.suppliers import texts
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.services import serving_record, suppliers
from forecasting.storage.workspace import Workspace

router = APIRouter(tags=["orders"])


@router.get("/suppliers", summary="Suppliers, and who delivers what", responses=documented())
async def listed(context: Ask) -> SupplierList:
    """Their terms, and the first and second source of each product."""
    return await context.call(_described, context.ws)


@router.put("/suppliers", summary="Replace the suppliers", responses=documented(409))
async def replace(context: Ask, wanted: SupplierChange, by: By = None) -> SupplierList:
    """All suppliers and sources that hold from now on; what is not sent is not one any more. Orders in the book stay."""
    return await context.change("suppliers", _saved, context.ws, wanted, serving_record.named(by))


def _saved(ws: Workspace, wanted: SupplierChange, by: str) -> SupplierList:
    for each in wanted.suppliers:
        if each.currency is not None and "rate" not in each.currency.model_fields_set:
            raise SettingsError(texts.NO_RATE.format(each.name))
    suppliers.save(ws, Sourcing.from_dict(wanted.values()), by, after=wanted.state)
    return _described(ws)


def _described(ws: Workspace) -> SupplierList:
    return SupplierList.model_validate(suppliers.facts(*suppliers.state(ws)))
