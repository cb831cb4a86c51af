"""Routes for monitoring the server: whether all is well, and numbers for Prometheus."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from typing import Any, Final, Literal

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from forecasting.core.errors import StateDamaged
from forecasting.entrypoints.api.context import Ask, Context
from forecasting.entrypoints.api.error_responses import METHODS, documented
from forecasting.entrypoints.api.health_schemas import Disk, Health, Plan, Pulse
from forecasting.entrypoints.api.routes.jobs import described
from forecasting.entrypoints.server.strangers import is_stranger
from forecasting.services import jobs, shop_settings, versions
from forecasting.services.schedule import planned
from forecasting.storage.workspace import Workspace

open_router, router = APIRouter(tags=["health"]), APIRouter(tags=["health"])
"""Routes for everybody, and routes for clients with the token."""
LITTLE_SPACE: Final = 2**30
"""Free bytes below which a disk counts as nearly full."""
TEXT: Final[dict[str, Any]] = {"content": {"text/plain": {"schema": {"type": "string"}}}}
STARTED: Final = time.monotonic()
COUNTED: Final = frozenset({*METHODS, "OPTIONS"})
"""Methods that are counted by their names; a client can make up any number of others, each of which would be kept for good."""
BUCKETS: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)


@open_router.get("/health", summary="Whether all is well", responses=documented())
async def health(request: Request, context: Ask) -> Health | Pulse:
    """Needs no token: without one that is asked for it says only whether all is well."""
    looked = await context.watch(_looked_at, request, context)  # all in one go: each thread would have to wait for its turn behind those that compute
    return Pulse(status="ok" if looked.status == "ok" else "not ok") if is_stranger(request.scope) else looked


def _looked_at(request: Request, context: Context) -> Health:
    serving, job = versions.serving(context.ws), jobs.job(context.ws)
    plan, disk = _plan(context), disk_of(context.ws)
    status: Literal["ok", "no version", "disk nearly full"] = "disk nearly full" if disk.free < LITTLE_SPACE else "ok"
    return Health(
        status="no version" if serving.version is None else status,
        version=serving.version,
        refused=[damage.version for damage in serving.refused],
        job=None if job is None else described(request, job),
        schedule=plan,
        disk=disk,
        uptime=round(time.monotonic() - STARTED, 1),
    )


def _plan(context: Context) -> Plan | None:
    """What the schedule will do; None without one, and where nobody knows because the settings are damaged."""
    try:
        timetable = shop_settings.timetable(context.ws, context.settings.retrain_every, context.settings.timezone)
    except StateDamaged:  # logged where it is read, and by the schedule whenever it looks
        return None
    plan = planned(context.ws, timetable)
    return None if plan is None else Plan(every=plan.every, next=plan.next, coming=list(plan.coming), last=plan.last)


@router.get("/metrics", summary="Numbers for Prometheus", responses={**documented(), 200: TEXT}, response_class=Response)
async def metrics(request: Request, context: Ask) -> Response:
    """Requests by route and status, how long they took, memory, disk, the live version and the job."""
    return Response(await context.watch(generate_latest, request.app.state.registry), media_type=CONTENT_TYPE_LATEST)


def disk_of(ws: Workspace) -> Disk:
    """The disk of a workspace, or of the folder in which it will be created."""
    folder = next(folder for folder in (ws.home, *ws.home.parents) if folder.exists())
    usage = shutil.disk_usage(folder)
    return Disk(free=usage.free, total=usage.total)


class RequestCounter:
    """Counts and times the answers of an application.

    Args:
        app: The API, whose routes are known by their templates.
        registry: The registry that keeps the numbers.
    """

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self._app = app
        self._requests = Counter("shelfcast_requests", "Requests by route and status.", ("method", "route", "status"), registry=registry)
        self._seconds = Histogram("shelfcast_request_seconds", "Until the answer began.", ("route",), registry=registry, buckets=BUCKETS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "none")
                method = scope["method"] if scope["method"] in COUNTED else "other"
                self._requests.labels(method, route, message["status"]).inc()
                self._seconds.labels(route).observe(time.perf_counter() - begun)
            await send(message)

        await self._app(scope, receive, noted)


class WorkspaceCollector(Collector):
    """A workspace in numbers, read when they are asked for.

    Args:
        ws: The workspace.
    """

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges of the workspace."""
        serving, job = versions.serving(self._ws), jobs.job(self._ws)
        running = job is not None and job.state == "running"
        numbers = {
            "live_version": ("The version that serves, 0 for none.", serving.version or 0),
            "damaged_versions": ("Newer versions that are refused: damaged, or not to be read now.", len(serving.refused)),
            "job_running": ("Whether a retraining runs.", float(running)),
            "job_fraction": ("Share of the newest retraining that is done.", job.fraction if job else 0.0),
            "job_failed": ("Whether the newest retraining failed.", float(job is not None and job.state == "failed")),
            "disk_free_bytes": ("Of the workspace's disk.", disk_of(self._ws).free),
            "uptime_seconds": ("Since the server started.", time.monotonic() - STARTED),
        }
        for name, (text, value) in numbers.items():
            yield GaugeMetricFamily(f"shelfcast_{name}", text, value)


def registry_of(ws: Workspace) -> CollectorRegistry:
    """A registry with the numbers of a workspace and of this process."""
    registry = CollectorRegistry()
    registry.register(WorkspaceCollector(ws))
    ProcessCollector(registry=registry)
    return registry
