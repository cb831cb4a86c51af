"""Texts of files and people inside Markdown."""

from __future__ import annotations

import re
from typing import Final

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$:<>&=^\"'])")
_AUTOMATIC: Final = re.compile(r"(:|@|www|[-~=<>](?=\\?[-=<>]))", re.IGNORECASE)
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_TURNING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Signs that turn the direction of everything behind them."""
_JOINER: Final = "\u2060"


def plain(text: str) -> str:
    """The text of a file or a person, safe inside Markdown: it reads as it was written, whatever it holds.

    A backslash takes the meaning from punctuation. Icons, emoji and links are found in the finished text, so an invisible joiner
    (U+2060) parts what would become one. What no screen can show is a replacement character, and no sign turns the direction of what
    follows; letters that are written from right to left stay so.

    Example:
        >>> plain("**x** $1")
        '\\\\*\\\\*x\\\\*\\\\* \\\\$1'
    """
    shown = _TURNING.sub("", _UNPRINTABLE.sub("\ufffd", text))
    escaped = _SPECIAL.sub(r"\\\1", " ".join(shown.split()))
    return _AUTOMATIC.sub(rf"\1{_JOINER}", escaped)
