"""Names of months and days of the week in many languages, by the Unicode CLDR."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from babel import Locale

MIN_CHARACTERS: Final = 3
"""Characters of a shortened name at least, other than the short forms of the CLDR."""
_FIRST: Final = ("en", "de", "fr", "es", "it", "pt", "nl")
"""Languages that are tried before the others, because reading a language takes some milliseconds."""
_BY_SCRIPT: Final = {
    "LATIN": "sr_Latn hr bs sl sk cs pl lt lv et fi sv da nb nn is hu ro tr az sq ca gl eu id ms fil sw af uz",
    "CYRILLIC": "ru uk be bg mk sr kk",
    "GREEK": "el",
    "HEBREW": "he",
    "ARABIC": "ar ar_SY ar_MA fa ur",
    "DEVANAGARI": "hi",
    "BENGALI": "bn",
    "THAI": "th",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
    "HANGUL": "ko",
    "CJK": "ja zh",
}
"""The other languages by the script that they are written in."""
_SPELLINGS: Final = {"maerz": 3, "mrz": 3}


def month_numbers(words: Iterable[str]) -> dict[str, int]:
    """The month, 1 to 12, of each word that is the name of one, whole or shortened.

    A word that means different months in different languages ("listopad" is October in Croatian and November in Polish) is the month of the
    language that knows most of the words; it is left out where these disagree.

    Example:
        >>> month_numbers(["März", "sept.", "Foo"]), month_numbers(["listopada", "kolovoza"]), month_numbers(["listopada"])
        ({'März': 3, 'sept.': 9}, {'listopada': 10, 'kolovoza': 8}, {})
    """
    names = {word: plain(word) for word in words}
    others = tuple(dict.fromkeys(language for name in names.values() for language in _languages(name)))
    for languages in (_FIRST, _FIRST + others):
        known = {language: _words(language, names.values()) for language in languages}
        if all(any(name in months or name in _weekdays(language) for language, months in known.items()) for name in names.values()):
            break
    most = max((len(months) for months in known.values()), default=0)
    best = [months for months in known.values() if len(months) == most]
    numbers = {word: _agreed(name, list(known.values())) or _agreed(name, best) for word, name in names.items()}
    return {word: number for word, number in numbers.items() if number}


def is_weekday(word: str) -> bool:
    """Whether a word is the name of a day of the week, whole or shortened."""
    return any(plain(word) in _weekdays(language) for language in (*_FIRST, *_languages(plain(word))))


def weekday_numbers(words: Sequence[str]) -> dict[str, int]:
    """The day of the week, 0 for Monday, of words that all name different ones in one language; empty for others.

    Example:
        >>> weekday_numbers(["Mo", "Di", "Mi"]), weekday_numbers(["Mo", "Di", "Foo"])
        ({'Mo': 0, 'Di': 1, 'Mi': 2}, {})
    """
    names = {word: plain(word) for word in words}
    for language in dict.fromkeys(each for name in names.values() for each in (*_FIRST, *_languages(name))):
        numbers = _weekdays(language)
        found = {word: numbers[name] for word, name in names.items() if name in numbers}
        if len(found) == len(words) == len(set(found.values())):
            return found
    return {}


def plain(word: str) -> str:
    """A name without case, accents, and marks around it."""
    bare = word.strip(".'’`,").casefold().replace("ı", "i").removeprefix("ב")
    return "".join(c for c in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(c)).replace(".", "")


def _languages(name: str) -> tuple[str, ...]:
    """The languages in whose script a name is written, other than the first ones."""
    script = unicodedata.name(name[0], "").split(" ")[0] if name else ""
    return tuple(_BY_SCRIPT.get(script, "").split())


def _agreed(name: str, languages: list[dict[str, int]]) -> int:
    """The month of a name if the languages that know it agree, else 0."""
    numbers = {months[name] for months in languages if name in months}
    return numbers.pop() if len(numbers) == 1 else 0


def _words(language: str, names: Iterable[str]) -> dict[str, int]:
    months = _months(language)
    return {name: number for name in names if (number := months.get(name) or _shortened(name, language))}


@cache
def _shortened(name: str, language: str) -> int:
    """The month whose name begins so, 0 if none or several do."""
    if len(name) < MIN_CHARACTERS:
        return 0
    numbers = {number for full, number in _months(language).items() if full.startswith(name)}
    return numbers.pop() if len(numbers) == 1 else 0


@cache
def _months(language: str) -> dict[str, int]:
    names = Locale.parse(language).months
    found = {
        plain(name.split()[-1]): number
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for number, name in names[context][width].items()
        if not name[0].isdecimal()
    }
    return {name: number for name, number in found.items() if not name.isdecimal()} | (_SPELLINGS if language == "de" else {})


@cache
def _weekdays(language: str) -> dict[str, int]:
    """Name -> the day of the week, 0 for Monday."""
    names = Locale.parse(language).days
    widths = [names[context][width] for context in ("format", "stand-alone") for width in ("wide", "abbreviated", "short")]
    return {plain(name): number for width in widths for number, name in width.items()}
