"""Fonts that a PDF embeds, and which of them has which letter.

DejaVu Sans (Latin, Greek, Cyrillic, Armenian, Georgian, Hebrew, Arabic; free to embed) comes with Matplotlib, which Prophet needs. Letters that it
lacks come from a font of the system, if one of those known here is installed.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Container, Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Final

from forecasting.core import unseen
from forecasting.inventory.sheets.line_order import shown

if TYPE_CHECKING:
    from reportlab.pdfbase.ttfonts import TTFont

ONE_AT_A_TIME: Final = RLock()
"""Who draws has it: ReportLab reads the file of a font by a place in it that all share."""
LACKING: Final = "\ufffd"
"""What stands for a letter that no font has."""
OWN: Final = ("DejaVuSans", "DejaVuSans-Bold")
OF_SYSTEMS: Final = (
    *("NotoSansThai-Regular", "Garuda", "Loma", "leelawui", "tahoma"),
    *("DroidSansFallbackFull", "wqy-zenhei", "wqy-microhei", "ipaexg", "ipag", "TakaoGothic", "NanumGothic", "uming", "unifont"),
    *("msyh", "simsun", "YuGothR", "meiryo", "malgun", "Arial Unicode", "arialuni", "STHeiti Light", "AppleGothic"),
)
"""Names of files, of fonts with outlines that a PDF can embed (TrueType), in the order in which they are asked."""
_COMPLEX: Final = (range(0x0900, 0x0E00), range(0x0F00, 0x10A0), range(0x1780, 0x1800), range(0x1800, 0x18B0), range(0x1A20, 0x1AB0))
"""Scripts of South and Southeast Asia and Mongolian, whose letters change and move with their neighbours in ways that are not built in here."""


def runs(text: str, *, bold: bool = False) -> list[tuple[str, str]]:
    """Names of fonts, each with the next part of a line as its letters stand from left to right; a text on one line."""
    letters = shown(_plain(text))
    fonts = [(font_of(sign, bold=bold), sign) for sign in letters]
    named = [(font or OWN[bold], sign if font else LACKING) for font, sign in fonts]
    return [(name, "".join(sign for _, sign in part)) for name, part in groupby(named, lambda each: each[0])]


def width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a line in points."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    return sum(stringWidth(part, name, size) for name, part in runs(text, bold=bold))


def lacking(texts: Iterable[str]) -> list[str]:
    """What no font here can draw, for a person: names of scripts, and of signs that belong to none; empty if all can be drawn."""
    signs = {sign for text in texts for sign in shown(_plain(text)) if font_of(sign, bold=False) is None}
    return sorted({_named(sign) for sign in signs})


@cache
def font_of(sign: str, *, bold: bool) -> str | None:
    """The name of the font that draws a sign; None if there is none."""
    if any(ord(sign) in block for block in _COMPLEX):
        return None
    own = next((name for name in (OWN[bold], OWN[0]) if ord(sign) in _letters(name)), None)
    return own or next((name for name in _others() if ord(sign) in _letters(name)), None)


def register() -> None:
    """Makes the own fonts known to ReportLab."""
    for name in OWN:
        _font(name)


def _plain(text: str) -> str:
    """The text on one line, composed, without what has no shape of its own."""
    return "".join(sign for sign in unicodedata.normalize("NFC", unseen.escaped(text)) if not "\ufe00" <= sign <= "\ufe0f")


def _named(sign: str) -> str:
    name = unicodedata.name(sign, "")
    if name and unicodedata.category(sign)[0] in "LMN":
        script = name.split()[0]
        return script if script == "CJK" else script.capitalize()
    return f"{name.lower()} (U+{ord(sign):04X})".strip()


def _letters(name: str) -> Container[int]:
    letters: dict[int, int] = _font(name).face.charToGlyph
    return letters


@cache
def _font(name: str) -> TTFont:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    font = TTFont(name, str(_file(name)), shapable=False)
    pdfmetrics.registerFont(font)
    return font


def _file(name: str) -> Path:
    return _own_folder() / f"{name}.ttf" if name in OWN else _installed()[name]


def _own_folder() -> Path:
    spec = find_spec("matplotlib")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"


@cache
def _others() -> tuple[str, ...]:
    """Fonts of the system that can be embedded, in the order in which they are asked."""
    from reportlab.pdfbase.ttfonts import TTFError

    usable = []
    for name in (name for name in OF_SYSTEMS if name in _installed()):
        try:
            _font(name)
        except (TTFError, OSError):
            continue
        usable.append(name)
    return tuple(usable)


@cache
def _installed() -> dict[str, Path]:
    """Names among `OF_SYSTEMS` -> their files."""
    known = {name.casefold(): name for name in OF_SYSTEMS}
    files = (file for folder in _folders() if folder.is_dir() for file in sorted(folder.rglob("*.tt[fc]")))
    return {known[file.stem.casefold()]: file for file in files if file.stem.casefold() in known}


def _folders() -> Iterator[Path]:
    """Where systems keep fonts."""
    if sys.platform == "win32":
        yield Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts"
    elif sys.platform == "darwin":
        yield from (Path("/System/Library/Fonts"), Path("/Library/Fonts"), Path.home() / "Library" / "Fonts")
    else:
        yield from (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local" / "share" / "fonts", Path.home() / ".fonts")
