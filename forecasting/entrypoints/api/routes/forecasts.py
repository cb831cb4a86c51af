"""Routes for the forecast of a filter, and for the orders."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from forecasting.analysis import forecast_table, forecast_view
from forecasting.core import json_values, schema
from forecasting.core.errors import InputError, StockDamaged
from forecasting.entrypoints.api.context import Ask, Context
from forecasting.entrypoints.api.error_responses import documented
from forecasting.entrypoints.api.media_types import preferred
from forecasting.entrypoints.api.paging import Page
from forecasting.entrypoints.api.schemas import ForecastAnswer, ForecastQuestion, RecommendAnswer, RecommendQuestion
from forecasting.inventory.budget import spend
from forecasting.inventory.orders import wording
from forecasting.inventory.orders.recommend import Orders
from forecasting.services import cache, ordering, stock_counts, supplier_terms, table_formats
from forecasting.services.cache import Live
from forecasting.services.table_formats import ENDINGS, Parts
from forecasting.storage.stock_states import SavedStock
from forecasting.storage.workspace import Workspace

router = APIRouter(tags=["forecast"])
JSON = "application/json"


def _both(model: type, *media: str) -> dict[int | str, dict[str, Any]]:
    """A documented answer in JSON, or in another format for clients that accept it."""
    return {200: {"model": model, "content": {name: {"schema": {"type": "string"}} for name in media}}, **documented(404, 409)}


@router.post("/forecast", summary="The forecast of a filter", responses=_both(ForecastAnswer, *ENDINGS))
async def forecast(request: Request, context: Ask, question: ForecastQuestion) -> Response:
    """Prophet, LSTM, trees, their blend and what is expected, with bands, and what to order of the same series.

    The rows alone come as CSV with `Accept: text/csv`, as JSON lines with `application/x-ndjson`, as Parquet with `application/vnd.apache.parquet`:
    all of them, more than 10,000 as they are made. JSON has them in pages: `rows` are all, and `next` is the `cursor` of the page after it.
    """
    media = _media(request)
    if media is None:
        return await context.compute("forecast", _forecast_json, context.ws, question)
    version, table = await context.compute("forecast", _forecast_parts, context.ws, question, media)
    return await _sent(context, "forecast", table, f"forecast-v{version}.{ENDINGS[media]}", media)


async def _sent(context: Context, kind: str, table: Parts, name: str, media: str) -> Response:
    """A table as a file: a large one part by part, each made when the one before it was sent."""
    named = {"Content-Disposition": f'attachment; filename="{name}"'}
    if table.is_large:
        return StreamingResponse(_made(context, kind, table.parts), media_type=media, headers=named)
    return Response(await context.compute(kind, b"".join, table.parts), media_type=media, headers=named)


async def _made(context: Context, kind: str, parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The parts of an answer, each made in a thread when the one before it was sent."""
    while (part := await context.compute(kind, next, parts, None)) is not None:
        yield part


@router.post("/recommend", summary="What to order", responses=_both(RecommendAnswer, *ENDINGS))
async def recommend(request: Request, context: Ask, question: RecommendQuestion) -> Response:
    """Orders, most urgent first, by the stock that was saved or is sent along; all of them as CSV, JSON lines or Parquet, in pages as JSON."""
    media = _media(request)
    if media is None:
        return await context.compute("orders", _orders_json, context.ws, question)
    version, table = await context.compute("orders", _orders_parts, context.ws, question, media)
    return await _sent(context, "orders", table, f"orders-v{version}.{ENDINGS[media]}", media)


def _media(request: Request) -> str | None:
    """The format that is asked for, of `ENDINGS`; None for JSON."""
    media = preferred(request.headers.get("accept", ""), [JSON, *ENDINGS])
    return None if media == JSON else media


def _forecast_parts(ws: Workspace, question: ForecastQuestion, media: str) -> tuple[int, Parts]:
    version, ensemble = cache.live(ws)
    return version, table_formats.written(ensemble, question.filters(), question.steps(ensemble), question.layout(ensemble), media)


