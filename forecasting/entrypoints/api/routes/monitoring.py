"""Routes for the monitor: what became of the forecast that served, and findings that somebody knows of."""

from __future__ import annotations

from fastapi import APIRouter

from forecasting.analysis.monitoring.monitor import Monitor
from forecasting.entrypoints.api.context import Ask
from forecasting.entrypoints.api.error_responses import documented
from forecasting.entrypoints.api.monitor_schemas import Acknowledgement, MonitorAnswer
from forecasting.entrypoints.api.schemas import By
from forecasting.services import monitoring, serving_record

router = APIRouter(tags=["versions"])


@router.get("/monitor", summary="Whether the forecast that served keeps its promise", responses=documented(404))
async def monitor(context: Ask) -> MonitorAnswer:
    """Each day of sales is graded with the forecast that was live when it began, and held against what past checks looked like."""
    found: Monitor = await context.call(monitoring.monitor, context.ws)
    return MonitorAnswer.model_validate(found.to_json())


@router.post("/monitor/acknowledge", summary="Say that a finding is known", responses=documented(404))
async def acknowledge(context: Ask, sent: Acknowledgement, by: By = None) -> MonitorAnswer:
    """It is silent until it ends and comes again, or for 28 days."""
    await context.change("versions", monitoring.acknowledge, context.ws, sent.id, serving_record.named(by))
    found: Monitor = await context.call(monitoring.monitor, context.ws)
    return MonitorAnswer.model_validate(found.to_json())
