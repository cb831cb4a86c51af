"""Numbers in the many ways that people and programs write them."""

from __future__ import annotations

import unicodedata
from typing import Final, Literal

import numpy as np
import pyarrow as pa
from pyarrow import compute

Decimal = Literal[".", ","]

_PLAIN: Final = r"^[+-]?[0-9]+$"
_EXPONENT: Final = r"(?:[eE][+-]?[0-9]+)?$"
_POINT: Final = r"^[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]*)\.[0-9]*" + _EXPONENT
_COMMA: Final = r"^[+-]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]*),[0-9]*" + _EXPONENT
_DOT_GROUPS: Final = r"^[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+$"
_COMMA_GROUPS: Final = r"^[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+$"
_BARE_EXPONENT: Final = r"^[+-]?[0-9]+[eE][+-]?[0-9]+$"
_INFINITE: Final = r"^[+-]?(?i:inf|infinity|∞)$"
_LAKH: Final = r"^[+-]?[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]*)?$"
"""Groups of Indian numbers: 1,20,000."""
_MONEY: Final = (
    r"(?:R?\p{Sc}|EUR|USD|GBP|CHF|JPY|CNY|RMB|INR|IDR|VND|KRW|THB|MYR|PHP|PLN|CZK|HUF|RON|BGN|SEK|NOK|DKK|ISK|TRY|RUB|UAH|ILS|AED|SAR|KWD|"
    r"CAD|AUD|NZD|ZAR|NGN|KES|BRL|MXN|ARS|CLP|COP|PEN|kr\.?|zł|Kč|Ft|lei|лв\.?|руб\.?|р\.|грн\.?|Rs\.?|Rp\.?|RM|TL|円|元|원|บาท|đ)"
)
_CURRENCY: Final = rf"(?i)^([-(]?)\s*{_MONEY}\s*|\s*{_MONEY}(\)?)$"
_MARKS: Final = {"\u066b": ".", "\u066c": ",", "\uff0e": ".", "\uff0c": ",", "\u200e": "", "\u200f": "", "\u061c": ""}
"""Decimal marks and thousands marks of Arabic and full-width numbers, and invisible marks of direction."""
_GROUP: Final = r"([0-9])[\s\x{00A0}\x{2009}\x{202F}\x{2019}']([0-9]{3})"


def parse_numbers(texts: pa.Array, decimal: Decimal) -> np.ndarray:
    """The number of each text, NaN where there is none, infinity where the text says so, shape (n,).

    Args:
        texts: Distinct texts.
        decimal: The decimal mark; the other one groups thousands.
    """
    clean = _cleaned(texts)
    fits = _fits(clean, decimal)
    marks = compute.replace_substring(clean, "," if decimal == "." else ".", "")
    pointed = compute.replace_substring(marks, ",", ".") if decimal == "," else marks
    values = compute.if_else(pa.array(fits), pointed, "nan").cast(pa.float64()).to_numpy(zero_copy_only=False).copy()
    endless = _matches(clean, _INFINITE)
    if endless.any():
        values[endless] = np.where(_matches(clean, "^-")[endless], -np.inf, np.inf)
    return values


def decimal_of(texts: pa.Array) -> Decimal | None:
    """The decimal mark that most texts prove; None if they prove none: whole numbers, or "1,234" alone.

    Example:
        >>> decimal_of(pa.array(["1.234,5"])), decimal_of(pa.array(["1,234"]))
        (',', None)
    """
    clean = _cleaned(texts)
    point, comma = _fits(clean, "."), _fits(clean, ",")
    for_point, for_comma = int((point & ~comma).sum()), int((comma & ~point).sum())
    return None if for_point == for_comma else "." if for_point > for_comma else ","


def two_ways(texts: pa.Array) -> str | None:
    """The first text that is a different number with a decimal point than with a decimal comma; None without such a text."""
    clean = _cleaned(texts)
    ambiguous = np.flatnonzero(_fits(clean, ".") & _fits(clean, ",") & _matches(clean, "[.,]"))
    return str(texts[int(ambiguous[0])].as_py()) if len(ambiguous) else None


def _fits(clean: pa.Array, decimal: Decimal) -> np.ndarray:
    """Which texts are numbers with this decimal mark."""
    marked, groups = (_POINT, _COMMA_GROUPS) if decimal == "." else (_COMMA, _DOT_GROUPS)
    fits = _matches(clean, _PLAIN)
    if not fits.all():
        for pattern in (marked, groups, _BARE_EXPONENT, *([_LAKH] if decimal == "." else [])):
            fits = fits | _matches(clean, pattern)
        fits &= _matches(clean, "[0-9]")
    return fits


def _cleaned(texts: pa.Array) -> pa.Array:
    """The texts without currency, thousands spaces and accountants' minus signs."""
    clean = compute.utf8_trim_whitespace(texts)
    if _matches(clean, r"^[+-]?[0-9.,]+$").all():
        return clean
    clean = compute.replace_substring_regex(western_digits(clean), r"[\x{2212}\x{2013}\x{FF0D}]", "-")
    clean = compute.replace_substring_regex(clean, _CURRENCY, r"\1\2")
    clean = compute.utf8_trim_whitespace(clean)
    for _ in range(4):
        clean = compute.replace_substring_regex(clean, _GROUP, r"\1\2")
    clean = compute.replace_substring_regex(clean, r"^\(\s*([0-9.,]+)\s*\)$", r"-\1")
    return compute.replace_substring_regex(clean, r"^([0-9.,]+)-$", r"-\1")


def western_digits(texts: pa.Array) -> pa.Array:
    r"""The texts with digits of other scripts as 0 to 9, and with their marks.

    Example:
        >>> western_digits(pa.array(["\u0662\u0660\u066b\u0665"])).to_pylist()
        ['20.5']
    """
    if not _matches(texts, r"[^\x00-\x7f]").any():
        return texts
    return pa.array([text if text is None or text.isascii() else "".join(map(_western, text)) for text in texts.to_pylist()], pa.string())


def _western(character: str) -> str:
    if character in _MARKS:
        return _MARKS[character]
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


def _matches(texts: pa.Array, pattern: str) -> np.ndarray:
    return compute.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)
