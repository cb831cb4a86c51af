"""Whether cells are days, numbers or texts, by their looks alone: enough to see where a table starts, and quick."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

import numpy as np

EMPTY: Final = 0
TEXT: Final = 1
NUMBER: Final = 2
DAY: Final = 3
MAX_CHARACTERS: Final = 50
"""Characters of a day or a number, at most."""

_MONEY: Final = r"[A-Z]{0,2}[$€£¥₹₺₽]|EUR|USD|GBP|CHF|JPY|PLN|SEK|NOK|DKK|Rs\.?|Rp\.?|kr\.?|zł"
_NUMBER: Final = re.compile(rf"[-+(\u2212]?\s*(?:{_MONEY})?\s*[-+]?(?:\d[\d.,'\u2019\s]*|[.,]\d+)(?:[eE][-+]?\d+)?\s*(?:{_MONEY}|[%)-])?")
_WEEKDAY: Final = r"(?:(?:[^\W\d_]{2,3}\.?,?|[^\W\d_]+,|[^\W\d_]+(?:day|tag|di))\s+)?"
_WORD: Final = re.compile(r"[^\W\d_]{5,}")
_DAY: Final = re.compile(
    _WEEKDAY + r"(?:"
    r"[12]\d{3}\s?[-/.年년]\s?\d{1,2}(?:\s?[-/.月월]\s?\d{1,2}(?!\d)|$)"
    r"|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?!\d)"
    r"|\d{1,2}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?(?:\d{4}|\d{2})(?!\d)"
    r"|(?:0?[1-9]|1[0-2])[-/](?:19|20)\d\d$"
    r"|(?:19|20)\d\d\W?(?:week|kw|w|cw)\W?\d{1,2}$|(?:week|kw|w|cw)\W?\d{1,2}\W+(?:19|20)\d\d$"
    r")",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(
    r"(?:[^\W\d_]+\.?,?\s+)?(?:\d{1,4}(?:st|nd|rd|th)?\W*(?:de |of )?)?([^\W\d_]{3,10})(?:\W*\d{1,2}(?:st|nd|rd|th)?(?!\d))?"
    r"(?:\W*(?:de |of )?\d{2,4}(?!\d)(?: \u0433\.?)?)?(?:[\sT,]+\d{1,2}:\d{2}.*)?",
)
_STEMS: Final = (
    "jan feb fev mar mrz apr abr avr may mai mag maj jun jui giu jul lug aug ago aou sep set oct okt ott out nov dec dez dic ene gen "
    "янв фев мар апр мая май июн июл авг сен окт ноя дек sty lut kwi cze lip sie wrz paz lis gru oca sub nis haz tem agu eyl eki kas ara "
    "led uno bre dub kve cer srp zar rij pro"
)
_MONTHS: Final = frozenset(_STEMS.split())
"""How names of months begin, without accents."""


def kinds(texts: Sequence[str]) -> np.ndarray:
    """EMPTY, TEXT, NUMBER or DAY for each text, shape (n,).

    Example:
        >>> kinds(["2026-03-01", "1,5", "Oat milk", " ", "Mar 24", "$2.40"]).tolist()
        [3, 2, 1, 0, 3, 2]
    """
    known = {text: _kind(text.strip()) for text in dict.fromkeys(texts)}
    return np.array([known[text] for text in texts], dtype=np.int64)


def grid_kinds(rows: Sequence[Sequence[str]], width: int) -> np.ndarray:
    """The kind of each cell of the first `width` of each row, shape (rows, width); EMPTY where a row has no such cell."""
    padded = [cell for row in rows for cell in [*row[:width], *[""] * (width - len(row))]]
    return kinds(padded).reshape(len(rows), width)


def _kind(text: str) -> int:
    if not text:
        return EMPTY
    if len(text) > MAX_CHARACTERS or not any(letter.isdigit() for letter in text) or any(mark in text for mark in ";|\t"):
        return TEXT
    day = _DAY.match(text)
    if (day and not _WORD.search(text, day.end())) or _is_named_day(text):
        return DAY
    return NUMBER if _NUMBER.fullmatch(text) else TEXT


def _is_named_day(text: str) -> bool:
    """Whether a text has the name of a month beside the number of a day or a year."""
    match = _NAMED.fullmatch(text)
    if not match:
        return False
    month = unicodedata.normalize("NFKD", match.group(1).casefold())
    return "".join(letter for letter in month if not unicodedata.combining(letter))[:3] in _MONTHS
