"""Names that are the same but for how they are written: capitals, accents, spaces, zeros."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_ZEROS: Final = re.compile(r"(?<![\d.,])0+(?=\d)")
_WHOLE: Final = re.compile(r"^(\d+)[.,]0+$")
ALIKE: Final = "only in zeros, capitals, accents or spaces"
"""In what names of one `loose` spelling differ, for a person."""


def folded(text: str) -> str:
    """Lower case without accents; other signs stay.

    Example:
        >>> folded("Qté Straße")
        'qte strasse'
    """
    if text.isascii():
        return text.casefold()
    bare = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss").replace("\u0131", "i"))
    return unicodedata.normalize("NFC", "".join(c for c in bare if not unicodedata.combining(c)))


def spelling(name: str) -> str:
    """What is the same in all spellings of a name.

    Example:
        >>> spelling(" Crème  brûlée")
        'creme brulee'
    """
    return " ".join(folded(name).split())


def loose(name: str) -> str:
    """What is the same in all spellings of a name, also without the zeros that spreadsheets take from numbers or add to them.

    Example:
        >>> loose("007"), loose("7.0"), loose("Art. 0012-x"), loose("0.05 l")
        ('7', '7', 'art. 12-x', '0.05 l')
    """
    return _WHOLE.sub(r"\1", _ZEROS.sub("", spelling(name)))


def has_spare_zeros(name: str) -> bool:
    """Whether a name has zeros that a spreadsheet would take away."""
    return "0" in name and bool(_ZEROS.search(name) or _WHOLE.match(name))
