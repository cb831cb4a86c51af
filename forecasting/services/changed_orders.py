"""What the version before expected of the days that an order has to cover: whether an order changed, and by how much."""

from __future__ import annotations

from threading import Condition
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from cachetools import LRUCache, cached

from forecasting.core import caches, schema
from forecasting.core.arrays import FloatArray
from forecasting.core.errors import NotFound, VersionDamaged, VersionUnavailable
from forecasting.inventory import order_quantities
from forecasting.inventory.orders.recommend import Orders
from forecasting.services import change_explanation
from forecasting.storage.versions import manifest
from forecasting.storage.versions.manifest import readable
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace
from forecasting.training.ensemble_files import FORECAST_FILE

_TERMS: Final = ("lead_time", "review_period", "reorder_point", "order_up_to", "lot", "pack_size", "minimum_order", "inventory_position")


class OrderChange(NamedTuple):
    """An order, and what it would be by the forecast before.

    Args:
        before: The version before.
        days: Days that the order covers, from its own to the last before the delivery after the next.
        last: The last of these days.
        expected, was: Units expected of these days, by this version and by the one before.
        quantity, quantity_was: Units to order, with what each of them expects; all else as it is now.
    """

    before: int
    days: int
    last: pd.Timestamp
    expected: float
    was: float
    quantity: float
    quantity_was: float


def changed(ws: Workspace, version: int, orders: Orders, place: int) -> OrderChange | None:
    """How an order changed since the version before; None where that is gone, did not know the product, or did not look as far.

    Args:
        ws: Where.
        version: Of the orders.
        orders: The orders.
        place: Position of the order in them.
    """
    before = change_explanation.earlier(ws, version)
    row, panel = orders.table.iloc[place], orders.ensemble.panel
    if before is None or not np.isfinite(row["order_quantity"]):
        return None
    steps = round((row["lead_time"] + row["review_period"]) / panel.period.days)
    first = panel.period.steps(orders.policy.start)
    days = panel.ahead(orders.ensemble.horizon)[first : first + steps]
    try:
        old = _expected(ws, before)
    except (NotFound, VersionDamaged, VersionUnavailable):
        return None
    name = row[schema.UNIQUE_ID]
    if len(days) < steps or name not in old.index or not days.isin(old.columns).all():
        return None
    now = float(orders.ensemble.expected[orders.rows[place], first : first + steps].sum())
    was = float(old[days].to_numpy()[old.index.get_loc(name)].sum())
    return OrderChange(before, steps, days[-1], now, was, float(row["order_quantity"]), _quantity(orders, place, was - now))


def _quantity(orders: Orders, place: int, more: float) -> float:
    """The order, had so many more units been expected, as many of them in each of the days to cover; stock, terms and safety as they are."""
    row = orders.table.iloc[[place]]
    lead, review, point, up_to, lot, pack, least, position = (row[name].to_numpy(dtype=float) for name in _TERMS)
    terms = order_quantities.Terms(point + more * lead / (lead + review), up_to + more, lot, pack, least)
    return float(order_quantities.quantity_by(orders.policy.rule, terms, position)[0])


@caches.of_live
@cached(LRUCache(2), condition=Condition())
def _expected(ws: Workspace, version: int) -> pd.DataFrame:
    """What a version expects: a row a series, a column a day, in units."""
    store = Versions(ws.versions)
    with store.there(version) as folder, readable(folder, version, FORECAST_FILE):
        manifest.verify_file(folder, version, FORECAST_FILE)
        frame = pd.read_parquet(folder / FORECAST_FILE)
    ids = pd.Index(frame[schema.UNIQUE_ID].astype(str).unique())
    units: FloatArray = frame[schema.EXPECTED if schema.EXPECTED in frame else schema.BLEND].to_numpy(dtype=float)
    dates = pd.DatetimeIndex(frame[schema.DS].iloc[: len(units) // len(ids)])
    return pd.DataFrame(units.reshape(len(ids), -1), index=ids, columns=dates)


def forget() -> None:
    """Keeps nothing any more."""
    one: Any = _expected
    one.cache_clear()
