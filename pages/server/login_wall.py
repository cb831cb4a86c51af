"""What a logged-in session leaves on the server, kept from everybody else: files to download, files being uploaded, the server's figures.

Streamlit serves them beside the pages, to whoever knows or guesses an address; the entry script is not asked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import _get_signed_cookie_with_chunks

from forecasting.core.errors import SettingsError
from forecasting.entrypoints.server import strangers
from pages.server.access_rules import access

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

BEHIND = ("/media/", "/_stcore/upload_file/", "/_stcore/metrics")
REFUSAL = "Log in first; for programs, start the server with FORECASTING_API_TOKEN and send it as a bearer token."
API, HEALTH = "/api/", "/api/health"


class LoginWall:
    """Where login is asked for, these paths answer 401 to whoever may not come in.

    Args:
        app: The whole server.
        api: Whether the API stands behind the wall too, but for its health, which tells strangers little: where no token guards it. It would be
            open to all the world behind a proxy that calls every site by this machine's name, as nginx does unless it is told otherwise.
    """

    def __init__(self, app: ASGIApp, *, api: bool) -> None:
        self._app = app
        self._behind = (*BEHIND, API) if api else BEHIND

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets the request through, or answers it."""
        path = path_below_base(scope) if scope["type"] == "http" else ""
        is_refused = path.startswith(self._behind) and not _may_pass(HTTPConnection(scope).cookies)
        if is_refused and path != HEALTH:
            refusal = PlainTextResponse(REFUSAL, 401, {"Cache-Control": "no-store"})
            await refusal(scope, receive, send)
            return
        if is_refused:
            strangers.mark(scope)
        await self._app(scope, receive, send)


def path_below_base(scope: Scope) -> str:
    """The path below the address at which Streamlit serves."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return str(scope["path"]).removeprefix(f"/{base}" if base else "")


def _may_pass(cookies: Mapping[str, str]) -> bool:
    try:
        rules = access()
    except SettingsError:
        return False
    return rules is None or rules.admits(_user(cookies))


def _user(cookies: Mapping[str, str]) -> dict[str, object]:
    """Who the browser's signed cookie says it is: what `st.user` reads too, by the same function of Streamlit's."""
    signed = _get_signed_cookie_with_chunks(dict(cookies), USER_COOKIE_NAME)
    return json.loads(signed) if signed else {}
