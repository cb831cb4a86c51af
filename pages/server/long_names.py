"""Addresses whose names are longer than any file's: Streamlit asks the system for them, which refuses to look."""

from __future__ import annotations

import errno

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response


def no_such_file(request: Request, error: Exception) -> Response:
    """The answer to an address whose name no file can have; raises any other error again."""
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG and request.method in ("GET", "HEAD"):
        return PlainTextResponse("There is no file of this name: it is too long.", 404)
    raise error
