"""A browser keeps to the process that has its sessions, where the server has several."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from forecasting.entrypoints.server.connection_routes import COOKIE
from forecasting.entrypoints.server.process_role import ProcessRole

FORWARDED: Final = ("x-forwarded-for", "forwarded", "via", "x-real-ip")


class Affinity:
    """Names the process in a cookie with each page that it serves. A connection of a proxy, which would carry requests of other browsers next, ends
    with its answer.

    Args:
        app: The whole server.
        role: This process's.
    """

    def __init__(self, app: ASGIApp, role: ProcessRole) -> None:
        self._app, self._role = app, role

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""
        if scope["type"] != "http" or self._role.number is None:
            return await self._app(scope, receive, send)
        asked = Headers(scope=scope)
        is_page = self._role.draws_pages and "text/html" in asked.get("accept", "")
        is_new = is_page and HTTPConnection(scope).cookies.get(COOKIE) != str(self._role.number)
        is_forwarded = any(name in asked for name in FORWARDED)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if is_new:
                    headers.append("Set-Cookie", f"{COOKIE}={self._role.number}; Path=/; HttpOnly; SameSite=Lax")
                if is_forwarded:
                    headers["Connection"] = "close"
            await send(message)

        return await self._app(scope, receive, send_with_headers)
