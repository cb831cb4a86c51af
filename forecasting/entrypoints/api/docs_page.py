"""The page that describes the API, drawn by Swagger UI from files of this server."""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import Response

from forecasting.entrypoints.server.content_policy import NOTHING, hashes, policy
from forecasting.entrypoints.server.security_headers import POLICY

PATH: Final = "/docs"
FILES: Final = "/static-offline-docs"
ICON: Final = "/app/static/icon.svg"


def install(app: FastAPI) -> None:
    """Adds the page to an application that serves the files of Swagger UI."""

    async def page(request: Request) -> Response:
        root = request.scope.get("root_path", "")
        document = get_swagger_ui_html(
            openapi_url=f"{root}{app.openapi_url}",
            title=f"{app.title} - Swagger UI",
            swagger_js_url=f"{root}{FILES}/swagger-ui-bundle.js",
            swagger_css_url=f"{root}{FILES}/swagger-ui.css",
            swagger_favicon_url=ICON,
        )
        document.headers[POLICY] = _policy(bytes(document.body).decode())
        return document

    app.add_route(PATH, page, include_in_schema=False)


def _policy(document: str) -> str:
    """What the page needs: its own script, Swagger UI, the styles that this writes, and answers of this server."""
    own = {"script-src": f"'self' {hashes(document, 'script')}", "style-src": "'self' 'unsafe-inline'"}
    return policy({**NOTHING, **own, "img-src": "'self' data:", "connect-src": "'self'"})
