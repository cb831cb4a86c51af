"""Routes for stock: saved from a file, taken back, as it is on the shelves now, and counts that were graded."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form
from starlette.responses import Response

from forecasting.core import json_values
from forecasting.entrypoints.api.context import Ask
from forecasting.entrypoints.api.error_responses import SHOWN, documented
from forecasting.entrypoints.api.forms import content_of, roles_of
from forecasting.entrypoints.api.stock_forms import StockForm
from forecasting.entrypoints.api.stock_schemas import CountsAnswer, StockAnswer, StockSaved, StockTakenBack
from forecasting.inventory.stock.file import StockFile
from forecasting.services import cache, ordering, sales, stock_files, stock_tables
from forecasting.services.stock_files import Counted
from forecasting.storage.workspace import Workspace
from forecasting.training.ensemble import Ensemble

router = APIRouter(tags=["orders"])
JSON = "application/json"


@router.get("/stock", summary="What is on hand now", responses={200: {"model": StockAnswer}, **documented(404)})
async def shelves(context: Ask) -> Response:
    """Each shelf that was counted: the count, less what was sold since, and what came of orders since."""
    return await context.compute("orders", _shelves, context.ws)


@router.post("/stock", summary="Save a stock file", responses=documented(409))
async def save(context: Ask, form: Annotated[StockForm, Form(media_type="multipart/form-data")]) -> StockSaved:
    """Keeps stock and terms for everybody. What the file leaves out stays as it was saved, and so does the day of its count."""
    roles = roles_of(form.mapping, ordering.STOCK_ROLES, {"on_hand": "Stock"})
    name, content = await content_of(context, form.file)
    ensemble, checked = await context.work(_checked, context.ws, (name, content), roles, form)
    if form.dry_run:
        return _answer(context.ws, checked)
    return await context.change("stock", _saved, context.ws, ensemble, checked, name, Counted(form.counted, form.opening))


@router.post("/stock/undo", summary="Take the saved stock back", responses=documented())
async def undo(context: Ask) -> StockTakenBack:
    """The stock that was saved before it counts again."""
    return await context.change("stock", _taken_back, context.ws)


@router.get("/stock/counts", summary="Counts against what was expected", responses={200: {"model": CountsAnswer}, **documented(404)})
async def counts(context: Ask) -> Response:
    """Each count of a shelf that had been counted before: what should have been there, what was, and what the difference is worth."""
    return await context.compute("orders", _counts, context.ws)


def _checked(ws: Workspace, file: tuple[str, bytes], roles: dict[str, str], form: StockForm) -> tuple[Ensemble, StockFile]:
    """The series that count, and what a file says of them, where it may be used; raises InputError."""
    (name, content), ensemble = file, cache.live(ws).ensemble
    table = sales.inspect(content, name, contents="stock")
    checked = ordering.check_stock(table, stock_files.roles(table, roles), ensemble, day_first=form.day_first)
    checked.accept(drop_problems=form.drop_problems)
    stock_files.require_known(checked, name)
    Counted(form.counted, form.opening).in_shop(ws)
    return ensemble, checked


def _saved(ws: Workspace, ensemble: Ensemble, checked: StockFile, name: str, counted: Counted) -> StockSaved:
    return _answer(ws, checked, stock_files.save(ws, checked, ensemble, name, counted).refusal, is_saved=True)


def _answer(ws: Workspace, checked: StockFile, refusal: str = "", *, is_saved: bool = False) -> StockSaved:
    problems: list[Any] = checked.problems.head(SHOWN).to_dict("records")
    return StockSaved(
        saved=is_saved,
        stock=_number(ws),
        rows=checked.rows,
        matched=checked.matched,
        counted=checked.shelves,
        text=stock_files.text(checked, is_saved=is_saved),
        notes=[*checked.notes, *filter(None, [refusal])],
        mapping=checked.mapping,
        kept_out=list(checked.kept_out),
        problems=problems,
        problems_found=len(checked.problems),
    )


def _taken_back(ws: Workspace) -> StockTakenBack:
    taken = ordering.undo_stock(ws)
    return StockTakenBack(name=taken.name, stock=_number(ws), text=stock_files.taken_back(taken))


def _number(ws: Workspace) -> int | None:
    now = ordering.saved_stock(ws)
    return None if now is None else now.number


def _shelves(ws: Workspace) -> Response:
    ensemble = cache.live(ws).ensemble
    rows = json_values.array(json_values.of_table(stock_tables.shelves(ws, ensemble)))
    return Response(json_values.joined(stock_tables.facts(ws, ensemble), shelves=rows), media_type=JSON)


def _counts(ws: Workspace) -> Response:
    ensemble = cache.live(ws).ensemble
    table = stock_tables.counts(ws, ensemble)
    head = stock_tables.facts(ws, ensemble) | stock_tables.graded(table)._asdict()
    return Response(json_values.joined(head, graded=json_values.array(json_values.of_table(table))), media_type=JSON)
