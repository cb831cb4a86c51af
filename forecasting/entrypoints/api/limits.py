"""Limits of what one client may send: requests, files, and bytes of a body, counted while they arrive."""

from __future__ import annotations

import math
import time
from typing import Final

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from forecasting.entrypoints.api.access import client
from forecasting.entrypoints.server.problem import answer
from forecasting.entrypoints.server.server_settings import ServerSettings
from forecasting.intake.reader import LIMIT

UPLOADS: Final = ("/retrain", "/stock", "/upload")
"""Routes that take a file."""
UPLOAD_BYTES: Final = LIMIT + 2**20
"""Bytes of a request with a file at most: the file and its other fields."""
LISTS: Final = ("/suppliers",)
"""Routes that take a list of a whole shop as JSON."""
LIST_BYTES: Final = 32 * 2**20
"""Bytes of such a list at most: terms of some 200,000 products."""
MAX_DIGITS: Final = 18
"""Digits of a Content-Length that are read as a number: more are too many bytes for anybody."""
BODY_BYTES: Final = 2**20
"""Bytes of any other request at most."""
_OF_FILES: Final = "Send the file as .csv.gz or Parquet, a tenth of its size, or split it by year or store and send the parts one by one."


class Limits:
    """Refuses requests over a limit before they are read.

    Args:
        app: The API.
        settings: Settings with the rates.
    """

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self._app = app
        self._requests, self._uploads = parse_many(settings.request_rate), parse_many(settings.upload_rate)
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        route = scope["path"].removeprefix(scope.get("root_path", ""))
        takes_file = route in UPLOADS and scope["method"] == "POST"
        limit = UPLOAD_BYTES if takes_file else LIST_BYTES if route in LISTS else BODY_BYTES
        refusal = self._too_often(client(scope), takes_file=takes_file) or _declared_too_large(scope, limit)
        if refusal is not None:
            await refusal(scope, receive, send)
        else:
            await self._app(scope, _counted(receive, limit), send)

    def _too_often(self, who: str, *, takes_file: bool) -> Response | None:
        kinds: list[tuple[str, list[RateLimitItem]]] = [("requests", self._requests), ("uploads", self._uploads if takes_file else [])]
        for kind, rates in kinds:
            for rate in rates:
                if not self._limiter.hit(rate, kind, who):
                    return self._wait(rate, kind, who)
        return None

    def _wait(self, rate: RateLimitItem, kind: str, who: str) -> Response:
        seconds = max(1, math.ceil(self._limiter.get_window_stats(rate, kind, who).reset_time - time.time()))
        detail = f"{who} sent more than {rate} {kind}. Try again in {seconds} s."
        return answer(429, "TooManyRequests", detail, headers={"Retry-After": str(seconds)})


def _declared_too_large(scope: Scope, limit: int) -> Response | None:
    """The refusal of a body whose Content-Length is over the limit; else None."""
    stated = Headers(scope=scope).get("content-length", "")
    is_larger = stated.isdecimal() and (len(stated) > MAX_DIGITS or int(stated) > limit)
    return answer(413, "TooLarge", _text(limit), headers={"Connection": "close"}) if is_larger else None


def _counted(receive: Receive, limit: int) -> Receive:
    """Passes a body on until it is over the limit, whatever its Content-Length; the application answers the error that is raised then."""
    n_bytes = 0

    async def counted() -> Message:
        nonlocal n_bytes
        message = await receive()
        n_bytes += len(message.get("body", b""))
        if n_bytes > limit:
            raise HTTPException(413, _text(limit), {"Connection": "close"})
        return message

    return counted


def _text(limit: int) -> str:
    remedy = _OF_FILES if limit == UPLOAD_BYTES else "Send it in parts."
    return f"The request is larger than the limit of {limit / 2**20:,.0f} MB. {remedy}"
