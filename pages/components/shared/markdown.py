"""Texts of files and people inside Markdown."""

from __future__ import annotations

import re
from typing import Final

from forecasting.core import unseen

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$:<>&=^\"'])")
_AUTOMATIC: Final = re.compile(r"(:|@|www|[-~=<>](?=\\?[-=<>]))", re.IGNORECASE)
JOINER: Final = "\u2060"


def plain(text: str) -> str:
    """The text of a file or a person, safe inside Markdown: it reads as it was written, whatever it holds.

    A backslash takes the meaning from punctuation. Icons, emoji and links are found in the finished text, so an invisible joiner
    (U+2060) parts what would become one. Signs that nobody sees are shown as escapes, so that none turns the direction of what follows;
    letters that are written from right to left stay so.

    Example:
        >>> plain("**x** $1")
        '\\\\*\\\\*x\\\\*\\\\* \\\\$1'
    """
    safe = _SPECIAL.sub(r"\\\1", unseen.escaped(" ".join(text.split())))
    return _AUTOMATIC.sub(rf"\1{JOINER}", safe)
