"""Under which names the server answers, and which pages may open a connection to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from forecasting.entrypoints.server.authorities import authority, is_same_origin
from forecasting.entrypoints.server.network import is_this_machine
from forecasting.entrypoints.server.problem import answer, refuse

ALLOWED_HOSTS: Final = "STREAMLIT_SERVER_ALLOWED_HOSTS"
ALLOWED_ORIGINS: Final = "STREAMLIT_SERVER_CORS_ALLOWED_ORIGINS"
MAX_SHOWN: Final = 80
"""Characters of a header that an answer repeats at most."""


class KnownHosts:
    """Refuses whatever is asked for under a name that is not the server's, before any route sees it: a site may call this machine by a name of
    its own (DNS rebinding). A page's connection comes from a page of the very host and port that it is opened to.

    Args:
        app: The whole server.
        is_allowed: Whether a `Host` header has a name that somebody allowed; None where nobody named any.
        origins: Sites whose pages may open a connection besides.
    """

    def __init__(self, app: ASGIApp, is_allowed: Callable[[str], bool] | None, origins: Sequence[str] = ()) -> None:
        self._app = app
        self._is_allowed = is_allowed
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""
        refusal = self._refusal(scope, Headers(scope=scope)) if scope["type"] in ("http", "websocket") else None
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await refuse(refusal, scope, receive, send)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        host, origin = headers.get("host"), headers.get("origin")
        if host is not None:  # no browser leaves it out
            named = authority(host)
            if named is None:
                return answer(400, "HostWrong", f"The header Host is a name or an address, like shop.example:8501, not {_shown(host)}.")
            if not self._is_known(named.host, host, scope):
                return answer(403, "OtherHost", f"This server does not answer as {_shown(host)}. {ALLOWED_HOSTS} lists the names that it has.")
        if scope["type"] == "websocket" and origin is not None and not self._may_connect(origin, host or ""):
            detail = f"A page of {_shown(origin)} may not connect to {_shown(host or '')}. {ALLOWED_ORIGINS} lists sites that may."
            return answer(403, "OtherOrigin", detail)
        return None

    def _is_known(self, name: str, host: str, scope: Scope) -> bool:
        """Whether a name is this server's: always where it is this machine's own, which no site can take."""
        if is_this_machine(name):
            return True
        if self._is_allowed is not None:
            return self._is_allowed(host)
        address = str((scope.get("server") or ("",))[0])
        return not (is_this_machine(address) or address.startswith("/"))

    def _may_connect(self, origin: str, host: str) -> bool:
        return origin in self._origins or is_same_origin(origin, host)


def _shown(text: str) -> str:
    return repr(text[:MAX_SHOWN])
