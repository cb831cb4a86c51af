"""Scripts that every first page asks for: a browser fetches them while the server still computes what they will draw."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st
from starlette.datastructures import MutableHeaders

from pages.server.login_wall import API, path_below_base

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

APP: Final = "/app/"
"""Files of ours, among them pages that Streamlit does not draw."""
SCRIPTS: Final = Path(st.__file__).parent / "static" / "static" / "js"
"""Where Streamlit has a script for each of its elements, with a hash in its name: "PlotlyChart.D9Z0_fxz.js"."""
CHART: Final = "PlotlyChart"
"""The largest of them, 4.7 MB, and the one that a page waits for longest."""


def script_files(element: str) -> list[str]:
    """Names of the files with the script of an element; none where Streamlit has it elsewhere."""
    return sorted(path.name for path in SCRIPTS.glob(f"{element}.*.js"))


class Preloads:
    """Names scripts in the `Link` header of pages. Without it a browser asks for the script of charts once it is told to draw one.

    Args:
        app: The whole server.
        files: Names of the scripts.
    """

    def __init__(self, app: ASGIApp, files: Sequence[str]) -> None:
        self._app = app
        self._links = ", ".join(f"<./static/js/{file}>; rel=modulepreload" for file in files)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""

        async def send_with_links(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("Link", self._links)
            await send(message)

        is_page = scope["type"] == "http" and not path_below_base(scope).startswith((API, APP))
        await self._app(scope, receive, send_with_links if is_page and self._links else send)
