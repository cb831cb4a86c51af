"""The order that is proposed to a supplier: its lines, their prices, and what was added."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from math import isfinite, isnan

import numpy as np

from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.inventory import order_quantities
from forecasting.inventory.book.order import Line, Order
from forecasting.inventory.proposals import minimum, remarks
from forecasting.inventory.proposals.minimum import Filled, UnitCosts
from forecasting.inventory.proposals.needs import Needs
from forecasting.inventory.proposals.turns import Turn
from forecasting.inventory.suppliers.price_breaks import PriceBreaks
from forecasting.inventory.suppliers.source import Source
from forecasting.inventory.suppliers.top_up import Candidates


def proposal(needed: Needs, turn: Turn, *, version: int, day: date) -> Order:
    """What to order from a supplier in its next round, without an id; without lines where nothing is needed.

    Args:
        needed: What its series need, at the supplier's terms.
        turn: Whose order.
        version: The forecast behind it.
        day: The first day of the recommendation, from which days are counted.
    """
    lines = minimum.candidates(needed, turn)
    lines = replace(lines, quantity=_cheapest(lines, turn))
    costs_of = _unit_costs(lines, turn)
    lines = minimum.priced(lines, lines.quantity, costs_of)
    plain = Filled(lines.quantity, np.zeros_like(lines.quantity), np.full(len(lines.quantity), np.nan))
    filled = plain if turn.supplier is None else minimum.filled(lines, turn.supplier, costs_of)
    panel = needed.ensemble.panel
    days = panel.period.days
    keys, costs = panel.series.iloc[turn.rows], costs_of(filled.quantity).tolist()
    quantity, added, sold_in = (values.tolist() for values in (filled.quantity, filled.added, filled.sold_in))
    names, key_values = keys[schema.UNIQUE_ID].astype(str).tolist(), {name: keys[name].astype(str).tolist() for name in panel.keys}
    listed = tuple(
        Line(
            unique_id=names[place],
            key={name: values[place] for name, values in key_values.items()},
            recommended=quantity[place],
            quantity=quantity[place],
            unit_cost=costs[place] if isfinite(costs[place]) else None,
            added=added[place],
            sold_by=_sold_by(day, sold_in[place] * days),
            prices=_prices(turn.sources[place]),
        )
        for place in np.flatnonzero(filled.quantity > 0).tolist()
    )
    return Order(
        id="",
        supplier=turn.name,
        version=version,
        order_date=turn.round.order_day,
        due=turn.round.due,
        state="proposed",
        lines=listed,
        note=" ".join(filter(None, (filled.note, *remarks.remarks(turn, lines.measures, filled.quantity, day, panel.period)))) if listed else "",
    )


def _cheapest(lines: Candidates, turn: Turn) -> FloatArray:
    """Quantities with price breaks taken where expected money says so, shape (r,)."""
    quantity = lines.quantity.copy()
    for place, source in enumerate(turn.sources):
        if source is not None and source.price_breaks is not None and quantity[place] > 0:
            quantity[place] = _break_taken(lines, source.price_breaks, place, turn.rate)
    return quantity


def _break_taken(lines: Candidates, breaks: PriceBreaks, place: int, rate: float) -> float:
    """The quantity, of the one recommended and the price breaks above it, that is expected to cost least.

    More is compared with buying it later at the price of today's quantity. It must be sold within the forecast and its shelf life, and costs its
    keeping until then; or the whole order must cost no more than without it.
    """
    wanted = float(lines.quantity[place])
    above = [at for at in breaks.quantities if at > wanted]
    if not above:
        return wanted
    packed = order_quantities.whole_packs(np.array(above), lines.pack_size[place]).tolist()
    return min([wanted, *packed], key=lambda units: (_expense(lines, breaks, place, units, rate), -units))


def _expense(lines: Candidates, breaks: PriceBreaks, place: int, units: float, rate: float) -> float:
    """Expected money, in the shop's, of ordering so many units instead of those recommended; the fewer later orders are counted in."""
    wanted = float(lines.quantity[place])
    cost = units * breaks.price_of(units) * rate
    if units <= wanted:
        return cost
    plain = wanted * breaks.price_of(wanted) * rate
    until = float(lines.position[place])
    steps = lines.sold_by[place].searchsorted([until + wanted, until + units])
    is_sold = steps[1] < lines.sold_by.shape[1] and steps[1] + 1 <= lines.life[place]
    if not is_sold:
        return cost if cost <= plain else float("inf")
    later = (units - wanted) * breaks.price_of(wanted) * rate
    wait = max(float(steps[0] + steps[1]) / 2 - int(lines.arrives[place]), 0.0)
    holding = float(lines.holding[place])
    return cost - later + (units - wanted) * wait * (0.0 if isnan(holding) else holding)


def _unit_costs(lines: Candidates, turn: Turn) -> UnitCosts:
    """What gives money of the supplier for a unit of each line at its quantity, shape (r,); NaN where it is not known."""
    own = np.array([np.nan if each is None or each.unit_cost is None else each.unit_cost for each in turn.sources], dtype=float)
    fixed = np.where(np.isnan(own), lines.measures[0], own)
    tiers = [(place, each.price_breaks) for place, each in enumerate(turn.sources) if each is not None and each.price_breaks is not None]

    def costs(quantity: FloatArray) -> FloatArray:
        at = fixed.copy()
        for place, breaks in tiers:
            at[place] = breaks.price_of(float(quantity[place]))
        return at

    return costs


def _prices(source: Source | None) -> tuple[tuple[float, float], ...]:
    """Units and prices of a source whose price falls with the quantity; none where one price holds."""
    breaks = None if source is None else source.price_breaks
    return () if breaks is None else tuple(zip(map(float, breaks.quantities), breaks.prices, strict=True))


def _sold_by(day: date, days: float) -> date | None:
    return None if isnan(days) else day + timedelta(days=int(days) - 1)
