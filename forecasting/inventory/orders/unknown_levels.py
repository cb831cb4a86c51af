"""Why nothing can be recommended of a series, and what helps."""

from __future__ import annotations

import numpy as np

from forecasting.core import schema
from forecasting.inventory.levels.order_levels import Levels
from forecasting.inventory.policy import Policy
from forecasting.inventory.stock.state import Stock
from forecasting.training.ensemble import Ensemble


def reasons(ensemble: Ensemble, rows: np.ndarray, levels: Levels, policy: Policy, shelves: Stock) -> list[str]:
    """For each series, why nothing can be recommended and what helps; empty where an order is recommended."""
    period, judged = ensemble.panel.period, ensemble.past.horizon
    longest = shelves.lead.shape[1] - 1 - np.argmax(shelves.lead[:, ::-1] > 0, axis=1) + levels.cover + period.steps(policy.start)
    check = dict(zip(np.flatnonzero(ensemble.untested[rows]), ensemble.health[schema.REASON].to_numpy()[rows][ensemble.untested[rows]], strict=True))
    texts = []
    for place, (level, span) in enumerate(zip(levels.order_up_to, longest, strict=True)):
        if np.isfinite(level):
            texts.append("")
        elif place in check:
            texts.append(check[place])
        elif not len(ensemble.past.cutoffs):
            texts.append("There is too little history to check past forecasts, so we cannot tell how sure this one is. Upload more sales.")
        else:
            reach = min(judged, ensemble.horizon)
            texts.append(
                f"An order must cover {period.count(int(span))}, but past forecasts were only checked over {period.count(reach)}. "
                "Retrain with a longer horizon, or shorten the lead time or the review period."
            )
    return texts
