"""Headers of every answer by which a browser keeps other sites out: of frames, of what it reads, of what it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from forecasting.entrypoints.server.problem import answer

H = TypeVar("H", MutableHeaders, dict[str, str])
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
ENDING: Final = "Shelfcast is ending, and did not wait until this was done. Try again once it runs again."


def secure(headers: H, further: Mapping[str, str], framed_by: Sequence[str] = ()) -> H:
    """Headers of an answer with those that every answer has, unless it says them itself, and with who may show it in a frame.

    Args:
        headers: Of the answer, which are changed.
        further: Of what lies at the address, its content security policy among them.
        framed_by: Origins whose pages may show it; nobody may if there are none.

    Example:
        >>> secure({"Referrer-Policy": "no-referrer"}, {POLICY: "default-src 'none'"})["Content-Security-Policy"]
        "default-src 'none'; frame-ancestors 'none'"
    """
    unframed = {} if framed_by else {"X-Frame-Options": "DENY"}
    for name, value in {**HEADERS, **unframed, **further}.items():
        headers.setdefault(name, value)
    headers[POLICY] = "; frame-ancestors ".join([headers[POLICY], " ".join(framed_by) or "'none'"])
    return headers


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
        self._framed_by = framed_by

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request; one that fails before its answer begins is answered here, with the same headers."""
        begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal begun
            begun = True
            if message["type"] in STARTS:
                secure(MutableHeaders(scope=message), self._headers_of(scope), self._framed_by)
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except (Exception, asyncio.CancelledError) as error:
            if scope["type"] == "http" and not begun:
                await _failure(error)(scope, receive, send_with_headers)
            raise


def _failure(error: BaseException) -> Response:
    """The answer to a request that failed, or that a server which ends no longer waits for."""
    return answer(500, "Unexpected", UNEXPECTED) if isinstance(error, Exception) else answer(503, "Ending", ENDING)
