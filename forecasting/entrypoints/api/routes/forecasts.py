"""Routes for the forecast of a filter, and for the orders."""

from __future__ import annotations

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
from forecasting.entrypoints.api.schemas import ForecastAnswer, ForecastQuestion, RecommendAnswer, RecommendQuestion
from forecasting.inventory.budget import spend
from forecasting.inventory.orders import wording
from forecasting.inventory.orders.recommend import Orders
from forecasting.services import cache, forecast_formats, ordering, stock_counts, supplier_terms
from forecasting.services.cache import Live
from forecasting.services.forecast_formats import CSV, ENDINGS, Parts
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

    The rows alone come as CSV with `Accept: text/csv`, as JSON lines with `application/x-ndjson`, as Parquet with `application/vnd.apache.parquet`;
    more than 10,000 are sent as they are made.
    """
    media = next((name for name in _accepted(request) if name in ENDINGS), None)
    if media is None or JSON in _accepted(request):
        return await context.compute("forecast", _forecast_json, context.ws, question)
    version, table = await context.compute("forecast", _forecast_parts, context.ws, question, media)
    named = _download(f"forecast-v{version}.{ENDINGS[media]}")
    if table.is_large:
        return StreamingResponse(_made(context, table.parts), media_type=media, headers=named)
    return Response(await context.compute("forecast", b"".join, table.parts), media_type=media, headers=named)


async def _made(context: Context, parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The parts of an answer, each made in a thread when the one before it was sent."""
    while (part := await context.compute("forecast", next, parts, None)) is not None:
        yield part


@router.post("/recommend", summary="What to order", responses=_both(RecommendAnswer, CSV))
async def recommend(request: Request, context: Ask, question: RecommendQuestion) -> Response:
    """Orders, most urgent first, by the stock that was saved or is sent along. `Accept: text/csv` gives the orders CSV."""
    accepted = _accepted(request)
    answer = _orders_csv if CSV in accepted and JSON not in accepted else _orders_json
    return await context.compute("orders", answer, context.ws, question)


def _accepted(request: Request) -> list[str]:
    return [part.partition(";")[0].strip().lower() for part in request.headers.get("accept", "").split(",")]


def _forecast_parts(ws: Workspace, question: ForecastQuestion, media: str) -> tuple[int, Parts]:
    version, ensemble = cache.live(ws)
    return version, forecast_formats.written(ensemble, question.filters(), question.steps(ensemble), question.layout(ensemble), media)


def _forecast_json(ws: Workspace, question: ForecastQuestion) -> Response:
    (version, ensemble), filters = cache.live(ws), question.filters()
    steps = question.steps(ensemble)
    chosen = forecast_view.chosen_rows(ensemble, filters, steps)
    total = forecast_view.total_range(ensemble, chosen, steps)
    head = {
        "version": version,
        "sales_to": f"{ensemble.panel.last:%Y-%m-%d}",
        "period": ensemble.panel.period.name,
        "days": steps,
        "series": len(chosen),
        "sum": {name: getattr(total, name) for name in ("expected", *schema.BANDS)},
    }
    columns = forecast_table.forecast_columns(ensemble, filters, chosen, steps, question.layout(ensemble))
    recommendation, problem = _recommendation(ws, version, chosen)
    head["recommendation_problem"] = problem
    return Response(json_values.joined(head, forecast=json_values.of_columns(columns), recommendation=recommendation), media_type=JSON)


def _recommendation(ws: Workspace, version: int, chosen: Iterable[int]) -> tuple[bytes, str | None]:
    """The orders of the series in these rows as JSON, and why there are none: a forecast needs no stock."""
    try:
        lines = cache.order_lines(ws, version, cache.stock(ws))
    except StockDamaged as error:
        return b"null", str(error)
    return json_values.array([lines[row] for row in chosen]), None


def _orders_csv(ws: Workspace, question: RecommendQuestion) -> Response:
    live, _, orders, quantities = _ordered(ws, question)
    return _csv(ordering.orders_csv(orders, live.version, quantities), f"orders-v{live.version}.csv")


def _orders_json(ws: Workspace, question: RecommendQuestion) -> Response:
    live, saved, orders, quantities = _ordered(ws, question)
    table = ordering.orders_table(orders, live.version, quantities)
    head = {
        "version": live.version,
        "policy": orders.policy.to_dict(),
        "stock": None if saved is None else saved.number,
        "units": float(table["order_quantity"].sum()),
        "value": float(table["order_value"].sum(min_count=1)),
        "summary": wording.summary(orders),
    }
    return Response(json_values.joined(head, orders=json_values.array(json_values.of_table(table))), media_type=JSON)


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


def _limited(orders: Orders, question: RecommendQuestion) -> dict[str, float]:
    if question.budget is not None and question.space is not None:
        raise InputError("An order is limited by budget or by space, not by both. Send one of them.")
    if question.budget is not None:
        return spend.quantities(orders, spend.spend(orders, question.budget))
    if question.space is not None:
        return spend.quantities(orders, spend.spend(orders, question.space, "space"))
    return {}


def _csv(content: bytes, name: str) -> Response:
    return Response(content, media_type=CSV, headers=_download(name))


def _download(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
