"""What a logged-in session leaves on the server, kept from everybody else: files to download, files being uploaded, the server's figures.

Streamlit serves them beside the pages, to whoever knows or guesses an address; the entry script is not asked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import _get_signed_cookie_with_chunks

from forecasting.errors import SettingsError
from pages.access import access

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

BEHIND = ("/media/", "/_stcore/upload_file/", "/_stcore/metrics")


class LoginWall:
    """ASGI middleware: where login is asked for, these paths answer 401 to whoever may not come in."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets the request through, or answers it."""
        if scope["type"] == "http" and _path(scope).startswith(BEHIND) and not _may_pass(HTTPConnection(scope).cookies):
            answer = PlainTextResponse("Log in first.", 401, {"Cache-Control": "no-store"})
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _path(scope: Scope) -> str:
    """The path below the address at which Streamlit serves."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return str(scope["path"]).removeprefix(f"/{base}" if base else "")


def _may_pass(cookies: Mapping[str, str]) -> bool:
    try:
        rules = access()
    except SettingsError:
        return False
    return rules is None or rules.admits(_user(cookies))


def _user(cookies: Mapping[str, str]) -> dict[str, Any]:
    """Who the browser's signed cookie says it is: what `st.user` reads too, by the same function of Streamlit's."""
    signed = _get_signed_cookie_with_chunks(dict(cookies), USER_COOKIE_NAME)
    return json.loads(signed) if signed else {}
