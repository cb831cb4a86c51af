"""Routes for the shelves as they are now, and for counts that were graded."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from forecasting.core import json_values
from forecasting.entrypoints.api.context import Ask
from forecasting.entrypoints.api.error_responses import documented
from forecasting.entrypoints.api.stock_schemas import CountsAnswer, StockAnswer
from forecasting.services import cache, stock_tables
from forecasting.storage.workspace import Workspace

router = APIRouter(tags=["orders"])
JSON = "application/json"


@router.get("/stock", summary="What is on hand now", responses={200: {"model": StockAnswer}, **documented(404)})
async def shelves(context: Ask) -> Response:
    """Each shelf that was counted: the count, less what was sold since, and what came of orders since."""
    return await context.compute("orders", _shelves, context.ws)


@router.get("/stock/counts", summary="Counts against what was expected", responses={200: {"model": CountsAnswer}, **documented(404)})
async def counts(context: Ask) -> Response:
    """Each count of a shelf that had been counted before: what should have been there, what was, and what the difference is worth."""
    return await context.compute("orders", _counts, context.ws)


def _shelves(ws: Workspace) -> Response:
    ensemble = cache.live(ws).ensemble
    rows = json_values.array(json_values.of_table(stock_tables.shelves(ws, ensemble)))
    return Response(json_values.joined(stock_tables.facts(ws, ensemble), shelves=rows), media_type=JSON)


def _counts(ws: Workspace) -> Response:
    ensemble = cache.live(ws).ensemble
    table = stock_tables.counts(ws, ensemble)
    head = stock_tables.facts(ws, ensemble) | stock_tables.graded(table)._asdict()
    return Response(json_values.joined(head, graded=json_values.array(json_values.of_table(table))), media_type=JSON)
