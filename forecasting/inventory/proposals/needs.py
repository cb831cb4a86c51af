"""What the series of one order need until the order after it is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.core.arrays import BoolArray, FloatArray
from forecasting.inventory.levels import order_levels
from forecasting.inventory.orders import risk, unknown_levels
from forecasting.inventory.orders.counting import Counting
from forecasting.inventory.orders.recommend import order_quantity
from forecasting.inventory.policy import Policy
from forecasting.inventory.proposals.left_out import TO_COUNT
from forecasting.inventory.stock.state import Stock
from forecasting.training.ensemble import Ensemble


@dataclass(frozen=True, eq=False)
class Needs:
    """Recommended quantities of r series, and what they follow from.

    Args:
        ensemble: The ensemble that forecasts.
        policy: How the shop orders.
        stock: Stock and terms of the series.
        values: Shape (r, m), units: demand until the order after this one is there, as equally likely sums, ascending; NaN where unknown.
        quantity: Shape (r,), units, at least 0.
        is_open: Shape (r,): whether more may be ordered: its shelf was counted if any was, a level is known, and it is still sold.
        left_out: For each series, why nothing is recommended although it is still sold, empty where something may be.
        runs_out: Shape (r,): whether the shelf was counted, and is expected to be empty before the order comes.
    """

    ensemble: Ensemble
    policy: Policy
    stock: Stock
    values: FloatArray
    quantity: FloatArray
    is_open: BoolArray
    runs_out: BoolArray
    left_out: tuple[str, ...] = ()


def needs(ensemble: Ensemble, policy: Policy, stock: Stock, known: Counting, rows: np.ndarray) -> Needs:
    """What to order of the series at `rows`, as the recommendation has it.

    Args:
        ensemble: The ensemble that forecasts.
        policy: How the shop orders; one promise for all series, whatever their class.
        stock: Stock and terms of these series.
        known: Which of them were counted.
        rows: Their positions.
    """
    levels = order_levels.up_to(ensemble, stock, policy, rows)
    quantity = np.where(known.waiting, 0.0, np.nan_to_num(order_quantity(stock, policy, levels)))
    is_open = (known.counted | (not known.begun)) & np.isfinite(levels.order_up_to) & ~ensemble.silent[rows]
    unknown = ~np.isfinite(levels.order_up_to) & ~ensemble.silent[rows]
    reasons = unknown_levels.reasons(ensemble, rows, levels, policy, stock) if unknown.any() else [""] * len(rows)
    cover = risk.steps_of_cover(ensemble, stock, rows, ensemble.panel.period.steps(policy.start))
    return Needs(
        ensemble=ensemble,
        policy=policy,
        stock=stock,
        values=levels.cycle.values,
        quantity=quantity,
        is_open=is_open,
        runs_out=known.counted & (cover < stock.mean_lead),
        left_out=_left_out(known.waiting, unknown, reasons),
    )


def _left_out(waiting: BoolArray, unknown: BoolArray, reasons: Sequence[str]) -> tuple[str, ...]:
    """Why nothing is recommended of each series."""
    return tuple(reason if no_level else TO_COUNT if waits else "" for reason, no_level, waits in zip(reasons, unknown, waiting, strict=True))
