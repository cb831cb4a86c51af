"""Amounts of the shop's currency as text."""

from __future__ import annotations

import math

from forecasting.core import formatting, notation, numerals
from forecasting.core.signs import signs


def amount(value: float, digits: int | None = None) -> str:
    """An amount of the shop's currency; a plain number with two decimals where none was chosen.

    Args:
        value: The amount.
        digits: Decimals; None for those of the currency.

    Example:
        >>> amount(1234.5), amount(-3.0, 0)
        ('1,234.50', '\u22123')
    """
    if math.isnan(value):
        return formatting.UNKNOWN
    of = signs(notation.current())
    text = numerals.write(value, of.money_digits if digits is None else digits)
    bare = text.removeprefix(of.minus)
    return text[: len(text) - len(bare)] + of.money[0] + bare + of.money[1]


def headline(value: float) -> str:
    """An amount of money for large type: four significant digits, and decimals only of small amounts; a plain number where no currency was chosen.

    Example:
        >>> with notation.using(notation.Notation(currency="EUR")):
        ...     headline(142_204.0), headline(12.345)
        ('€142,200', '€12.35')
    """
    if not notation.current().currency:
        return formatting.headline(value)
    if math.isnan(value) or abs(value) < 100:
        return amount(value)
    return amount(round(value, 3 - math.floor(math.log10(abs(value)))), 0)
