"""Headers of every answer by which a browser keeps other sites out: of frames, of what it reads, of what it runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from forecasting.entrypoints.server.problem import answer

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
POLICY: Final = "Content-Security-Policy"
STARTS: Final = ("http.response.start", "websocket.http.response.start")
UNEXPECTED: Final = "Something went wrong inside Shelfcast. The server's log has the full error."


class SecurityHeaders:
    """Adds to each answer what it does not say itself, and who may show it in a frame.

    Args:
        app: The whole server.
        headers_of: Further headers of what lies at the address of a request, its content security policy among them.
        framed_by: Origins whose pages may show answers in a frame; nobody may if there are none.
    """

    def __init__(self, app: ASGIApp, headers_of: Callable[[Scope], dict[str, str]], framed_by: Sequence[str] = ()) -> None:
        self._app = app
        self._headers_of = headers_of
        self._frames = "frame-ancestors " + (" ".join(framed_by) or "'none'")
        self._headers = HEADERS if framed_by else HEADERS | {"X-Frame-Options": "DENY"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request; one that fails before its answer begins is answered here, with the same headers."""
        begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal begun
            begun = True
            if message["type"] in STARTS:
                self._add(MutableHeaders(scope=message), scope)
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:
            if scope["type"] == "http" and not begun:
                await answer(500, "Unexpected", UNEXPECTED)(scope, receive, send_with_headers)
            raise

    def _add(self, headers: MutableHeaders, scope: Scope) -> None:
        for name, value in (self._headers | self._headers_of(scope)).items():
            headers.setdefault(name, value)
        headers[POLICY] = f"{headers[POLICY]}; {self._frames}"
