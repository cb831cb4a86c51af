"""Routes for versions: list them, serve another one, and which one served when."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from forecasting.core.json_values import jsonable
from forecasting.entrypoints.api.context import Ask
from forecasting.entrypoints.api.error_responses import documented
from forecasting.entrypoints.api.schemas import By, Lived, Served
from forecasting.entrypoints.api.version_schemas import Shadows
from forecasting.services import serving_record
from forecasting.services import shadow as shadow_service
from forecasting.services import versions as versions_service
from forecasting.storage.versions.manifest import FILES

router = APIRouter(tags=["versions"])
MOMENT = 'E.g. "2026-11-20 14:05": in the time zone of the server, unless it says its offset. By default now.'


@router.get("/versions", summary="The published versions, newest first", responses=documented())
async def versions(context: Ask) -> list[dict[str, Any]]:
    """The sales each was trained on, its settings, past errors and durations. `live` marks the one in use.

    `state` is `live`, `shadow` (it served before, and is graded beside it), `held` (by the gate), `challenger`, `served` or `pruned`. `served` has
    the spans of time through which it served, in UTC, the last one with a null end if it serves still. `gate` says what was decided on the way to
    live, and on what figures. A pruned version cannot be made live again. `notes` are what people said of it; one that is `pinned` is never pruned.
    """
    manifests = await context.call(serving_record.listed, context.ws)
    return [jsonable({name: value for name, value in each.items() if name != FILES}) for each in manifests]


@router.post("/versions/{number}/live", summary="Serve this version from now on", responses=documented(404))
async def live(context: Ask, number: Annotated[int, Path(ge=1, le=999_999_999, description="Number of the version.")], by: By = None) -> Lived:
    """Switches in one step. A damaged version is refused."""
    await context.change("versions", versions_service.set_live, context.ws, number, serving_record.named(by))
    return Lived(live=number)


@router.get("/served", summary="Which version served at a moment", responses=documented(404))
async def served(
    context: Ask,
    at: Annotated[
        str | None,
        Query(max_length=40, description=MOMENT),
    ] = None,
) -> Served:
    """Since when, until when, and why. A moment before the first version is a 404."""
    return Served.model_validate(await context.call(serving_record.served, context.ws, at))


@router.get("/shadow", summary="How the live version does beside others, on the same days", responses=documented())
async def shadow(context: Ask) -> Shadows:
    """The version that served before, those that were held and challengers go on being graded by new sales. `advised` says that one should serve."""
    return Shadows.model_validate(await context.call(shadow_service.told, context.ws))
