"""Routes for what was chosen for the shop."""

from __future__ import annotations

import os

from fastapi import APIRouter

from forecasting.entrypoints.api.context import Ask
from forecasting.entrypoints.api.error_responses import documented
from forecasting.entrypoints.api.schemas import By
from forecasting.entrypoints.api.settings_schemas import SettingsChange, ShopChoices
from forecasting.services import serving_record, shop_settings
from forecasting.storage.settings import SettingsState
from forecasting.storage.workspace import Workspace

router = APIRouter(tags=["settings"])


@router.get("/settings", summary="What was chosen for the shop", responses=documented())
async def settings(context: Ask) -> ShopChoices:
    """How new versions go live, schedules, holidays, how much is kept, and who is told of what."""
    return _described(await context.call(shop_settings.state, context.ws))


@router.put("/settings", summary="Choose for the shop", responses=documented(409))
async def change(context: Ask, wanted: SettingsChange, by: By = None) -> ShopChoices:
    """Changes what is sent, for everybody; the rest stays. Of `retention` and `alerts`, too, only what is sent changes."""
    return _described(await context.change("settings", _save, context.ws, wanted, serving_record.named(by)))


def _save(ws: Workspace, wanted: SettingsChange, by: str) -> SettingsState:
    known = shop_settings.newest(ws)
    before, _ = shop_settings.to_go_on_from(ws)
    chosen = shop_settings.changed(before.values, wanted.values())
    return shop_settings.save(ws, chosen, by, after=known if wanted.state is None else wanted.state)


def _described(state: SettingsState) -> ShopChoices:
    return ShopChoices.model_validate(shop_settings.facts(state, os.environ))
