"""What time it is in the shop: the order days and cut-off hours of its suppliers are by that clock."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from forecasting.core import time_zones
from forecasting.core.errors import StateDamaged
from forecasting.core.shop_settings import ShopSettings
from forecasting.storage.settings import settings_store
from forecasting.storage.workspace import Workspace


def zone(settings: ShopSettings) -> tzinfo | None:
    """The zone that a person chose, for alerts or else for the first schedule; None for the machine's own."""
    named = settings.alerts.timezone or next((each.timezone for each in settings.schedules), "")
    return time_zones.zone(named) if named else None


def in_shop(ws: Workspace, moment: datetime | None = None) -> datetime:
    """A moment by the clock in the shop, with its zone; None for now. While the settings are damaged, the newest whole ones say where it is."""
    store = settings_store(ws)
    try:
        settings = store.load().values
    except StateDamaged:
        settings = store.newest_whole().values
    return (datetime.now(UTC) if moment is None else moment).astimezone(zone(settings))
