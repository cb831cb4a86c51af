"""Shelfcast over HTTP: one application, mounted beside the pages."""

from __future__ import annotations

from typing import Final

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer
from fastapi_offline import FastAPIOffline
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse

from forecasting.entrypoints.api import docs_page, error_responses
from forecasting.entrypoints.api.access import ApiAccess
from forecasting.entrypoints.api.context import Context
from forecasting.entrypoints.api.limits import Limits
from forecasting.entrypoints.api.routes import (
    alerts,
    forecasts,
    health,
    jobs,
    launches,
    money,
    monitoring,
    order_sheets,
    orders,
    products,
    profiles,
    sales,
    stock,
    suppliers,
    version_notes,
    versions,
    why,
)
from forecasting.entrypoints.api.routes import settings as shop_settings
from forecasting.entrypoints.server.server_settings import ServerSettings
from forecasting.storage.workspace import Workspace

PREFIX = "/api"
PARTS: Final = (
    health,
    sales,
    profiles,
    products,
    launches,
    jobs,
    forecasts,
    versions,
    version_notes,
    monitoring,
    alerts,
    shop_settings,
    why,
    orders,
    order_sheets,
    suppliers,
    money,
    stock,
)
"""Routes by what they are about, in the order of their documentation."""
DESCRIPTION = """
From a shop's sales file to a forecast it can trust and an order it can place. The pages and the command line use the same functions.

Errors are [problem details](https://www.rfc-editor.org/rfc/rfc9457) with the same text as on the pages.
"""


def make_app(ws: Workspace, settings: ServerSettings) -> FastAPI:
    """The application.

    Args:
        ws: The workspace that it serves.
        settings: Settings of who may use it, and how much.
    """
    registry = health.registry_of(ws)
    app: FastAPI = FastAPIOffline(
        title="Shelfcast",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        middleware=[Middleware(health.RequestCounter, registry), *_cors(settings), Middleware(ApiAccess, settings), Middleware(Limits, settings)],
        strict_content_type=False,
    )
    app.state.context, app.state.registry = Context(ws, settings), registry
    error_responses.install(app)
    app.add_route("/", _to_docs, include_in_schema=False)
    docs_page.install(app)
    app.include_router(health.open_router)
    token = [Depends(HTTPBearer(auto_error=False, description="FORECASTING_API_TOKEN."))] if settings.token else []
    for part in PARTS:
        app.include_router(part.router, dependencies=token)
    return app


def _to_docs(request: Request) -> RedirectResponse:
    """Sends a browser that opens the API's address to its documentation."""
    return RedirectResponse(f"{request.scope.get('root_path', '')}{docs_page.PATH}")


def _cors(settings: ServerSettings) -> list[Middleware]:
    """The middleware that lets pages of the allowed origins call the API; none without such origins."""
    if not settings.origins:
        return []
    headers = ["Authorization", "Content-Type", "Last-Event-ID", "Idempotency-Key"]
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=list(settings.origins),
            allow_methods=["GET", "POST", "PUT", "DELETE"],
            allow_headers=headers,
            expose_headers=["Location", "Retry-After"],
        )
    ]
