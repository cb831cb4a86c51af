"""Signs that nobody sees, and that change how what stands around them is shown: control characters, signs that turn the direction of a text,
signs without width. Wherever a text of a file or a person is shown, they are shown as escapes.

Joiners between letters of scripts that need them (Persian, Hindi, emoji) are part of a word, and so are marks of direction in a text that
has letters written from right to left.

Source: Unicode Technical Report 36, "Unicode Security Considerations"; CVE-2021-42574, "Trojan Source".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

_BREAKS: Final = "\\t\\n\\r"
_CONTROLS: Final = "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f"
_FORMATS: Final = (
    "\\xad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f"
)
_HALVES: Final = "\ud800-\udfff"
_MARKS: Final = "\u061c\u200e\u200f"
_JOINERS: Final = "\u200c\u200d"
SIGNS: Final = f"{_BREAKS}{_CONTROLS}{_FORMATS}{_MARKS}{_JOINERS}"
"""All of them, as they stand inside a set of a regular expression; without halves of characters, which no file can hold."""
_JOINED: Final = "\u0530-\U000dffff"
"""From Armenian on: what joiners may join."""
_FROM_THE_RIGHT: Final = re.compile("[\u0590-\u05ff\u0600-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_BARE: Final = f"{_FORMATS}{_HALVES}{_MARKS}{_JOINERS}"
"""What a joiner cannot join, although it lies among the letters."""
_LOST: Final = f"(?:(?<![{_JOINED}])|(?<=[{_BARE}]))[{_JOINERS}]|[{_JOINERS}](?:(?![{_JOINED}])|(?=[{_BARE}]))"
"""A joiner that has no letter on one side; one that stays lies between two that are shown, so that nothing is left to escape twice."""
_LITERAL: Final = r"\\(?=u[0-9a-f]{4}|U[0-9a-f]{8})"
"""A backslash that would be read as the beginning of an escape."""
_LINES: Final = f"[{_CONTROLS}\\r{_FORMATS}{_HALVES}]|{_LOST}"
_IN_LINES, _IN_NAMES = re.compile(_LINES), re.compile(f"[{_BREAKS}]|{_LINES}")
_IN_CELLS: Final = re.compile(f"[{_CONTROLS}{_FORMATS}{_HALVES}]|{_LOST}|{_LITERAL}")
_DIRECTION: Final = re.compile(f"[{_MARKS}]")
_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-f]{4})|U([0-9a-f]{8}))")
_READ_BACK: Final = re.compile(f"[{_CONTROLS}{_FORMATS}{_JOINERS}{_MARKS}\\\\]")


def escaped(text: str) -> str:
    """A name as it is shown, on one line.

    Example:
        >>> escaped("Tea"), escaped("\\u202eaeT"), escaped("two\\nlines\\x1b[31m")
        ('Tea', '\\\\u202eaeT', 'two\\\\u000alines\\\\u001b[31m')
    """
    return _escaped(text, _IN_NAMES)


def escaped_lines(text: str) -> str:
    """Lines of text as they are shown; line ends and tabs stay."""
    return _escaped(text, _IN_LINES)


def escaped_cell(text: str) -> str:
    """A text as a file for others holds it, in one way only, so that `read_back` gives it again; line ends and tabs stay."""
    return _escaped(text, _IN_CELLS)


def read_back(text: str) -> str:
    """The text of which `escaped_cell` made this one; but for half a character, which no file can hold."""
    return _ESCAPE.sub(_sign, text) if "\\" in text else text


def legible(table: pd.DataFrame) -> pd.DataFrame:
    """The table with texts as they are shown."""
    changed = {}
    for name in table.select_dtypes(include=["object", "str", "category"]):
        cells = table[name].tolist()
        shown = {text: seen for text in set(filter(_is_text, cells)) if (seen := escaped(text)) != text}
        if shown:
            changed[str(name)] = [shown.get(cell, cell) if _is_text(cell) else cell for cell in cells]
    return table.assign(**changed) if changed else table


def _is_text(cell: object) -> bool:
    return isinstance(cell, str)


def _escaped(text: str, signs: re.Pattern[str]) -> str:
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    plain = signs.sub(_escape, text)
    return plain if _FROM_THE_RIGHT.search(text) else _DIRECTION.sub(_escape, plain)


def _escape(found: re.Match[str]) -> str:
    code = ord(found.group())
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _sign(found: re.Match[str]) -> str:
    code = int(found.group(1) or found.group(2), 16)
    sign = chr(code) if code <= 0x10FFFF else ""
    return sign if _READ_BACK.fullmatch(sign) else found.group()
