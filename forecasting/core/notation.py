"""How a shop writes numbers, money and dates: what it chose, and the signs and patterns that follow from it.

A page, an e-mail or a sheet states the shop's notation with `use` or `using`; whatever states none, files and answers to programs above all, has
the plain one: 1,234.5, without a currency, dates as 21 Nov 2026.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

from forecasting.core.errors import SettingsError
from forecasting.core.settings import require

if TYPE_CHECKING:
    from babel import Locale

DecimalStyle = Literal["", "1,234.5", "1.234,5", "1 234,5", "1'234.5"]
Weekday = Literal["", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

STYLES: Final[dict[DecimalStyle, tuple[str, str]]] = {
    "1,234.5": (",", "."),
    "1.234,5": (".", ","),
    "1 234,5": ("\u202f", ","),
    "1'234.5": ("\u2019", "."),
}
"""Decimal style -> the signs between thousands and before decimals; the space is narrow and does not break."""
WEEKDAYS: Final[tuple[Weekday, ...]] = get_args(Weekday)[1:]
"""In the order of Python: Monday is 0."""


@dataclass(frozen=True, kw_only=True)
class Notation:
    """How numbers, money and dates are written.

    Args:
        currency: ISO 4217 code of the money of prices and costs, "EUR"; empty for plain numbers.
        language: The language, and the region, of numbers and dates: "de", "en_IE"; empty for Shelfcast's own way. Words stay English.
        decimal_style: How 1234.5 is written; empty as the language has it.
        first_weekday: With which day a week begins; empty as the language's region has it, else Monday.

    Raises:
        SettingsError: One of them is not known.

    Example:
        >>> Notation(currency="eur", language="en-IE")
        Notation(currency='EUR', language='en_IE', decimal_style='', first_weekday='')
    """

    currency: str = ""
    language: str = ""
    decimal_style: DecimalStyle = ""
    first_weekday: Weekday = ""

    def __post_init__(self) -> None:
        for name in ("currency", "language"):
            require(isinstance(getattr(self, name), str), f"{name} is a text, not {getattr(self, name)!r}.")
        object.__setattr__(self, "currency", _currency(self.currency))
        object.__setattr__(self, "language", _language(self.language))
        require(self.decimal_style in get_args(DecimalStyle), f"decimal_style is one of {', '.join(STYLES)}, not {self.decimal_style!r}.")
        require(self.first_weekday in get_args(Weekday), f"first_weekday is one of {', '.join(WEEKDAYS)}, not {self.first_weekday!r}.")


def locale(notation: Notation) -> Locale | None:
    """The language of numbers and dates; None for Shelfcast's own way."""
    if not notation.language:
        return None
    from babel import Locale

    return Locale.parse(notation.language)


def languages() -> dict[str, str]:
    """Code -> English name of every language of numbers and dates, by name."""
    from babel import Locale
    from babel.localedata import locale_identifiers

    names = {code: Locale.parse(code).get_display_name("en") for code in locale_identifiers() if code != "root"}
    return dict(sorted(((code, name) for code, name in names.items() if name), key=lambda pair: pair[1].casefold()))


def currencies() -> dict[str, str]:
    """ISO 4217 code -> English name of every currency that is in use, by name."""
    from babel import Locale
    from babel.core import get_global
    from babel.numbers import get_currency_name

    used = {code for rows in get_global("territory_currencies").values() for code, _, until, tender in rows if until is None and tender}
    english = Locale("en")
    names = {code: str(get_currency_name(code, locale=english)) for code in used}
    return dict(sorted(names.items(), key=lambda pair: pair[1].casefold()))


def _currency(text: str) -> str:
    code = text.strip().upper()
    if code:
        from babel.numbers import is_currency

        require(len(code) == 3 and is_currency(code), f"A currency is a code of ISO 4217 like EUR, not {text!r}.")
    return code


def _language(text: str) -> str:
    code = text.strip().replace("-", "_")
    if not code:
        return ""
    from babel import Locale, UnknownLocaleError

    try:
        return str(Locale.parse(code))
    except (ValueError, UnknownLocaleError) as error:
        raise SettingsError(f"A language of numbers and dates is a code like de or en_IE, not {text!r}.") from error


PLAIN: Final = Notation()
"""Shelfcast's own way."""
_CURRENT: Final[ContextVar[Notation]] = ContextVar("notation")


def current() -> Notation:
    """What is in force here."""
    return _CURRENT.get(PLAIN)


def use(notation: Notation) -> None:
    """Writes with this notation from here on, in this thread or task."""
    _CURRENT.set(notation)


@contextmanager
def using(notation: Notation) -> Iterator[None]:
    """Writes with this notation inside."""
    before = _CURRENT.set(notation)
    try:
        yield
    finally:
        _CURRENT.reset(before)
