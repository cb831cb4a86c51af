"""What each of the server's documents may load and run, measured with Chromium on every page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from forecasting.core import locations
from forecasting.entrypoints.server.content_policy import NOTHING, hashes, policy
from forecasting.entrypoints.server.security_headers import POLICY
from pages.server.login_wall import API, path_below_base

if TYPE_CHECKING:
    from starlette.types import Scope

INDEX: Final = Path(st.__file__).parent / "static" / "index.html"
"""The document of every page, Streamlit's, with a short script of its own."""
STATIC, MEDIA, SWAGGER = "/app/static/", "/media/", "/api/static-offline-docs/"
PRIVATE: Final = {"Cache-Control": "no-store"}


def headers_of(scope: Scope) -> dict[str, str]:
    """Headers of what lies at the address of a request: its policy, and that nobody keeps what is the shop's own."""
    path = path_below_base(scope)
    if path.startswith(SWAGGER):
        return {POLICY: policy(NOTHING)}
    if path.startswith((API, MEDIA)):
        return {POLICY: policy(NOTHING), **PRIVATE}
    return {POLICY: _documents().get(path) or _pages()}


@cache
def _pages() -> str:
    """The policy of pages. Streamlit reads its messages with WebAssembly, writes styles as it draws, and carries a font of its grids as text."""
    index = INDEX.read_text(encoding="utf-8")
    return policy(
        {
            "default-src": "'self'",
            "script-src": f"'self' 'wasm-unsafe-eval' {hashes(index, 'script')}",
            "style-src": "'self' 'unsafe-inline'",
            "font-src": "'self' data:",
            "img-src": "'self' data: blob:",
            "object-src": "'none'",
            "base-uri": "'none'",
            "form-action": "'self'",
        }
    )


@cache
def _documents() -> Mapping[str, str]:
    """Policies of our own pages, of one file each: its own script and style, and this server; by their addresses."""
    files = sorted((locations.application_folder() / "static").glob("*.html"))
    return {f"{STATIC}{file.name}": _document(file.read_text(encoding="utf-8")) for file in files}


def _document(text: str) -> str:
    own = {"script-src": hashes(text, "script"), "style-src": hashes(text, "style")}
    return policy({**NOTHING, **own, **dict.fromkeys(("connect-src", "font-src", "img-src"), "'self'")})
