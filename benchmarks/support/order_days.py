"""Shelves that are ordered for on the order days of a supplier, with the terms and levels of the proposals themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import numpy as np

from benchmarks.support.lives import Life, Terms, textbook_at
from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel
from forecasting.inventory.levels import order_levels
from forecasting.inventory.policy import Policy
from forecasting.inventory.proposals import turns
from forecasting.inventory.proposals.turns import Turn
from forecasting.inventory.simulation.shelf import KnownDemand
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import GivenStock
from forecasting.inventory.suppliers.ordering_days import Round, round_at
from forecasting.inventory.suppliers.supplier import Supplier
from forecasting.training.ensemble import Ensemble


def rounds(supplier: Supplier, first: date, days: int) -> list[Round]:
    """The rounds of the order days among so many days from a day on, and the round after them.

    Example:
        >>> twice = Supplier(name="Hansen", order_days=frozenset({0, 3}), delivery_days=frozenset({1, 4}), lead_time=1)
        >>> [(str(each.order_day), each.protection_period) for each in rounds(twice, date(2026, 11, 24), 7)]
        [('2026-11-26', 5), ('2026-11-30', 4), ('2026-12-03', 5)]
    """
    listed = [_round(supplier, first)]
    while (listed[-1].order_day - first).days < days:
        listed.append(_round(supplier, listed[-1].next_order_day))
    return listed


def longest(supplier: Supplier) -> int:
    """Days that the longest protection period of a week's order days has."""
    return max(each.protection_period for each in rounds(supplier, date(2026, 1, 5), 7))


def life_of(whole: Panel, made: Sequence[Ensemble], supplier: Supplier, p: float) -> Life:
    """The days from the first order day after the first of these ensembles on, each of which serves until the next one, the last one as long.

    Args:
        whole: All sales, none unknown, as many days as the last order covers.
        made: What was served, by the days it knew, the same number of days apart.
        supplier: Of every series.
        p: The promised chance of no stockout in a cycle.
    """
    starts = [len(one.panel.dates) for one in made]
    every = starts[1] - starts[0] if len(starts) > 1 else made[0].horizon - longest(supplier)
    listed = rounds(supplier, whole.dates[starts[0]].date(), every * len(made))
    first = (listed[0].order_day - whole.dates[0].date()).days
    places = np.array([(each.order_day - listed[0].order_day).days for each in listed])
    h = int(places[-1]) + listed[-1].lead_time
    levels, mean, spread = (np.full((len(whole), h), np.nan) for _ in range(3))
    for place, each in zip(places[:-1], listed[:-1], strict=True):
        serving = max(number for number, start in enumerate(starts) if start <= first + place)
        levels[:, place] = level(made[serving], supplier, each, p)
    orders = [(first + int(place), each.protection_period) for place, each in zip(places[:-1], listed[:-1], strict=True)]
    mean[:, places[:-1]], spread[:, places[:-1]] = textbook_at(whole, orders)
    lead = np.array([each.lead_time for each in listed])[np.searchsorted(places, np.arange(h), side="right") - 1]
    always = np.ones((len(whole), h), dtype=bool)
    return Life(
        wanted=whole.sales[:, first : first + h],
        seen=KnownDemand(always, always),
        ours=levels,
        mean=mean,
        spread=spread,
        series=np.arange(len(whole)),
        whole=made[0].whole,
        terms=Terms(p, listed[0].lead_time, listed[0].review_period),
        orders=places,
        lead=lead,
    )


def level(made: Ensemble, supplier: Supplier, of: Round, p: float) -> FloatArray:
    """What an order of a round is ordered up to, shape (n,), as a proposal to the supplier has it on that day."""
    rows = np.arange(len(made.panel))
    policy = Policy(service_level=p, start=(of.order_day - made.panel.ahead(1)[0].date()).days)
    turn = Turn(supplier, of, rows, (None,) * len(rows))
    given = turns.with_terms(GivenStock.nothing(len(rows)), [turn], of.order_day)
    shelves = state.complete(given, policy, made.panel, made.horizon)
    return order_levels.up_to(made, shelves, policy, rows).order_up_to


def _round(supplier: Supplier, day: date) -> Round:
    return round_at(supplier, datetime.combine(day, time.min) + timedelta(hours=6), supplier.lead_time or 0)
