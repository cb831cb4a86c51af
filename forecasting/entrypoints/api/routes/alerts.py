"""Routes for alerts: what is open, who is told, and a try whether it arrives."""

from __future__ import annotations

from fastapi import APIRouter

from forecasting.entrypoints.api.alert_schemas import AlertsAnswer, TrialAnswer
from forecasting.entrypoints.api.context import Ask
from forecasting.entrypoints.api.error_responses import documented
from forecasting.services.alerts import watch

router = APIRouter(tags=["settings"])


@router.get("/alerts", summary="What somebody should know of, and who is told", responses=documented())
async def alerts(context: Ask) -> AlertsAnswer:
    """What is open now, told or not; who is told once a day, and how each did at the last try."""
    return AlertsAnswer.model_validate(await context.call(watch.facts, context.ws))


@router.post("/alerts/try", summary="Try whether alerts arrive", responses=documented())
async def attempt(context: Ask) -> TrialAnswer:
    """Begins to send what is open to everybody; `GET /alerts` says what came of it. Nothing without receivers."""
    return TrialAnswer.model_validate({"receivers": await context.change("alerts", watch.try_soon, context.ws)})
