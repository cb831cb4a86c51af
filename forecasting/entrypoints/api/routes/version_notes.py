"""Routes for what people say of versions: notes and pins."""

from __future__ import annotations

from fastapi import APIRouter

from forecasting.entrypoints.api.context import Ask, Context
from forecasting.entrypoints.api.error_responses import documented
from forecasting.entrypoints.api.schemas import By
from forecasting.entrypoints.api.version_schemas import NewNote, Noted, Number
from forecasting.services import serving_record, version_notes

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


async def _noted(context: Context, number: int) -> Noted:
    return Noted.model_validate(await context.call(version_notes.with_notes, context.ws, {"version": number}))
