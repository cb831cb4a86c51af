"""A problem as a response: RFC 9457."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from forecasting.core.json_values import jsonable

MEDIA_TYPE: Final = "application/problem+json"


def answer(status: int, kind: str, detail: str, *, more: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None) -> Response:
    """A problem as a response; in ASCII, since a text that it repeats may hold what UTF-8 cannot encode.

    Args:
        status: The HTTP status.
        kind: The kind in CamelCase, e.g. the class of the error.
        detail: What is wrong and what to do.
        more: Further members of the problem.
        headers: Further headers of the response.
    """
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind)
    name = words.lower().replace(" ", "-")
    body = {**(more or {}), "type": f"urn:shelfcast:problem:{name}", "title": words.capitalize(), "status": status, "detail": detail}
    return Response(json.dumps(jsonable(body), allow_nan=False), status, dict(headers or {}), media_type=MEDIA_TYPE)


async def refuse(refusal: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Answers a request with a problem; where a page's connection is asked for and the server cannot say why not, it is closed."""
    if scope["type"] == "websocket" and "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 1008})
    else:
        await refusal(scope, receive, send)
