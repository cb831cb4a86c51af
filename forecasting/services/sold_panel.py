"""The saved sales by series and day, as models read them: made once for everything that grades forecasts by them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from threading import Condition
from typing import Any

import pandas as pd
from cachetools import LRUCache, cached

from forecasting.core import panel, schema
from forecasting.core.panel import Panel
from forecasting.intake.row_checks import MAX_SOLD_AHEAD
from forecasting.services import product_changes
from forecasting.storage.planned_launches import PlannedLaunch
from forecasting.storage.product_links import Link, LinkState
from forecasting.storage.sales import log
from forecasting.storage.sales.table import Dataset
from forecasting.storage.workspace import Workspace


def sold(ws: Workspace, said: LinkState) -> Panel | None:
    """The saved sales up to tomorrow, after what was said of products; None where nothing was sold. Raises SalesDamaged.

    Args:
        ws: Where.
        said: Which products replace others, and which are to be launched.
    """
    newest = log.newest(ws.sales)
    return None if newest < 0 else _sold(ws, newest, (said.links, said.launches), datetime.now(UTC).date())


@cached(LRUCache(1), condition=Condition())
def _sold(ws: Workspace, newest: int, said: tuple[tuple[Link, ...], tuple[PlannedLaunch, ...]], today: date) -> Panel | None:
    sales = product_changes.applied(Dataset(ws).read(newest), LinkState(0, *said))
    past = sales[schema.DATE] <= pd.Timestamp(today + MAX_SOLD_AHEAD)
    rows = sales[past] if sales.loc[past, schema.SALES].notna().any() else sales  # where all days lie ahead it is the clock that is wrong
    return panel.from_sales(rows) if rows[schema.SALES].notna().any() else None


def forget() -> None:
    """Keeps nothing any more."""
    one: Any = _sold
    one.cache_clear()
