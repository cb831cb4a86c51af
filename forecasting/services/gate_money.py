"""The second opinion of the gate: what either version's orders would have cost after common past cutoffs."""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.analysis.champion import paired
from forecasting.analysis.champion.figures import Comparison
from forecasting.analysis.champion.pair import Pair
from forecasting.analysis.champion.recipe import CommonDays
from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.core.period import Period
from forecasting.inventory.levels import demand
from forecasting.inventory.simulation.known_then import sold_then
from forecasting.inventory.simulation.shelf import replay
from forecasting.training.ensemble import Ensemble

MARGIN: Final = 0.30
HOLDING_RATE: Final = 0.25
SERVICE_LEVEL: Final = 0.95
LEAD_DAYS: Final = 2
REVIEW_DAYS: Final = 7
MOST_SERIES: Final = 500
"""Series of the greatest value that are replayed."""
ASSUMED: Final = "Assumed: 30 % margin, a holding cost of 25 % a year, orders each week that take 2 days, 95 % of cycles without a stockout."


def compared(pair: Pair, days: list[CommonDays]) -> Comparison | None:
    """The costs of both at cutoffs that both have, lost margin and stock together; None without prices, or with too few cutoffs.

    Shelves are filled up to each version's own level, learned from its other cutoffs, once a week.
    """
    champion, challenger = pair.champion, pair.challenger
    same = [at for at in days if champion.past.cutoffs[at.places[0]] == challenger.past.cutoffs[at.places[1]]]
    price = _prices(challenger)[pair.shared.challenger]
    priced = np.flatnonzero(np.isfinite(price) & (price > 0))
    steps = _judged(min(champion.past.horizon, challenger.past.horizon), challenger.panel.period)
    if len(same) < paired.FEWEST_CUTOFFS or not len(priced) or not steps:
        return None
    worth = price[priced] * np.nan_to_num(pair.recent[1][pair.shared.challenger][priced])
    rows = np.sort(priced[np.argsort(-worth, kind="stable")[:MOST_SERIES]])
    sides = (champion, pair.shared.champion[rows]), (challenger, pair.shared.challenger[rows])
    levels = [_levels(ensemble, places) for ensemble, places in sides]
    costs = np.full((2, len(same)), np.nan)
    for place, at in enumerate(same):
        wanted = sold_then(challenger, sides[1][1], at.places[1])[0][:, :steps]
        for side in (0, 1):
            costs[side, place] = _cost(wanted, levels[side][at.places[side]][:, :steps], price[rows], challenger.panel.period)
    if not (np.isfinite(costs).all() and (costs > 0).all()):
        return None
    return paired.compared("money", [at.cutoff for at in same], costs[0], costs[1], note=ASSUMED)


def _judged(horizon: int, period: Period) -> int:
    """Steps until the order after the last known level would arrive: later ones have nothing to sell, whoever forecasts; 0 for none."""
    every, lead = period.steps(REVIEW_DAYS), period.steps(LEAD_DAYS)
    return max(horizon - lead, 0) // every * every + lead if horizon >= every + lead else 0


def _levels(ensemble: Ensemble, rows: np.ndarray) -> FloatArray:
    """The levels to order up to at each review after each past cutoff, shape (K, r, h); NaN between reviews."""
    period = ensemble.panel.period
    lead = np.zeros((len(rows), period.steps(LEAD_DAYS) + 1))
    lead[:, -1] = 1.0
    return demand.past_levels(ensemble, rows, lead, np.full(len(rows), period.steps(REVIEW_DAYS)), np.full(len(rows), SERVICE_LEVEL))


def _cost(wanted: FloatArray, levels: FloatArray, price: FloatArray, period: Period) -> float:
    """Margin lost and stock held after one cutoff, over the series whose levels are known, money."""
    known = np.isfinite(levels[:, 0])
    wanted, levels, price = wanted[known], levels[known], price[known]

    def order(step: int, position: FloatArray) -> FloatArray:
        return np.nan_to_num(np.maximum(levels[:, step] - position, 0.0))

    lead = np.full(len(wanted), period.steps(LEAD_DAYS))
    lived = replay(wanted, order, lead=lead, start=levels[:, 0])
    held = lived.on_hand.sum(axis=1) * (1 - MARGIN) * HOLDING_RATE / period.year
    return float((price * (MARGIN * lived.lost.sum(axis=1) + held)).sum())


def _prices(ensemble: Ensemble) -> FloatArray:
    """The last known price of each series, shape (n,); NaN without one."""
    panel = ensemble.panel
    return panel.driver(schema.PRICE, 0)[:, -1] if schema.PRICE in panel.drivers else np.full(len(panel), np.nan)
