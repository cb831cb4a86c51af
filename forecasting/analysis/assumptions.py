"""What is taken for granted of the days ahead: of promotions, prices and closed days, and where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.core import calendar, formatting, money, notation, numerals, schema, signs
from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel
from forecasting.core.period import DAY

WEEKDAYS: Final = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


@dataclass(frozen=True)
class Assumption:
    """What is assumed of one driver.

    Args:
        driver: Its column; `open` also where only the usual closed weekdays are known.
        text: For a person: "Promotions: planned to 14 Dec, then as usual (on 23 % of days)".
    """

    driver: str
    text: str


def assumptions_of(panel: Panel, rows: np.ndarray, steps: int) -> tuple[Assumption, ...]:
    """What the forecast of some series assumes of the next `steps` days; one a driver that these sales have, and one of closed days if any.

    Args:
        panel: The sales and what was uploaded ahead.
        rows: Positions of the series.
        steps: Days ahead.
    """
    chosen = panel.select(rows)
    texts = {schema.PRICE: _price(chosen, steps), schema.PROMO: _promo(chosen, steps), schema.OPEN: _closed(chosen, steps)}
    return tuple(Assumption(driver, text) for driver, text in texts.items() if text)


def _promo(panel: Panel, steps: int) -> str:
    if schema.PROMO not in panel.drivers:
        return ""
    ahead = panel.driver(schema.PROMO, steps)[:, len(panel.dates) :]
    free = np.arange(steps) >= panel.planned(schema.PROMO)[:, None]
    share = float(ahead[free if free.any() else ...].mean())
    often = f"(on {formatting.percent(share, 0)} of {panel.period.plural})"
    if not free.any():
        return f"Promotions: as planned {often}"
    return f"Promotions: {_plan(panel, schema.PROMO)}{f'as usual {often}' if share > 0 else 'none, as of late'}"


def _price(panel: Panel, steps: int) -> str:
    if schema.PRICE not in panel.drivers:
        return ""
    d = len(panel.dates)
    priced = np.isfinite(panel.drivers[schema.PRICE][:, : d + steps]).any(axis=1)
    if not priced.any():
        return ""
    prices = panel.driver(schema.PRICE, steps)[priced, d:]
    if (panel.planned(schema.PRICE)[priced] >= steps).all():
        return f"Price: as planned, {_money(prices)}"
    last = _money(prices[:, -1:])
    return f"Price: {_plan(panel, schema.PRICE)}{f'stays at {last}' if len(prices) == 1 else f'stays as it was last ({last})'}"


def _plan(panel: Panel, name: str) -> str:
    """How far a plan was uploaded, for a text on what follows; empty if none was."""
    reach = panel.planned(name)
    count = int((reach > 0).sum())
    if not count:
        return ""
    until = formatting.near_date(panel.ahead(int(reach.max()))[-1])
    if count == len(panel):
        return f"planned to {until}{'' if (reach == reach.max()).all() else ' at most'}, then "
    return f"planned to {until} for {numerals.write(count)} of {numerals.write(len(panel))} series, else "


def _money(prices: FloatArray) -> str:
    low, high = float(prices.min()), float(prices.max())
    return money.amount(low) if f"{low:.2f}" == f"{high:.2f}" else f"{money.amount(low)} to {money.amount(high)}"


def _closed(panel: Panel, steps: int) -> str:
    """The usual closed weekdays, and the other days that were given as closed."""
    closed = calendar.closed_ahead(panel, steps)
    ahead = panel.ahead(steps)
    usual = closed & calendar.closed_weekdays(panel)[:, ahead.day_of_week] if panel.period == DAY else np.zeros_like(closed)
    weekdays = {WEEKDAYS[day]: usual[:, ahead.day_of_week == day].any(axis=1) for day in signs.week(notation.current())}
    dates = {formatting.near_date(day): on for day, on in zip(ahead, (closed & ~usual).T, strict=True)}
    parts = [name + _of_all(len(panel), int(on.sum())) for name, on in (weekdays | dates).items() if on.any()]
    return f"Closed: {formatting.listing(parts)}" if parts else ""


def _of_all(n: int, count: int) -> str:
    return "" if count == n else f" ({numerals.write(count)} of {numerals.write(n)} series)"
