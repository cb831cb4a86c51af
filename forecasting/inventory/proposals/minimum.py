"""What is added to an order so that it reaches what its supplier asks for, where expected money says that it pays."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.core.arrays import FloatArray
from forecasting.inventory import arithmetic
from forecasting.inventory.orders.recommend import Orders
from forecasting.inventory.proposals.turns import Turn
from forecasting.inventory.stock import state
from forecasting.inventory.suppliers.supplier import Supplier
from forecasting.inventory.suppliers.top_up import Candidates, TopUp, top_up

DAYS_OF_YEAR = 365.0


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


def candidates(orders: Orders, turn: Turn, places: np.ndarray) -> Candidates:
    """The lines of a turn as they may be added to.

    Args:
        orders: The recommendation.
        turn: The supplier's order.
        places: Positions of its series among the rows of `orders`.
    """
    stock, levels, period = orders.stock.select(places), orders.levels, orders.ensemble.panel.period
    start = period.steps(orders.policy.start)
    sold_by = np.cumsum(np.nan_to_num(orders.ensemble.expected[orders.rows[places], start:]), axis=1)
    is_known = orders.table["counted"].to_numpy(dtype=bool)[places] | ~orders.table["counted"].to_numpy(dtype=bool).any()
    is_open = is_known & np.isfinite(levels.order_up_to[places]) & orders.sold[places]
    weight = np.array([np.nan if each is None or each.weight is None else each.weight for each in turn.sources])
    measures = np.vstack([stock[state.UNIT_COST] / turn.rate, np.ones(len(places)), weight])
    return Candidates(
        quantity=np.nan_to_num(orders.table["order_quantity"].to_numpy(dtype=float)[places]),
        pack_size=stock[state.PACK_SIZE],
        position=stock.position,
        values=levels.cycle.values[places],
        sold_by=np.where(is_open[:, None], sold_by, 0.0),
        arrives=np.round(stock.mean_lead).astype(int),
        life=stock.life,
        margin=stock[state.PRICE] - stock[state.UNIT_COST],
        holding=stock[state.HOLDING_COST] * period.days / DAYS_OF_YEAR,
        measures=measures,
    )


def filled(lines: Candidates, supplier: Supplier) -> Filled:
    """An order with what is added for the supplier's minimum, then for free delivery, as far as that pays.

    Nothing is added to an order of nothing. An order that stays below the minimum says so, and why.
    """
    plain = Filled(lines.quantity, np.zeros_like(lines.quantity), np.full(len(lines.quantity), np.nan))
    if not lines.quantity.any():
        return plain
    minimum = supplier.minimum
    enough = _reached(plain, lines, np.array([minimum.value, minimum.units, minimum.weight]), supplier)
    return enough if enough.note and not enough.added.any() else _delivered_free(enough, lines, supplier)


def _reached(plain: Filled, lines: Candidates, wanted: FloatArray, supplier: Supplier) -> Filled:
    more = top_up(lines, wanted)
    if more.is_enough and not more.units.any():
        return plain
    lacking = _lacking(top_up(replace(lines, sold_by=np.zeros_like(lines.sold_by)), wanted), supplier)
    if not more.is_enough:
        return replace(plain, note=f"{lacking} Nothing more is expected to be sold in time, so nothing was added.")
    if more.worth + _spared(lines) < 0 and np.isfinite(lines.margin).all():
        return replace(plain, note=f"{lacking} Adding to it costs more than waiting for the next order day, so nothing was added.")
    units = float(more.units.sum())
    return Filled(lines.quantity + more.units, more.units, more.sold_in, f"{units:,.0f} units were added to reach the minimum.")


def _delivered_free(before: Filled, lines: Candidates, supplier: Supplier) -> Filled:
    """With what is added for free delivery, where the freight that it saves is worth more than it costs."""
    freight = supplier.freight
    value = float(np.nan_to_num(lines.measures[0]) @ before.quantity)
    if freight.free_from is None or not freight.of(value):
        return before
    more = top_up(replace(lines, quantity=before.quantity), np.array([freight.free_from, 0.0, 0.0]))
    rate = supplier.currency.rate if supplier.currency is not None else 1.0
    if not more.is_enough or more.worth + freight.cost * rate <= 0:
        return replace(before, note=f"{before.note} Delivery is free from {freight.free_from - value:,.2f} more.".strip())
    added = before.added + more.units
    note = f"{before.note} {float(more.units.sum()):,.0f} units were added for free delivery, which saves {freight.cost:,.2f}.".strip()
    return Filled(before.quantity + more.units, added, np.fmax(before.sold_in, more.sold_in), note)


def _lacking(before: TopUp, supplier: Supplier) -> str:
    """What an order lacks of the minimum, in a sentence."""
    asked = (supplier.minimum.value, supplier.minimum.units, supplier.minimum.weight)
    texts = [
        f"{lack:,.2f} below the minimum {name} of {whole:,.2f}"
        for lack, whole, name in zip(before.lacks, asked, ("value", "units", "weight"), strict=True)
        if lack > arithmetic.TOLERANCE
    ]
    return f"{' and '.join(texts)}."


def _spared(lines: Candidates) -> float:
    """Margin of the sales that are expected to be lost before the next order comes if nothing is ordered now."""
    known = np.isfinite(lines.values).all(axis=1) & np.isfinite(lines.margin)
    values, position, quantity = lines.values[known], lines.position[known, None], lines.quantity[known, None]
    missing = np.maximum(values - position, 0.0).mean(axis=1) - np.maximum(values - position - quantity, 0.0).mean(axis=1)
    return float(missing @ lines.margin[known])