def _forecast_json(ws: Workspace, question: ForecastQuestion) -> Response:
    (version, ensemble), filters = cache.live(ws), question.filters()
    steps = question.steps(ensemble)
    chosen = forecast_view.chosen_rows(ensemble, filters, steps)
    layout = question.layout(ensemble)
    count, of_each = 1 if layout.total else len(chosen), forecast_table.rows_of_series(ensemble, chosen, steps, layout)
    page = Page.of(question, count, state=f"{version:x}", rows=of_each)
    total = forecast_view.total_range(ensemble, chosen, steps)
    head = {
        "version": version,
        "sales_to": f"{ensemble.panel.last:%Y-%m-%d}",
        "period": ensemble.panel.period.name,
        "days": steps,
        "series": len(chosen),
        **page.facts(count * of_each),
        "sum": {name: getattr(total, name) for name in ("expected", *schema.BANDS)},
    }
    columns = forecast_table.page_columns(ensemble, filters, chosen, steps, layout, part=page.part)
    recommendation, problem = (b"[]", None) if layout.total else _recommendation(ws, version, chosen[page.part])
    head["recommendation_problem"] = problem
    return Response(json_values.joined(head, forecast=json_values.of_columns(columns), recommendation=recommendation), media_type=JSON)


def _recommendation(ws: Workspace, version: int, chosen: Iterable[int]) -> tuple[bytes, str | None]:
    """The orders of the series in these rows as JSON, and why there are none: a forecast needs no stock."""
    try:
        lines = cache.order_lines(ws, version, cache.stock(ws))
    except StockDamaged as error:
        return b"null", str(error)
    return json_values.array([lines[row] for row in chosen]), None


def _orders_parts(ws: Workspace, question: RecommendQuestion, media: str) -> tuple[int, Parts]:
    live, _, orders, quantities = _ordered(ws, question)
    return live.version, table_formats.of_table(ordering.orders_table(orders, live.version, quantities), media)


def _orders_json(ws: Workspace, question: RecommendQuestion) -> Response:
    live, saved, orders, quantities = _ordered(ws, question)
    table = ordering.orders_table(orders, live.version, quantities)
    page = Page.of(question, len(table), state=_state(live.version, table))
    head = {
        "version": live.version,
        "policy": orders.policy.to_dict(),
        "stock": None if saved is None else saved.number,
        "units": float(table["order_quantity"].sum()),
        "value": float(table["order_value"].sum(min_count=1)),
        "summary": wording.summary(orders),
        **page.facts(len(table)),
    }
    return Response(json_values.joined(head, orders=json_values.array(json_values.of_table(table[page.part]))), media_type=JSON)


def _ordered(ws: Workspace, question: RecommendQuestion) -> tuple[Live, SavedStock | None, Orders, dict[str, float]]:
    """The live version, the saved stock that counts, the orders, and the quantities within a budget; raises InputError."""
    live = cache.live(ws)
    if question.stock is None:
        saved = cache.stock(ws)
        policy = question.policy(ordering.start(live.ensemble, saved, stock_counts.sales_to(ws)))
        orders = cache.orders(ws, live.version, saved, policy, question.filters())
    else:
        saved, policy = None, question.policy(0)
        typed = pd.DataFrame([row.given() for row in question.stock], dtype=object)
        counted = ordering.check_typed_stock(typed, live.ensemble).accept()
        given = ordering.with_orders(ws, counted, live.ensemble, datetime.now(UTC))
        orders = ordering.recommend(live.ensemble, supplier_terms.with_terms(ws, given, live.ensemble, policy), policy, question.filters())
    return live, saved, orders, _limited(orders, question)


def _state(version: int, table: pd.DataFrame) -> str:
    """Of which orders a page is: other quantities, or another order of the lines, are another list."""
    lines = table[[name for name in (*schema.FILTERS, schema.UNIQUE_ID, "order_quantity") if name in table]]
    return f"{zlib.crc32(pd.util.hash_pandas_object(lines, index=False).to_numpy().tobytes(), version):08x}"


def _limited(orders: Orders, question: RecommendQuestion) -> dict[str, float]:
    if question.budget is not None and question.space is not None:
        raise InputError("An order is limited by budget or by space, not by both. Send one of them.")
    if question.budget is not None:
        return spend.quantities(orders, spend.spend(orders, question.budget))
    if question.space is not None:
        return spend.quantities(orders, spend.spend(orders, question.space, "space"))
    return {}
