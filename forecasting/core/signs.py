"""The signs that a notation puts between, before and behind the digits of numbers, and the day with which its week begins."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from forecasting.core.notation import PLAIN, STYLES, WEEKDAYS, Notation, locale

if TYPE_CHECKING:
    from babel import Locale

NBSP: Final = "\u00a0"
MINUS: Final = "\u2212"
MARKS: Final = (0x200E, 0x200F, 0x61C)
"""Code points that only say in which direction to read."""
ZEROS: Final = {
    "arab": 0x660,
    "arabext": 0x6F0,
    "nkoo": 0x7C0,
    "deva": 0x966,
    "beng": 0x9E6,
    "tibt": 0xF20,
    "mymr": 0x1040,
    "olck": 0x1C50,
    "mtei": 0xABF0,
    "cakm": 0x11136,
    "hmnp": 0x1E140,
    "adlm": 0x1E950,
}
"""Numbering system -> the code point of its 0; the other digits follow it (Unicode Standard, section 4.6)."""


@dataclass(frozen=True)
class Signs:
    """What stands between, before and behind the digits of numbers.

    Args:
        group: Between thousands.
        decimal: Before decimals.
        sizes: Digits of the last group and of those before it.
        minus: Before what is below 0.
        plus: Before a difference above 0.
        percent: Before and behind a percentage.
        money: Before and behind an amount of money; empty without a currency.
        money_digits: Decimals of an amount of money.
        digits: Of the language, as `str.translate` takes them; None for 0 to 9.
        first_weekday: With which day a week begins, 0 for Monday.
    """

    group: str = ","
    decimal: str = "."
    sizes: tuple[int, int] = (3, 3)
    minus: str = MINUS
    plus: str = "+"
    percent: tuple[str, str] = ("", f"{NBSP}%")
    money: tuple[str, str] = ("", "")
    money_digits: int = 2
    digits: dict[int, int] | None = None
    first_weekday: int = 0


@lru_cache(maxsize=64)
def signs(notation: Notation) -> Signs:
    """The signs of a notation."""
    if notation == PLAIN:
        return Signs()
    from babel.numbers import get_currency_precision

    here = locale(notation)
    of = Signs() if here is None else _of(here)
    group, decimal = STYLES.get(notation.decimal_style, (of.group, of.decimal))
    money = _money(notation.currency, here) if notation.currency else ("", "")
    digits = get_currency_precision(notation.currency) if notation.currency else Signs.money_digits
    return Signs(group, decimal, of.sizes, of.minus, of.plus, of.percent, money, digits, of.digits, of.first_weekday)


def first_weekday(notation: Notation) -> int:
    """The day with which a week begins, 0 for Monday."""
    return WEEKDAYS.index(notation.first_weekday) if notation.first_weekday else signs(notation).first_weekday


def week(notation: Notation) -> list[int]:
    """The days of a week in their order, 0 for Monday.

    Example:
        >>> week(Notation(first_weekday="sunday"))
        [6, 0, 1, 2, 3, 4, 5]
    """
    first = first_weekday(notation)
    return [(first + day) % len(WEEKDAYS) for day in range(len(WEEKDAYS))]


def _of(here: Locale) -> Signs:
    """The signs of a language without the marks of direction, which nobody sees and which sentences in English do not need."""
    system = here.default_numbering_system
    symbols = here.number_symbols.get(system) or here.number_symbols["latn"]
    latin = here.number_symbols["latn"]
    zero, pattern = ZEROS.get(system), here.percent_formats[None]
    minus, plus, share = (_seen(str(symbols.get(name, usual))) for name, usual in (("minusSign", "-"), ("plusSign", "+"), ("percentSign", "%")))
    return Signs(
        group=str(symbols.get("group", latin["group"])),
        decimal=str(symbols.get("decimal", latin["decimal"])),
        sizes=here.decimal_formats[None].grouping,
        minus=minus.replace("-", MINUS),
        plus=plus,
        percent=(_seen(pattern.prefix[0].replace("%", share)), _seen(pattern.suffix[0].replace("%", share))),
        digits=None if zero is None else {ord("0") + digit: zero + digit for digit in range(10)},
        first_weekday=here.first_week_day,
    )


def _money(currency: str, here: Locale | None) -> tuple[str, str]:
    """Before and behind an amount; letters that would touch its digits keep off by a space (CLDR, currency spacing)."""
    from babel import Locale
    from babel.numbers import get_currency_symbol

    of = here or Locale("en")
    symbol, pattern = get_currency_symbol(currency, locale=of), of.currency_formats["standard"]
    before, behind = (_seen(part[0].replace("\u00a4", symbol)) for part in (pattern.prefix, pattern.suffix))
    return before + (NBSP if before[-1:].isalpha() else ""), (NBSP if behind[:1].isalpha() else "") + behind


def _seen(text: str) -> str:
    return text.translate(dict.fromkeys(MARKS))
