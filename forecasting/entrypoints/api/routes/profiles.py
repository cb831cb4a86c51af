"""Routes for what is remembered of files by their header."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from forecasting.entrypoints.api.context import Ask
from forecasting.entrypoints.api.error_responses import documented
from forecasting.entrypoints.api.sales_schemas import Profile
from forecasting.entrypoints.api.schemas import By
from forecasting.services import profiles, serving_record
from forecasting.storage.workspace import Workspace

router = APIRouter(tags=["sales"])


@router.get("/profiles", summary="How files are read by the answers for earlier ones", responses=documented())
async def listed(context: Ask) -> list[Profile]:
    """One for each header, the newest first. A file with that header needs no answers; what is sent with it goes before what is remembered."""
    return await context.call(_known, context.ws)


@router.delete("/profiles/{id}", summary="Forget the answers for a header", responses=documented(404))
async def forget(context: Ask, id: Annotated[str, Path(description="The name of the header.", examples=["0f3c9a1be27d"])], by: By = None) -> Profile:
    """The next file with this header is asked again. Uploads stay as they are; the answer is what was remembered."""
    gone = await context.change("profiles", profiles.forget, context.ws, id, serving_record.named(by))
    return Profile.model_validate(profiles.facts(gone))


def _known(ws: Workspace) -> list[Profile]:
    return [Profile.model_validate(profiles.facts(profile)) for profile in profiles.profiles(ws)]
