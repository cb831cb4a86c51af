"""Letters that change with their neighbours: Arabic letters as they join in a word.

Fonts have the joined forms as letters of their own ("presentation forms"); the tables are those of Unicode, by Python's `unicodedata`.

Source: The Unicode Standard, chapter 9.2, "Arabic: Cursive Joining".
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Final

NON_JOINER, JOINER, TATWEEL = "\u200c", "\u200d", "\u0640"
_LIGATURES: Final = tuple(f"\u0644{alef}" for alef in "\u0622\u0623\u0625\u0627")
"""Lam and alef, which are never written apart."""
_BLOCKS: Final = (range(0xFB50, 0xFE00), range(0xFE70, 0xFEFD))


def joined(text: str) -> str:
    """The text with the form that each Arabic letter has beside its neighbours; other letters stay.

    Example:
        >>> [f"{ord(sign):04x}" for sign in joined("\u0634\u0627\u064a")]
        ['feb7', 'fe8e', 'fef1']
    """
    forms, letters = _forms(), list(text)
    places = [place for place, sign in enumerate(letters) if unicodedata.combining(sign) == 0]
    shaped, skipped = letters.copy(), -1
    for number, place in enumerate(places):
        if place == skipped:
            continue
        before = letters[places[number - 1]] if number else ""
        after = letters[places[number + 1]] if number + 1 < len(places) else ""
        sign = letters[place]
        joins_before = _joins_after(before) and _joins_before(sign)
        if sign + after in _LIGATURES and places[number + 1] == place + 1:
            shaped[place], shaped[place + 1] = forms["final" if joins_before else "isolated", sign + after], ""
            skipped = place + 1
            continue
        joins_after = _joins_after(sign) and _joins_before(after)
        form = {(True, True): "medial", (True, False): "final", (False, True): "initial"}.get((joins_before, joins_after), "isolated")
        shaped[place] = forms.get((form, sign), sign)
    return "".join(shaped).replace(NON_JOINER, "").replace(JOINER, "")


def _joins_before(sign: str) -> bool:
    """Whether a letter joins with the one before it."""
    return sign in (TATWEEL, JOINER) or ("final", sign) in _forms()


def _joins_after(sign: str) -> bool:
    """Whether a letter joins with the one after it."""
    return sign in (TATWEEL, JOINER) or ("initial", sign) in _forms()


@cache
def _forms() -> dict[tuple[str, str], str]:
    """Form and letter -> the letter in that form."""
    by_letter: dict[tuple[str, str], str] = {}
    for code in (code for block in _BLOCKS for code in block):
        form, *letters = unicodedata.decomposition(chr(code)).split() or [""]
        text = "".join(chr(int(letter, 16)) for letter in letters)
        if form[1:-1] in ("isolated", "final", "initial", "medial") and (len(text) == 1 or text in _LIGATURES):
            by_letter.setdefault((form[1:-1], text), chr(code))
    return by_letter
