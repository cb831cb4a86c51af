"""What stock, orders and expected sales of the shop are worth, as HTTP and the command line have it."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import numpy as np

from forecasting.analysis.worth import known_money
from forecasting.core.errors import ShelfcastError
from forecasting.inventory.orders.sales_value import SalesValue, sales_value
from forecasting.inventory.orders.value import Value, value_of
from forecasting.inventory.policy import Policy
from forecasting.inventory.stock.state import GivenStock
from forecasting.services import cache, ordering, shop_settings, stock_counts
from forecasting.storage.workspace import Workspace
from forecasting.training.ensemble import Ensemble


def value(ws: Workspace) -> tuple[int, Value]:
    """The version that serves, and the value of its orders on the usual terms by the stock saved last.

    Raises:
        NothingPublished: There is no version.
        VersionDamaged: None that is whole can be loaded.
        StockDamaged: The stock cannot be read.
    """
    live, saved = cache.live(ws), cache.stock(ws)
    policy = Policy(start=ordering.start(live.ensemble, saved, stock_counts.sales_to(ws)))
    return live.version, value_of(cache.orders(ws, live.version, saved, policy, {}))


def sales(ws: Workspace, version: int, ensemble: Ensemble, rows: np.ndarray, steps: int) -> SalesValue:
    """What the series at `rows` are expected to bring over the next steps; without the prices of the stock and the unit costs of stock and suppliers
    where these cannot be read.

    Args:
        ws: Where.
        version: The version whose stock and terms count.
        ensemble: What forecasts, that version or a what-if of it.
        rows: Positions of the series.
        steps: Steps ahead.
    """
    try:
        given = cache.given(ws, version, cache.stock(ws))
    except ShelfcastError:  # the pages of stock say what is wrong with it
        given = GivenStock.nothing(len(ensemble.panel))
    return sales_value(ensemble, given, rows, min(steps, ensemble.horizon))


def revenue(ws: Workspace, version: int, ensemble: Ensemble, steps: int) -> float:
    """The revenue of `sales` of everything; NaN where the price of too many units is not known. Arguments as for `sales`."""
    worth = sales(ws, version, ensemble, np.arange(len(ensemble.panel)), steps)
    return known_money(worth.revenue, worth.unpriced, worth.units)


def facts(ws: Workspace) -> dict[str, Any]:
    """The value with its version and the currency; null for sums that are not known."""
    version, worth = value(ws)
    sums = {name: None if isinstance(each, float) and math.isnan(each) else each for name, each in asdict(worth).items()}
    return {"version": version, "currency": shop_settings.notation(ws).currency, **sums}
