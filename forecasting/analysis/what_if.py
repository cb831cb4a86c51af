"""What would sell at other prices, on other promotion days, or on days that are closed: the question, and the days ahead as it has them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from forecasting.core import formatting, money, numerals, schema
from forecasting.core.arrays import FloatArray
from forecasting.core.errors import InputError
from forecasting.core.panel import Panel
from forecasting.core.period import DAY, Period

EVERY_DAY: Final = "every day"
LOWEST, HIGHEST = -0.9, 2.0
"""Changes of price that can be asked for."""


@dataclass(frozen=True)
class WhatIf:
    """Another assumption about the days ahead. The default changes nothing.

    Args:
        price_change: How much dearer (0.1 = 10 %) or cheaper (-0.1) all days ahead are; None leaves prices as they are assumed.
        promo: The days ahead with a promotion, all others having none; `EVERY_DAY`; None leaves promotions as they are assumed.
        closed: Days ahead that are closed, beside those that are closed anyway.

    Raises:
        InputError: A change of price beyond -90 % to +200 %.
    """

    price_change: float | None = None
    promo: frozenset[date] | str | None = None
    closed: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if self.price_change is not None and not LOWEST <= self.price_change <= HIGHEST:
            raise InputError(
                f"A price can change by {formatting.signed_percent(LOWEST)} to {formatting.signed_percent(HIGHEST)}, not by {self.price_change:+.0%}."
            )
        if isinstance(self.promo, str) and self.promo != EVERY_DAY:
            raise InputError(f"Promotions are a set of days or {EVERY_DAY!r}, not {self.promo!r}.")

    @property
    def drivers(self) -> tuple[str, ...]:
        """The drivers whose effect a model must know to answer; that closed days sell nothing is known."""
        asked = {schema.PRICE: bool(self.price_change), schema.PROMO: self.promo is not None}
        return tuple(name for name, is_asked in asked.items() if is_asked)

    @property
    def days(self) -> frozenset[date]:
        """All days that it names."""
        return self.closed | (self.promo if isinstance(self.promo, frozenset) else frozenset())

    def __bool__(self) -> bool:
        return bool(self.drivers or self.closed)

    def text(self, period: Period = DAY) -> str:
        """What it asks, for a person: "price -10 %, promotions on 3 days, closed on 25 Dec"."""
        parts = [f"price {formatting.signed_percent(self.price_change)}"] if self.price_change else []
        if self.promo is not None:
            days = f"every {period.name}" if isinstance(self.promo, str) else _listed(self.promo, period)
            parts.append(f"promotions {days}" if days else "no promotions")
        return ", ".join([*parts, *([f"closed {_listed(self.closed, period)}"] if self.closed else [])])


def _listed(days: frozenset[date], period: Period) -> str:
    """The one or two days, or how many there are."""
    if len(days) > 2:
        return f"on {period.count(len(days))}"
    names = " and ".join(formatting.near_date(pd.Timestamp(day)) for day in sorted(days))
    return f"on {names}" if names else ""


def changed(panel: Panel, change: WhatIf, name: str, horizon: int) -> Panel:
    """The panel with one driver of the next `horizon` days as the what-if has it."""
    d = len(panel.dates)
    ahead = panel.driver(name, horizon)[:, d:]
    if name == schema.PRICE and change.price_change is not None:
        ahead = ahead * (1 + change.price_change)
    elif name == schema.PROMO:
        ahead = np.broadcast_to(_on(panel, change.promo, horizon), ahead.shape).astype(float)
    return replace(panel, drivers={**panel.drivers, name: np.hstack([panel.drivers[name][:, :d], ahead])})


def with_closed(panel: Panel, days: frozenset[date], horizon: int) -> Panel:
    """The panel with these days ahead closed."""
    return replace(panel, drivers={**panel.drivers, schema.OPEN: _closed(panel, days, horizon)}) if days else panel


def _on(panel: Panel, days: frozenset[date] | str | None, horizon: int) -> np.ndarray:
    """Which days ahead are meant, shape (horizon,) of bool."""
    return np.array([days == EVERY_DAY or (isinstance(days, frozenset) and day in days) for day in panel.ahead(horizon).date])


def _closed(panel: Panel, days: frozenset[date], horizon: int) -> FloatArray:
    """The driver `open` with these days at 0; what was given of other days stays."""
    d = len(panel.dates)
    opened = np.full((len(panel), d + horizon), np.nan)
    if schema.OPEN in panel.drivers:
        given = panel.drivers[schema.OPEN][:, : d + horizon]
        opened[:, : given.shape[1]] = given
    opened[:, d:][:, _on(panel, days, horizon)] = 0.0
    return opened


def unseen(panel: Panel, change: WhatIf, steps: int) -> list[str]:
    """What to know of prices that leave the range ever seen, a sentence each."""
    if not change.price_change:
        return []
    d = len(panel.dates)
    past = panel.drivers[schema.PRICE][:, :d]
    known = np.isfinite(past)
    priced = np.flatnonzero(known.any(axis=1))
    past, known = past[priced], known[priced]
    ahead = panel.select(priced).driver(schema.PRICE, steps)[:, d:] * (1 + change.price_change)
    low, high = np.where(known, past, np.inf).min(axis=1), np.where(known, past, -np.inf).max(axis=1)
    beyond = {"lowest": (low, ahead.min(axis=1) < low * 0.999), "highest": (high, ahead.max(axis=1) > high * 1.001)}
    return [_unseen_text(word, furthest[out], len(panel)) for word, (furthest, out) in beyond.items() if out.any()]


def _unseen_text(word: str, furthest: FloatArray, n: int) -> str:
    if n == 1:
        return f"Never seen: the {word} price so far was {money.amount(furthest[0])}, and Prophet goes no further."
    those = f"{numerals.write(len(furthest))} of {numerals.write(n)} series"
    return f"Prices never seen in {those}: there Prophet goes no further than the {word} price so far."
