"""How far versions were off on the days that were sold since they were trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Condition
from typing import Any

import numpy as np
import pandas as pd
from cachetools import LRUCache, cached

from forecasting.core.errors import NotFound, VersionDamaged, VersionUnavailable
from forecasting.services import sold_panel, versions
from forecasting.services.version_forecast import VersionForecast
from forecasting.storage.product_links import ProductLinks
from forecasting.storage.sales import log
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace
from forecasting.training import metrics


@dataclass(frozen=True)
class SinceTrained:
    """How far a version was off since it was trained.

    Args:
        wape: Of single series on single days (weeks, months), a share.
        steps: Days (weeks, months) that it forecast and that were sold since.
    """

    wape: float
    steps: int


def since_trained(ws: Workspace, manifest: Mapping[str, Any]) -> SinceTrained | None:
    """How far a version was off on what was sold since; None where nothing was that it forecast, or where it cannot be read. Raises SalesDamaged."""
    newest = log.newest(ws.sales)
    if newest < 0 or "damaged" in manifest or manifest.get("state") == "pruned":
        return None
    return _since(ws, manifest["version"], newest, manifest["sales_to"], versions.period(manifest).name)


@cached(LRUCache(256), condition=Condition())
def _since(ws: Workspace, version: int, newest: int, sales_to: str, period: str) -> SinceTrained | None:  # noqa: ARG001
    sold = sold_panel.sold(ws, ProductLinks(ws).load())
    if sold is None or sold.period.name != period or sold.last <= pd.Timestamp(sales_to):
        return None
    try:
        forecast = VersionForecast.read(Versions(ws.versions), version)
    except (NotFound, VersionDamaged, VersionUnavailable):
        return None
    days = sold.dates.isin(forecast.dates)
    y, f = sold.sales[:, days], forecast.of(pd.Index(sold.unique_ids), sold.dates[days])
    known = int((np.isfinite(y) & np.isfinite(f)).any(axis=0).sum())
    return SinceTrained(float(metrics.wape(y, f)), known) if known else None


def forget() -> None:
    """Keeps nothing any more."""
    one: Any = _since
    one.cache_clear()
