"""What expected sales bring, and what of it is margin, as far as prices and unit costs are known."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecasting.core.arrays import FloatArray
from forecasting.core.prices import prices_ahead
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import GivenStock
from forecasting.training.ensemble import Ensemble


class SalesValue(NamedTuple):
    """Money that some series are expected to bring.

    Args:
        revenue: At the price of the stock file, else at the planned or last known one of the sales; NaN where no price is known.
        margin: That less unit costs, of the series that have both; NaN where none has.
        series: How many are still sold.
        priced: How many of them have a price.
        costed: How many have a price and a unit cost.
        units: Expected of all of them.
        unpriced: Expected of those without a price.
    """

    revenue: float
    margin: float
    series: int
    priced: int
    costed: int
    units: float = 0.0
    unpriced: float = 0.0


def sales_value(ensemble: Ensemble, given: GivenStock, rows: np.ndarray, steps: int) -> SalesValue:
    """What the series at `rows` are expected to bring over the next `steps` steps."""
    rows = rows[~ensemble.silent[rows]]
    fixed, cost = (given.table[name].to_numpy(dtype=float)[rows] for name in (state.PRICE, state.UNIT_COST))
    price = np.where(np.isfinite(fixed)[:, None], fixed[:, None], prices_ahead(ensemble.panel, rows, steps))
    units = np.nan_to_num(ensemble.expected[rows, :steps])
    priced = np.isfinite(price).all(axis=1)
    costed = priced & np.isfinite(cost)
    revenue = (units * np.nan_to_num(price)).sum(axis=1)
    margin = revenue - units.sum(axis=1) * np.nan_to_num(cost)
    return SalesValue(
        revenue=_sum(revenue[priced]),
        margin=_sum(margin[costed]),
        series=len(rows),
        priced=int(priced.sum()),
        costed=int(costed.sum()),
        units=float(units.sum()),
        unpriced=float(units[~priced].sum()),
    )


def _sum(known: FloatArray) -> float:
    return float(known.sum()) if len(known) else float("nan")
