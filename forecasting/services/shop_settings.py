"""What a person chose for the shop, what the environment says instead, and what follows from both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forecasting.core import calendar, time_zones
from forecasting.core.errors import StateDamaged
from forecasting.core.notation import Notation
from forecasting.core.retention import VARIABLES
from forecasting.core.shop_settings import RETRAIN_EVERY, RetrainSchedule, ShopSettings
from forecasting.jobs.cron import LOCAL, Cron
from forecasting.jobs.timetable import Timetable
from forecasting.services import schedule
from forecasting.storage.settings import SettingsState, settings_store
from forecasting.storage.workspace import Workspace


def state(ws: Workspace) -> SettingsState:
    """What was chosen, by whom and when; the defaults as long as nothing was. Raises StateDamaged."""
    return settings_store(ws).load()


def to_go_on_from(ws: Workspace) -> tuple[SettingsState, StateDamaged | None]:
    """The newest settings that can be read, and what is wrong with newer ones."""
    try:
        return state(ws), None
    except StateDamaged as damage:
        return settings_store(ws).newest_whole(), damage


def save(ws: Workspace, settings: ShopSettings, by: str, *, after: int | None = None) -> SettingsState:
    """Saves settings as those that hold from now on.

    Args:
        ws: Where.
        settings: All of them.
        by: Who chose them.
        after: The number of the newest state that the person knew; None to save them whatever was saved meanwhile.

    Raises:
        SettingsError: A schedule or a country cannot be used; nothing was changed.
        TryAgain: Somebody else is saving; nothing was changed.
        ChangedMeanwhile: Somebody has saved since that state; nothing was changed.
        DiskFull: Nothing was changed.
    """
    chosen = _timetable(settings.schedules)
    if settings.country:
        calendar.check_country(settings.country)
    before, _ = to_go_on_from(ws)
    saved = settings_store(ws).save(settings, by, after=after)
    if chosen is not None and settings.schedules != before.values.schedules:
        schedule.switch_on(ws, chosen)
    return saved


def notation(ws: Workspace) -> Notation:
    """How numbers, money and dates are written: as the newest settings that can be read say."""
    return to_go_on_from(ws)[0].values.notation


def newest(ws: Workspace) -> int:
    """The number of the newest settings, damaged ones too; 0 as long as nothing was chosen."""
    return settings_store(ws).last()


def changed(settings: ShopSettings, values: Mapping[str, Any]) -> ShopSettings:
    """Settings with some values replaced; of `retention` and `alerts`, too, only those that are named. Raises SettingsError."""
    now = settings.to_dict()
    merged = {**now, **values}
    for group in ("retention", "alerts"):
        if isinstance(values.get(group), Mapping):
            merged[group] = {**now[group], **values[group]}
    return ShopSettings.from_dict(merged)


def facts(state: SettingsState, environment: Mapping[str, str]) -> dict[str, Any]:
    """Settings as HTTP and the command line have them: with their state, who and when, and what the environment decides instead."""
    who = {"by": state.by, "moment": None if state.moment is None else state.moment.isoformat()}
    return {"state": state.number, **who, **state.values.to_dict(), "by_environment": by_environment(environment)}


def by_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Setting that the environment decides -> the variable that does: `schedules`, `retention.versions`."""
    retention = {f"retention.{name}": variable for name, variable in VARIABLES.items()}
    return {name: variable for name, variable in ({"schedules": RETRAIN_EVERY} | retention).items() if environment.get(variable, "").strip()}


def timetable(ws: Workspace, every: str, zone: str) -> Timetable | None:
    """When changed sales are learned; None for never.

    Args:
        ws: Where.
        every: The cron expression that the environment states, empty for none; then what a person chose counts.
        zone: The time zone that the environment states, empty for the machine's own.

    Raises:
        SettingsError: The environment's cannot be used.
        StateDamaged: Nobody knows what was chosen.
    """
    return one_cron(every, zone) if every else _timetable(state(ws).values.schedules)


def one_cron(every: str, zone: str) -> Timetable:
    """The timetable of one expression, in the machine's own time zone where none is named. Raises SettingsError."""
    return Timetable((Cron(every, time_zones.zone(zone) if zone else LOCAL),))


def _timetable(schedules: tuple[RetrainSchedule, ...]) -> Timetable | None:
    crons = tuple(Cron(each.every, time_zones.zone(each.timezone)) for each in schedules)
    return Timetable(crons) if crons else None
