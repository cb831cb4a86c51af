"""Access to the API: for programs of this machine, or for clients that know the token."""

from __future__ import annotations

import hmac
from typing import Final

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from forecasting.entrypoints.server import strangers
from forecasting.entrypoints.server.authorities import authority, is_same_origin
from forecasting.entrypoints.server.network import is_this_machine
from forecasting.entrypoints.server.problem import answer
from forecasting.entrypoints.server.server_settings import TOKEN, ServerSettings

OPEN: Final = ("/health",)
"""Routes that need no token; to a stranger they say little."""
SAFE: Final = ("GET", "HEAD", "OPTIONS")
FAILURES: Final = parse("30/minute")
"""Rate of wrong tokens from one client, above which it has to wait. The right one passes at any time, so that nobody can lock its holder out."""


class ApiAccess:
    """Lets permitted requests through to the API; refuses the rest before a byte of their body is read.

    If a token is set, clients that send it are permitted. If not, programs and pages of this machine are, so that no site on the web can make a
    browser here send requests for it (CSRF) or wait for answers, nor reach this machine under a name of its own (DNS rebinding).

    Args:
        app: The API.
        settings: Settings with the token and the allowed origins.
    """

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self._app = app
        self._token = settings.token.encode()
        self._origins = settings.origins
        self._failures = FixedWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""
        refusal = self._refusal(scope, Headers(scope=scope)) if scope["type"] == "http" else None
        if refusal is not None and self._is_open(scope):
            strangers.mark(scope)
            refusal = None
        await (refusal or self._app)(scope, receive, send)

    def _is_open(self, scope: Scope) -> bool:
        """Whether what is asked for is open to strangers too: where there is a token, since without one there are none on this machine."""
        return bool(self._token) and scope["path"].removeprefix(scope.get("root_path", "")) in OPEN

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        return self._without_token(client(scope), headers) if self._token else self._from_elsewhere(scope["method"], headers)

    def _without_token(self, who: str, headers: Headers) -> Response | None:
        authorization = headers.get("authorization", "")
        kind, _, shown = authorization.partition(" ")
        if hmac.compare_digest(shown.strip().encode(), self._token) and kind.lower() == "bearer":
            return None
        if authorization and not self._failures.hit(FAILURES, who):  # a client without a token guesses nothing
            return answer(429, "TooManyFailures", "Too many requests had a wrong token. Wait a minute.", headers={"Retry-After": "60"})
        detail = "This server asks for its token. Send the header 'Authorization: Bearer TOKEN'."
        return answer(401, "TokenMissing", detail, headers={"WWW-Authenticate": "Bearer"})

    def _from_elsewhere(self, method: str, headers: Headers) -> Response | None:
        named = authority(headers.get("host", ""))
        if named is None or not is_this_machine(named.host):
            return answer(403, "OtherHost", f"Without {TOKEN} the API answers this machine only, as localhost or 127.0.0.1.")
        if not self._is_foreign(method, headers):
            return None
        return answer(403, "OtherOrigin", "A page of another site may ask and change nothing here. FORECASTING_ORIGINS lists sites that may.")

    def _is_foreign(self, method: str, headers: Headers) -> bool:
        """Whether a browser sends the request for a page of another site; a link on one may lead here, to what changes nothing."""
        origin = headers.get("origin")
        if origin is not None:
            return origin not in self._origins and not is_same_origin(origin, headers.get("host", ""))
        is_link = method in SAFE and headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
        return headers.get("sec-fetch-site", "none") in ("cross-site", "same-site") and not is_link


def client(scope: Scope) -> str:
    """The address that a request came from."""
    return str((scope.get("client") or ("unknown",))[0])
