"""Routes for what people do with versions: notes, pins, and two side by side."""

from __future__ import annotations

from fastapi import APIRouter

from forecasting.core.json_values import jsonable
from forecasting.entrypoints.api.context import Ask, Context
from forecasting.entrypoints.api.error_responses import documented
from forecasting.entrypoints.api.schemas import By
from forecasting.entrypoints.api.version_schemas import Comparison, NewNote, Noted, Number
from forecasting.services import serving_record, version_comparison, version_notes

router = APIRouter(tags=["versions"])


@router.post("/versions/{number}/note", summary="Add a note to a version", responses=documented(404))
async def note(context: Ask, number: Number, sent: NewNote, by: By = None) -> Noted:
    """Notes are only ever added; a pruned version can have some, too."""
    await context.change("versions", version_notes.note, context.ws, number, sent.text, serving_record.named(by))
    return await _noted(context, number)


@router.post("/versions/{number}/pin", summary="Keep a version until somebody takes the pin off", responses=documented(404))
async def pin(context: Ask, number: Number, by: By = None) -> Noted:
    """It is never pruned. While it is live, new versions are published and wait until somebody makes one live."""
    await context.change("versions", version_notes.pin, context.ws, number, serving_record.named(by))
    return await _noted(context, number)


@router.delete("/versions/{number}/pin", summary="Take the pin off a version", responses=documented(404))
async def unpin(context: Ask, number: Number, by: By = None) -> Noted:
    """Versions that waited go on waiting; make one live, or retrain."""
    await context.change("versions", version_notes.unpin, context.ws, number, serving_record.named(by))
    return await _noted(context, number)


@router.get("/versions/{a}/compare/{b}", summary="Two versions side by side", responses=documented(404))
async def compare(context: Ask, a: Number, b: Number) -> Comparison:
    """Errors on the same past days and series, units on the same days ahead, settings. Versions that share no series are never compared."""
    return Comparison.model_validate(jsonable(await context.work(version_comparison.compare, context.ws, a, b)))


async def _noted(context: Context, number: int) -> Noted:
    return Noted.model_validate(await context.call(version_notes.with_notes, context.ws, {"version": number}))
