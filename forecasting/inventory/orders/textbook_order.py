"""What a textbook would order, and why that differs from ours."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from forecasting.core import numerals
from forecasting.core.arrays import FloatArray
from forecasting.core.period import Period
from forecasting.inventory import order_quantities
from forecasting.inventory.levels import order_levels, textbook
from forecasting.inventory.levels.order_levels import Levels
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import Stock
from forecasting.training.ensemble import Ensemble

MAX_TEXTBOOK_DIFFERENCE: Final = 0.05
"""Share of the level by which the textbook's level may differ and still count as equal."""


def textbook_order(ensemble: Ensemble, shelves: Stock, rows: np.ndarray, levels: Levels) -> dict[str, Any]:
    """The textbook's level and order for the same promise and days, and a sentence on why they differ from ours."""
    from scipy.special import ndtri

    z = np.stack([np.zeros(len(rows)), ndtri(levels.p)])
    mean, level = textbook.level_now(ensemble, rows, z, shelves.mean_lead + levels.cover, shelves[state.LEAD_TIME_SD] / ensemble.panel.period.days)
    level = order_levels.rounded(ensemble.whole_units[rows], level)
    quantity = order_quantities.order_quantity(level, shelves.position, shelves[state.PACK_SIZE], shelves[state.MINIMUM_ORDER])
    why = _why(levels, mean, level, ensemble.panel.period)
    return {"textbook_order_up_to": level, "textbook_quantity": quantity, "why": why}


def _why(levels: Levels, mean: FloatArray, level: FloatArray, period: Period) -> list[str]:
    ours = levels.order_up_to - levels.lot
    ahead, cushion = levels.cycle.expected - mean, (ours - levels.cycle.expected) - (level - mean)
    agree = np.abs(ours - level) <= np.maximum(MAX_TEXTBOOK_DIFFERENCE * np.maximum(ours, level), 1.0)
    window = f"the last {textbook.N_CYCLES * period.cycle} {period.plural}"
    whole, which = np.unique(np.round(np.abs([ahead, cushion])), return_inverse=True)  # so few different ones that each is written once
    written = [numerals.write(value) for value in whole]
    texts = []
    for same, more, wider, units, reserve in zip(agree.tolist(), ahead.tolist(), cushion.tolist(), *which.reshape(2, -1).tolist(), strict=True):
        if math.isnan(more + wider):
            texts.append("")
        elif same:
            texts.append("Both agree.")
        elif abs(more) >= abs(wider):
            texts.append(f"It expects the sales of {window}. The forecast expects {written[units]} {'more' if more > 0 else 'fewer'}.")
        elif wider > 0:
            texts.append(f"It treats each {period.name} as independent. Real errors add up, so we keep {written[reserve]} more in reserve.")
        else:
            explained = "It treats every swing in sales as chance. The forecast explains some of them"
            texts.append(f"{explained}, so we keep {written[reserve]} fewer in reserve.")
    return texts
