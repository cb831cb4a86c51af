"""Routes for versions: list them, serve another one."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path

from forecasting.core.json_values import jsonable
from forecasting.entrypoints.api.context import Ask
from forecasting.entrypoints.api.error_responses import documented
from forecasting.entrypoints.api.schemas import Lived
from forecasting.services import versions as versions_service
from forecasting.storage.versions.manifest import FILES

router = APIRouter(tags=["versions"])


@router.get("/versions", summary="The published versions, newest first", responses=documented())
async def versions(context: Ask) -> list[dict[str, Any]]:
    """The sales each was trained on, its settings, past errors and durations. `live` marks the one in use."""
    manifests = await context.call(versions_service.versions, context.ws)
    return [jsonable({name: value for name, value in each.items() if name != FILES}) for each in manifests]


@router.post("/versions/{number}/live", summary="Serve this version from now on", responses=documented(404))
async def live(context: Ask, number: Annotated[int, Path(ge=1, le=999_999_999, description="Number of the version.")]) -> Lived:
    """Switches in one step. A damaged version is refused."""
    await context.change("versions", versions_service.set_live, context.ws, number)
    return Lived(live=number)
