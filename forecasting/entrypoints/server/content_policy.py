"""Content security policies: what a document may load and run."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Final, Literal

_INLINE: Final = {element: re.compile(rf"<{element}>(.*?)</{element}>", re.DOTALL) for element in ("script", "style")}
NOTHING: Final[dict[str, str]] = {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'"}
"""Directives of what loads nothing and runs nothing: data, and whatever a person downloads."""


def policy(directives: Mapping[str, str]) -> str:
    """A policy as its header says it.

    Example:
        >>> policy({"default-src": "'none'", "img-src": "'self' data:"})
        "default-src 'none'; img-src 'self' data:"
    """
    return "; ".join(f"{name} {sources}".rstrip() for name, sources in directives.items())


def hashes(document: str, element: Literal["script", "style"]) -> str:
    """Sources that stand for a document's own inline scripts or styles: each element's SHA-256, with spaces between.

    Example:
        >>> hashes("<script></script>", "script")
        "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    digests = (sha256(text.encode()).digest() for text in _INLINE[element].findall(document))
    return " ".join(f"'sha256-{b64encode(digest).decode()}'" for digest in digests)
