"""Names that are nearly another one: one slip of the keyboard, a plural, capitals, accents, spaces, wide letters, spare zeros.

Two names are near where one letter can be left out of each so that the rest is the same: a letter too many, one that is missing or another, two that
changed places. Most misspellings have one such error (Damerau, 1964). Numbers, sizes and short words have to be the same: they are what tells
variants of a product apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

from forecasting.core.spellings import loose, spelling

MIN_LETTERS: Final = 5
"""Letters of a word in which one may be wrong, at least: shorter ones are too often words of their own."""
SIZES: Final = frozenset(("xxs", "xs", "xl", "xxl", "xxxl", "mini", "maxi", "small", "medium", "large", "big"))
"""Words that tell variants apart, beside those with digits and those of one or two letters."""
_WORD: Final = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_ENDINGS: Final = (("ies", "y"), ("es", ""), ("s", ""))


def near_names(names: Iterable[str], saved: Iterable[str]) -> dict[str, str]:
    """Name -> the saved name that it is nearly; names without one, and those that are saved, are left out.

    Example:
        >>> near_names(["Croisant", "Cola 1.5 l", "SKU 1002", "TEA"], ["Croissant", "Cola 0.5 l", "SKU 1001", "Tea"])
        {'Croisant': 'Croissant', 'TEA': 'Tea'}
    """
    known = dict.fromkeys(saved)
    new = [name for name in dict.fromkeys(names) if name not in known] if known else []
    if not new:
        return {}
    index = _Index(known)
    return {name: old for name in new if (old := index.nearest(name)) is not None}


class _Index:
    """Names, found by what a slip leaves of them; of two that leave the same the first one.

    Args:
        names: Each once.
    """

    def __init__(self, names: Iterable[str]) -> None:
        first_wins = list(reversed(list(names)))
        self._by_spelling = {loose(name): name for name in first_wins}
        words = [(name, _words(name)) for name in first_wins]
        self._by_words = {each: name for name, each in words}
        self._by_singular = {_singulars(each): name for name, each in words}
        self._by_letters = {_letters(each): name for name, each in words}
        self._by_rest: dict[str, list[str]] = {}
        for word in dict.fromkeys(word for _, each in words for word in each):
            for rest in _rests(word):
                self._by_rest.setdefault(rest, []).append(word)
        self._near_words = cache(self._near)

    def nearest(self, name: str) -> str | None:
        """The name that this one is nearly; None if there is none."""
        words = _words(name)
        same = self._by_spelling.get(loose(name)) or self._by_words.get(words) or self._by_singular.get(_singulars(words))
        return same or self._by_letters.get(_letters(words)) or self._with_a_slip(words)

    def _with_a_slip(self, words: tuple[str, ...]) -> str | None:
        """The name that differs in one letter of one word."""
        for place, word in enumerate(words):
            for other in self._near_words(word):
                name = self._by_words.get((*words[:place], other, *words[place + 1 :]))
                if name is not None:
                    return name
        return None

    def _near(self, word: str) -> tuple[str, ...]:
        """Words that begin with the same letter and differ in one."""
        found = dict.fromkeys(other for rest in _rests(word) for other in self._by_rest.get(rest, ()))
        return tuple(other for other in found if other[0] == word[0] and max(len(word), len(other)) >= MIN_LETTERS)


def _rests(word: str) -> Iterator[str]:
    """A long word, whole and without one letter each."""
    if len(word) >= MIN_LETTERS - 1 and not _is_fixed(word):
        yield word
        yield from (f"{word[:at]}{word[at + 1 :]}" for at in range(len(word)))


def _words(name: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(spelling(unicodedata.normalize("NFKC", name)))) or (name,)


def _letters(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """All letters without what lies between them, and the numbers."""
    return "".join(words), tuple(word for word in words if word[0].isdigit())


def _singulars(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(_singular, words))


def _is_fixed(word: str) -> bool:
    """Whether a word has to be the same: numbers, sizes, short words."""
    return word[0].isdigit() or len(word) <= 2 or word in SIZES


def _singular(word: str) -> str:
    ending = next((pair for pair in _ENDINGS if word.endswith(pair[0])), None)
    if ending is None or len(word) < MIN_LETTERS or _is_fixed(word):
        return word
    return word[: -len(ending[0])] + ending[1]
