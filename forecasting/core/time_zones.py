"""Time zones by their IANA names: Europe/Berlin."""

from __future__ import annotations

from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from forecasting.core.errors import SettingsError

_TECHNICAL: Final = ("Etc/", "SystemV/")


def zone(name: str) -> ZoneInfo:
    """The time zone of a name, whatever its case.

    Raises:
        SettingsError: There is no such zone.

    Example:
        >>> zone("europe/berlin").key
        'Europe/Berlin'
    """
    known = _names().get(name.strip().casefold())
    if known is None:
        raise SettingsError(f"{name[:80]!r} is not a time zone. Write its IANA name, e.g. Europe/Berlin, America/New_York or UTC.")
    try:
        return ZoneInfo(known)
    except (ZoneInfoNotFoundError, OSError, ValueError) as error:
        raise SettingsError(f"This machine cannot read its time zone {known}. Install the Python package tzdata.") from error


def names() -> list[str]:
    """The names that a person may choose from, sorted: places, and UTC."""
    return sorted(name for name in _names().values() if name == "UTC" or ("/" in name and not name.startswith(_TECHNICAL)))


@cache
def _names() -> dict[str, str]:
    """Name in small letters -> name."""
    return {name.casefold(): name for name in available_timezones()}
