"""What is added to an order so that it reaches what its supplier asks for, where expected money says that it pays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from forecasting.core.arrays import FloatArray
from forecasting.inventory import arithmetic
from forecasting.inventory.proposals.needs import Needs
from forecasting.inventory.proposals.turns import Turn
from forecasting.inventory.stock import state
from forecasting.inventory.suppliers.source import Source
from forecasting.inventory.suppliers.supplier import Supplier
from forecasting.inventory.suppliers.top_up import Candidates, TopUp, top_up

DAYS_OF_YEAR: Final = 365.0
MAX_ROUNDS: Final = 5
"""How often packs are added again because the ones before made the others cheaper."""
UnitCosts = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, eq=False)
class Filled:
    """An order after what was added to it.

    Args:
        quantity: Shape (r,), units.
        added: Shape (r,), units of these that only serve what the supplier asks for.
        sold_in: Shape (r,), steps until the last added unit is expected to be sold; NaN where nothing is added.
        note: A sentence for a person; empty where there is nothing to say.
    """

    quantity: FloatArray
    added: FloatArray
    sold_in: FloatArray
    note: str = ""


def candidates(needed: Needs, turn: Turn) -> Candidates:
    """The lines of a turn as they may be added to.

    Args:
        needed: What its series need.
        turn: The supplier's order.
    """
    stock, period = needed.stock, needed.ensemble.panel.period
    start = period.steps(needed.policy.start)
    sold_by = np.cumsum(np.nan_to_num(needed.ensemble.expected[turn.rows, start:]), axis=1)
    weight, volume = (np.array([_measure(each, name) for each in turn.sources]) for name in ("weight", "volume"))
    measures = np.vstack([stock[state.UNIT_COST] / turn.rate, np.ones(len(turn.rows)), weight, volume])
    return Candidates(
        quantity=needed.quantity,
        pack_size=stock[state.PACK_SIZE],
        position=stock.position,
        values=needed.values,
        sold_by=np.where(needed.is_open[:, None], sold_by, 0.0),
        arrives=np.round(stock.mean_lead).astype(int),
        life=stock.life,
        margin=stock[state.PRICE] - stock[state.UNIT_COST],
        holding=stock[state.HOLDING_COST] * period.days / DAYS_OF_YEAR,
        measures=measures,
    )


def _measure(source: Source | None, name: Literal["weight", "volume"]) -> float:
    amount = None if source is None else source.weight if name == "weight" else source.volume
    return float("nan") if amount is None else amount


def filled(lines: Candidates, supplier: Supplier, unit_costs: UnitCosts) -> Filled:
    """An order with what is added for the supplier's minimum, then for free delivery, as far as that pays.

    Nothing is added to an order of nothing. An order that stays below the minimum says so, and why.

    Args:
        lines: The products of the supplier.
        supplier: Its terms.
        unit_costs: Quantities, shape (r,) -> money of the supplier for a unit of each, NaN where unknown: prices may fall with the quantity.
    """
    plain = Filled(lines.quantity, np.zeros_like(lines.quantity), np.full(len(lines.quantity), np.nan))
    if not lines.quantity.any():
        return plain
    minimum = supplier.minimum
    enough = _reached(plain, lines, np.array([minimum.value, minimum.units, minimum.weight, 0.0]), supplier, unit_costs)
    return enough if enough.note and not enough.added.any() else _delivered_free(enough, lines, supplier, unit_costs)


def priced(lines: Candidates, quantity: FloatArray, unit_costs: UnitCosts) -> Candidates:
    """The lines at other quantities, and at what a unit costs then."""
    return replace(lines, quantity=quantity, measures=np.vstack([unit_costs(quantity), lines.measures[1:]]))


def topped_up(lines: Candidates, wanted: FloatArray, unit_costs: UnitCosts) -> TopUp:
    """The packs that bring an order to what is wanted, at the prices of the whole quantity: a lower price may take more packs."""
    more = top_up(lines, wanted)
    units, worth = more.units, more.worth
    for _ in range(MAX_ROUNDS):
        again = top_up(priced(lines, lines.quantity + units, unit_costs), wanted)
        units, worth, more = (
            units + again.units,
            worth + again.worth,
            TopUp(units + again.units, np.fmax(more.sold_in, again.sold_in), worth, again.lacks),
        )
        if not again.units.any():
            break
    return more


def _reached(plain: Filled, lines: Candidates, wanted: FloatArray, supplier: Supplier, unit_costs: UnitCosts) -> Filled:
    more = topped_up(lines, wanted, unit_costs)
    if more.is_enough and not more.units.any():
        return plain
    lacking = _lacking(np.maximum(wanted - np.nan_to_num(lines.measures) @ lines.quantity, 0.0), supplier)
    if not more.is_enough:
        return replace(plain, note=f"{lacking} Nothing more is expected to be sold in time, so nothing was added.")
    if more.worth + _spared(lines) < 0 and np.isfinite(lines.margin).all():
        return replace(plain, note=f"{lacking} Adding to it costs more than waiting for the next order day, so nothing was added.")
    units = float(more.units.sum())
    return Filled(lines.quantity + more.units, more.units, more.sold_in, f"{units:,.0f} units were added to reach the minimum.")


def _delivered_free(before: Filled, lines: Candidates, supplier: Supplier, unit_costs: UnitCosts) -> Filled:
    """With what is added for free delivery, where the freight that it saves is worth more than it costs; what that is worth is said."""
    freight, now = supplier.freight, priced(lines, before.quantity, unit_costs)
    value = float(np.nan_to_num(now.measures[0]) @ before.quantity)
    if freight.free_from is None or not freight.of(value):
        return before
    more = topped_up(now, np.array([freight.free_from, 0.0, 0.0, 0.0]), unit_costs)
    rate = supplier.currency.rate if supplier.currency is not None else 1.0
    gain = more.worth + freight.cost * rate
    if not more.is_enough or gain <= 0:
        why = f"that saves {freight.cost:,.2f}, and costs more to keep" if more.is_enough else "so much more is not expected to be sold in time"
        return replace(before, note=f"{before.note} Delivery is free from {freight.free_from - value:,.2f} more: {why}.".strip())
    units, quantity = float(more.units.sum()), before.quantity + more.units
    note = f"{units:,.0f} units were added for free delivery, which saves {freight.cost:,.2f} and is worth {gain / rate:,.2f}."
    return Filled(quantity, before.added + more.units, np.fmax(before.sold_in, more.sold_in), f"{before.note} {note}".strip())


def _lacking(lacks: FloatArray, supplier: Supplier) -> str:
    """What an order lacks of the minimum, in a sentence."""
    asked = (supplier.minimum.value, supplier.minimum.units, supplier.minimum.weight)
    texts = [
        f"{lack:,.2f} below the minimum {name} of {whole:,.2f}"
        for lack, whole, name in zip(lacks, asked, ("value", "units", "weight"), strict=False)
        if lack > arithmetic.TOLERANCE
    ]
    return f"{' and '.join(texts)}."


def _spared(lines: Candidates) -> float:
    """Margin of the sales that are expected to be lost before the next order comes if nothing is ordered now."""
    known = np.isfinite(lines.values).all(axis=1) & np.isfinite(lines.margin)
    values, position, quantity = lines.values[known], lines.position[known, None], lines.quantity[known, None]
    missing = np.maximum(values - position, 0.0).mean(axis=1) - np.maximum(values - position - quantity, 0.0).mean(axis=1)
    return float(missing @ lines.margin[known])
