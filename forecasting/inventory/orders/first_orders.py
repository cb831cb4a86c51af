"""First orders of products that are planned and not sold yet: proposals for a person to take over, outside of all totals until then."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from forecasting.core import formatting
from forecasting.inventory import order_quantities
from forecasting.inventory.orders.recommend import Orders
from forecasting.inventory.stock import state


class FirstOrder(NamedTuple):
    """What a shelf would need of a product when it is first sold.

    Args:
        place: Of its line in the table of the orders.
        day: The first day of its forecast.
        units: To order, in whole packs; enough for what is expected until a second order can arrive, without a reserve.
        reason: The sum in words, and by when to order.
    """

    place: int
    day: pd.Timestamp
    units: float
    reason: str


def first_orders(orders: Orders) -> list[FirstOrder]:
    """A proposal for each shelf of a planned product, by its first day; none for one that no earlier launch speaks for."""
    expected = orders.ensemble.expected[orders.rows]
    places = np.flatnonzero(orders.ensemble.unlaunched[orders.rows] & (np.nan_to_num(expected) > 0).any(axis=1))
    return sorted((_first_order(orders, int(place)) for place in places), key=lambda order: (order.day, order.place))


def _first_order(orders: Orders, place: int) -> FirstOrder:
    ensemble, line = orders.ensemble, orders.table.iloc[place]
    period, row = ensemble.panel.period, orders.rows[place]
    ahead, expected = ensemble.panel.ahead(ensemble.horizon), np.nan_to_num(ensemble.expected[row])
    first = int(np.argmax(expected > 0))
    span = slice(first, first + max(math.ceil(line[state.REVIEW_PERIOD] / period.days), 1))
    units, there = float(expected[span].sum()), float(np.nan_to_num(line["inventory_position"]))
    terms = (np.array([float(line[name])]) for name in (state.PACK_SIZE, state.MINIMUM_ORDER))
    quantity = float(order_quantities.order_quantity(np.array([units]), np.array([there]), *terms)[0])
    days = f"from {formatting.step_date(ahead[first], period)} to {formatting.step_date(ahead[span][-1], period)}"
    lower, upper = (float(end[span].sum()) for end in ensemble.bands[row, :2])
    spread = "" if math.isnan(lower + upper) else f" (80{formatting.NBSP}% range {formatting.span(lower, upper)})"
    less = f", minus {formatting.units(there)} in stock or coming" if there else ""
    packs = f", in packs of {formatting.units(line[state.PACK_SIZE])}" if line[state.PACK_SIZE] > 1 else ""
    total = f"{formatting.headline(units)} expected {days}, until a second order can arrive{spread}{less}{packs}."
    return FirstOrder(place, ahead[first], quantity, f"{total} {_by_when(orders, ahead[first], line)}")


def _by_when(orders: Orders, first: pd.Timestamp, line: pd.Series) -> str:
    """ "Order by 30 Nov to have it on the first day."; says so where it is too late for that."""
    lead = pd.Timedelta(days=math.ceil(line[state.LEAD_TIME]))
    if first - lead < orders.day:
        return f"Ordered today it arrives on {formatting.near_date(orders.day + lead)}, after its first day."
    return f"Order by {formatting.near_date(first - lead)} to have it on its first day."
