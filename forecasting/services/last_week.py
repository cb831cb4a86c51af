"""The last week of sales, held against what was forecast for it before any of it was known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Condition
from typing import Any, Final

import pandas as pd
from cachetools import LRUCache, cached
from pyarrow import parquet

from forecasting.analysis.worth import known_money
from forecasting.core import schema
from forecasting.core.errors import NotFound, VersionDamaged
from forecasting.core.period import Period
from forecasting.services import saved_sales, versions
from forecasting.services.saved_sales import SavedSales
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace
from forecasting.training.ensemble_files import FORECAST_FILE

STEPS: Final = {"day": 7, "week": 1, "month": 1}
"""Days, weeks or months that are looked at."""


@dataclass(frozen=True)
class LastWeek:
    """Units sold in the newest days (or the newest week or month), and what was forecast for them.

    Args:
        steps: How many days, weeks or months.
        first: The first of them.
        last: The last of them.
        sold: Units.
        money: What they were sold for; NaN where prices are not known.
        forecast: Units that a version forecast before any of these days was known; NaN without one.
        version: That version; None without one.
        from_: The first day on which sales can be held against a forecast, as things are; of use only without one.
    """

    steps: int
    first: pd.Timestamp
    last: pd.Timestamp
    sold: float
    money: float
    forecast: float
    version: int | None
    from_: pd.Timestamp


def last_week(ws: Workspace, live: Mapping[str, Any]) -> LastWeek | None:
    """The last week of the saved sales; None where there is none. Raises SalesDamaged.

    Args:
        ws: Where.
        live: The manifest of the version that serves.
    """
    now, period = saved_sales.saved(ws), versions.period(live)
    if now is None or now.last is None:
        return None
    steps = STEPS[period.name]
    days = period.ahead(now.last, steps, start=1 - steps)
    shown = now.daily.loc[days[0] : now.last]
    sums = {name: float(shown[name].sum()) for name in shown}
    forecast, version = _forecast_of(ws, now, period, days)
    return LastWeek(
        steps=steps,
        first=days[0],
        last=now.last,
        sold=sums["sales"],
        money=known_money(sums["money"], sums["unpriced"], sums["sales"]),
        forecast=forecast,
        version=version,
        from_=period.ahead(pd.Timestamp(live["sales_to"]), steps)[-1],
    )


def _forecast_of(ws: Workspace, now: SavedSales, period: Period, days: pd.DatetimeIndex) -> tuple[float, int | None]:
    """Units that the newest version forecast for these days among those that knew none of them, and its number."""
    for manifest in versions.versions(ws):
        if "damaged" in manifest or versions.period(manifest) != period or pd.Timestamp(manifest["sales_to"]) >= days[0]:
            continue
        if now.was_sample(int(manifest["sales_version"])) != now.is_sample:
            continue
        try:
            units = _units_ahead(ws, manifest["version"])
        except (NotFound, VersionDamaged):
            continue
        if days.isin(units.index).all():
            return float(units[days].sum()), manifest["version"]
    return float("nan"), None


@cached(LRUCache(8), condition=Condition())
def _units_ahead(ws: Workspace, version: int) -> pd.Series:
    """Units a day that a version expected of all series together, by day."""
    file = Versions(ws.versions).folder(version, [FORECAST_FILE]) / FORECAST_FILE
    name = schema.EXPECTED if schema.EXPECTED in parquet.read_schema(file).names else schema.BLEND
    units: pd.Series = pd.read_parquet(file, columns=[schema.DS, name]).groupby(schema.DS)[name].sum()
    return units


def forget() -> None:
    """Keeps nothing any more."""
    one: Any = _units_ahead
    one.cache_clear()
