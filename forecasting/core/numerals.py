"""Numbers as the notation in force writes them."""

from __future__ import annotations

from decimal import Decimal

from forecasting.core import notation
from forecasting.core.signs import Signs, signs


def write(value: float, digits: int = 0, *, grouped: bool = True) -> str:
    """A number with so many decimals, as the notation in force has it; its thousands are separated where `grouped` says so.

    Example:
        >>> write(1234.56, 1), write(-0.04, 1)
        ('1,234.6', '0.0')
    """
    of = signs(notation.current())
    text = f"{abs(value):,.{digits}f}" if grouped else f"{abs(value):.{digits}f}"
    return (of.minus if value < 0 and text.strip("0.,") else "") + _written(text, of)


def shortest(value: float) -> str:
    """A number with as few decimals as tell it, and ten digits at most, as the notation in force has it.

    Example:
        >>> shortest(1200.0), shortest(1.06), shortest(0.000037)
        ('1,200', '1.06', '0.000037')
    """
    exponent = Decimal(f"{value:.10g}").as_tuple().exponent
    return write(value, max(-exponent, 0) if isinstance(exponent, int) else 0)


def _written(text: str, of: Signs) -> str:
    """A number as Python has it, "1,234.5", with the signs of a notation."""
    whole, point, decimals = text.partition(".")
    if "," in whole and of.sizes[0] != of.sizes[1]:
        whole = _grouped(whole.replace(",", ""), of.sizes)
    written = whole.replace(",", of.group) + (of.decimal + decimals if point else "")
    return written if of.digits is None else written.translate(of.digits)


def _grouped(digits: str, sizes: tuple[int, int]) -> str:
    """Digits in groups of unequal sizes: "12,34,567"."""
    rest, last = digits[: -sizes[0]], digits[-sizes[0] :]
    first = len(rest) % sizes[1]
    groups = [rest[:first], *(rest[at : at + sizes[1]] for at in range(first, len(rest), sizes[1])), last]
    return ",".join(group for group in groups if group)
