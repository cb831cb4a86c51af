"""Texts that a spreadsheet would run: how they are written so that it does not, and how they are read again.

A spreadsheet runs a cell that begins with `=`, `+`, `-` or `@`, also a full-width one (a system in Japanese or Chinese takes it for the same)
and, in some programs, behind spaces, quotation marks or signs that nobody sees. A cell may also begin inside a text: a file with commas that
is opened where semicolons part cells is cut at semicolons, tabs and line ends, whatever quotation marks stand around them. The remedy is the
one that spreadsheets have themselves: an apostrophe in front says "this is text".

Source: OWASP, "CSV Injection".
"""

from __future__ import annotations

import re
from typing import Final

_RUN: Final = "[=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b]"
_UNSEEN: Final = "\"'\\s\\x00-\\x1f\\x7f-\\x9f\\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
_CUT: Final = ";\\t\\r\\n"
_FIRST: Final = f"[{_UNSEEN}]*{_RUN}|'*[\\t\\r\\n]"
"""What a text must not begin with."""
_INSIDE: Final = f"(?![{_CUT}])[{_UNSEEN}]"
"""What hides the beginning of a cell inside a text; without the signs that cut, so that looking a text through takes time in proportion."""
_LATER: Final = f"(?:{_INSIDE})*{_RUN}"
_OPEN: Final = re.compile(f"^(?={_FIRST})|(?<=[{_CUT}])(?={_LATER})")
_MARK: Final = re.compile(f"^'(?={_FIRST})|(?<=[{_CUT}])'(?={_LATER})")


def harmless(text: str) -> str:
    """The text, with an apostrophe wherever a spreadsheet would begin to run it.

    Example:
        >>> harmless("Bread"), harmless("=1+1"), harmless("Bread;=1+1")
        ('Bread', "'=1+1", "Bread;'=1+1")
    """
    return _OPEN.sub("'", text)


def as_meant(text: str) -> str:
    """The text that was made harmless; others stay as they are.

    Example:
        >>> as_meant("'=1+1"), as_meant("Baker's"), as_meant("'tis")
        ('=1+1', "Baker's", "'tis")
    """
    return _MARK.sub("", text)
