"""What else a person should know of a proposal, a sentence each."""

from __future__ import annotations

from datetime import date
from math import ceil
from typing import Final

import numpy as np

from forecasting.core.arrays import FloatArray
from forecasting.core.period import DAY, Period
from forecasting.inventory.proposals.turns import Turn
from forecasting.inventory.suppliers.supplier import Capacity, Currency

MAX_RATE_DAYS: Final = 30
"""Age of a rate of exchange from which it is said, in days."""
_FULL: Final = 1e-9


def remarks(turn: Turn, measures: FloatArray, quantity: FloatArray, day: date, period: Period = DAY) -> list[str]:
    """Loads that an order takes, late deliveries that it reckons with, products of a closed supplier, a rate that is old, and what longer steps blur.

    Args:
        turn: The supplier's order.
        measures: Shape (4, r): what a unit counts for, by `top_up.MEASURES`.
        quantity: Shape (r,), units.
        day: The first day of the recommendation.
        period: What a step of the sales is.
    """
    supplier = turn.supplier
    if supplier is None:
        return []
    said = [_loads(supplier.capacity, measures, quantity), _late(turn.delays), _standing_in(turn), _rate(supplier.currency, day), _steps(period)]
    return [text for text in said if text]


def _loads(capacity: Capacity | None, measures: FloatArray, quantity: FloatArray) -> str:
    """How many pallets or containers an order fills, and with what the last one would be full."""
    if capacity is None or not quantity.any():
        return ""
    limits = {"units": (1, capacity.units), "weight": (2, capacity.weight), "volume": (3, capacity.volume)}
    ordered = quantity > 0
    known = {name: limit for name, (row, limit) in limits.items() if limit is not None and np.isfinite(measures[row, ordered]).all()}
    unknown = [name for name, (_, limit) in limits.items() if limit is not None and name not in known]
    gap = f" The {' and '.join(unknown)} of some products is not known." if unknown else ""
    if not known:
        return gap.strip()
    shares = {name: float(measures[limits[name][0], ordered] @ quantity[ordered]) / limit for name, limit in known.items()}
    name = max(shares, key=lambda each: shares[each])
    loads = ceil(shares[name] - _FULL)
    left = (loads - shares[name]) * known[name]
    room = f"; {left:,.4g} {name if name == 'units' else f'of {name}'} more would fill the last" if left > _FULL * known[name] else ""
    return f"It takes {loads:,} {capacity.name}{'' if loads == 1 else 's'}{room}.{gap}"


def _late(delays: tuple[int, ...]) -> str:
    late = sum(delay > 0 for delay in delays)
    return f"{late} of its last {len(delays)} deliveries came late, which the quantities reckon with." if late else ""


def _standing_in(turn: Turn) -> str:
    if not turn.instead_of:
        return ""
    return f"{' and '.join(turn.instead_of)} {'is' if len(turn.instead_of) == 1 else 'are'} closed: the second source of some products delivers."


def _steps(period: Period) -> str:
    """What order days, delivery days and cut-off hours do not decide where sales come by the week or the month."""
    if period == DAY:
        return ""
    return f"Sales are {period.adjective}, so quantities cover whole {period.plural}: order days, delivery days and cut-off say only when to order."


def _rate(currency: Currency | None, day: date) -> str:
    if currency is None or currency.of_day is None or (day - currency.of_day).days <= MAX_RATE_DAYS:
        return ""
    return f"The rate of {currency.code} is of {currency.of_day}, {(day - currency.of_day).days} days ago."
