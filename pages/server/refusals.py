"""Answers that no route gives, with the headers of all others: to what is no HTTP, to a handshake that fails, to one connection too many."""

from __future__ import annotations

import logging
from typing import Any, Final

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.http11 import Response as Handshake

from forecasting.entrypoints.server.content_policy import NOTHING, policy
from forecasting.entrypoints.server.problem import answer, refuse
from forecasting.entrypoints.server.security_headers import POLICY, secure
from forecasting.entrypoints.server.server_settings import CONNECTIONS
from pages.server.policies import PRIVATE

logger = logging.getLogger("shelfcast")
PLAIN: Final = {POLICY: policy(NOTHING), **PRIVATE}
"""What a refusal is told besides: it loads nothing, and nobody keeps it."""
NOT_HTTP: Final = "This is no request that can be read. Send HTTP/1.1, to an address like http://127.0.0.1:8501/api/health."


def secured(refusal: Response) -> Response:
    """A refusal with the headers of every answer."""
    secure(refusal.headers, PLAIN)
    return refusal


def not_http() -> Response:
    """The answer to bytes that are no request; the last one of its connection."""
    return secured(answer(400, "BadRequest", NOT_HTTP, headers={"Connection": "close"}))


class ConnectionLimit:
    """Answers with 503 while there are too many connections, to requests and to pages that would open one of theirs.

    Args:
        app: The whole server, as connections call it.
        state: Where uvicorn keeps its connections, and tasks that answer.
        most: Of either, at most.
    """

    def __init__(self, app: ASGIApp, state: ServerState, most: int) -> None:
        self._app, self._state, self._most = app, state, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""
        if scope["type"] == "lifespan" or max(len(self._state.connections), len(self._state.tasks)) <= self._most:
            await self._app(scope, receive, send)
            return
        logger.warning("More than %d connections are open: a request was refused. %s says how many there may be.", self._most, CONNECTIONS)
        detail = f"More than {self._most} connections are open. Try again in a moment, or start the server with a larger {CONNECTIONS}."
        refusal = answer(503, "TooManyConnections", detail, headers={"Retry-After": "1", "Connection": "close"})
        await refuse(secured(refusal), scope, receive, send)


class PageSocket(WebSocketsSansIOProtocol):
    """A page's connection; one that is not opened is told so with the headers of every answer, where no route refuses it too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reject = self.conn.reject

        def secured_reject(status: int, text: str) -> Handshake:
            refusal = reject(status, text)
            refusal.headers.update(secure({}, PLAIN))
            return refusal

        self.conn.reject = secured_reject  # type: ignore[method-assign]
