"""Terms of suppliers as people write them in a cell, and terms by the names of a file's columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time
from typing import Any, Final

from forecasting.core.settings import require
from forecasting.inventory.suppliers.price_breaks import PriceBreaks
from forecasting.inventory.suppliers.supplier import EVERY_DAY, Capacity, Closure, Currency, Supplier

_SEPARATORS: Final = re.compile(r"[\s,;|+]+")
_SPANS: Final = re.compile(r"\s*[-\u2013]\s*")
_TIME: Final = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(?::00)?")
_DAILY: Final = ("daily", "every day", "täglich")
_ENGLISH: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MIN_LETTERS: Final = 2
_GERMAN: Final = ("mo", "di", "mi", "do", "fr", "sa", "so")

NO_RATE: Final = "The currency of {} needs its rate: write what a unit of it costs in your money, 1 if it is yours."


def weekdays(text: str) -> frozenset[int]:
    """Weekdays by their English names, or German ones of two letters, Monday 0, and spans of them; raises ValueError.

    Example:
        >>> sorted(weekdays("Mon, Thursday")), sorted(weekdays("Di Fr")), sorted(weekdays("Fri-Sun Tue"))
        ([0, 3], [1, 4], [1, 4, 5, 6])
    """
    if text.strip().casefold() in _DAILY:
        return EVERY_DAY
    parts = _SEPARATORS.split(_SPANS.sub("-", text.strip().casefold()))
    return frozenset(day for part in parts if part for day in _span(part))


def _span(text: str) -> list[int]:
    """The weekdays from one to another, over the end of the week too."""
    first, _, last = text.partition("-")
    day = _weekday(first)
    return [(day + ahead) % 7 for ahead in range((_weekday(last or first) - day) % 7 + 1)]


def _weekday(name: str) -> int:
    name = name.rstrip(".")
    if name in _GERMAN:
        return _GERMAN.index(name)
    fits = [day for day, whole in enumerate(_ENGLISH) if len(name) >= _MIN_LETTERS and (whole.startswith(name) or name == f"{whole}s")]
    if len(fits) != 1:
        raise ValueError(f"{name!r} is no weekday")
    return fits[0]


def time_of_day(text: str) -> time:
    """A time such as 14:00, 9.30 or 14; raises ValueError."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no time")
    return time(int(match[1]), int(match[2] or 0))


def closures(text: str) -> tuple[Closure, ...]:
    """Days, or spans of days with a slash between, and semicolons between them; raises ValueError or SettingsError."""
    spans = [part.strip() for part in text.split(";") if part.strip()]
    ends = [(first.strip(), last.strip() or first.strip()) for first, _, last in (span.partition("/") for span in spans)]
    return tuple(Closure(first=date.fromisoformat(first), last=date.fromisoformat(last)) for first, last in ends)


def price_breaks(text: str) -> PriceBreaks:
    """Quantities and prices, "0:2.00; 100:1.50", with a decimal point or comma; raises ValueError or SettingsError.

    Example:
        >>> price_breaks("0:2; 100:1.5").prices
        (2.0, 1.5)
    """
    steps = [part.partition(":") for part in text.split(";") if part.strip()]
    return PriceBreaks(tuple(_number(quantity) for quantity, _, _ in steps), tuple(_number(price) for _, _, price in steps))


def _number(text: str) -> float:
    return float(text.strip().replace(",", "."))


def with_terms(supplier: Supplier, terms: Mapping[str, Any]) -> Supplier:
    """The supplier with the terms that a file gives by the names of its columns; the others stay. Raises SettingsError."""
    minimum = {name: terms[f"minimum_{name}"] for name in ("value", "units", "weight") if f"minimum_{name}" in terms}
    freight = {field: terms[role] for role, field in (("freight", "cost"), ("free_from", "free_from")) if role in terms}
    money = {field: terms[role] for role, field in (("currency", "code"), ("rate", "rate"), ("rate_date", "of_day")) if role in terms}
    if money and supplier.currency is None:
        require("code" in money, f"The rate of {supplier.name} needs its currency: write a code such as CHF beside it.")
    is_new = "code" in money and (supplier.currency is None or supplier.currency.code != money["code"])
    require(
        not is_new or "rate" in money,
        NO_RATE.format(supplier.name),
    )
    before = supplier.currency or (Currency(code=money["code"]) if money else None)
    plain = {name: terms[name] for name in ("order_days", "cut_off", "delivery_days", "contact") if name in terms}
    plain |= {"lead_time": round(terms["lead_time"])} if "lead_time" in terms else {}
    plain |= {"closures": terms["closed"]} if "closed" in terms else {}
    return replace(
        supplier,
        minimum=replace(supplier.minimum, **minimum) if minimum else supplier.minimum,
        freight=replace(supplier.freight, **freight) if freight else supplier.freight,
        capacity=_capacity(supplier, terms),
        currency=replace(before, **money) if before is not None else None,
        **plain,
    )


def _capacity(supplier: Supplier, terms: Mapping[str, Any]) -> Capacity | None:
    """What fits on a pallet or into a container after a file; raises SettingsError."""
    limits = {name: terms[f"capacity_{name}"] for name in ("units", "weight", "volume") if f"capacity_{name}" in terms}
    named = {"name": terms["capacity"]} if "capacity" in terms else {}
    if supplier.capacity is not None:
        return replace(supplier.capacity, **named, **limits)
    return Capacity(**{"name": "pallet", **named}, **limits) if named or limits else None
