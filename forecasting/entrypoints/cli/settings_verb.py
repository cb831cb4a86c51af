"""The verb that shows and changes what was chosen for the shop."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from forecasting.core.alerts import SWITCHES
from forecasting.core.errors import SettingsError
from forecasting.entrypoints.cli.output import report, say

if TYPE_CHECKING:
    from forecasting.storage.settings import SettingsState

NONE: Final = "none"
CRON_FIELDS: Final = 5
WRITTEN: Final = ("currency", "language", "decimal_style", "first_weekday")
"""Settings of how numbers, money and dates are written."""
OF_SHEETS: Final = ("shop_name", "delivery_address")
"""Settings of what stands on order sheets."""
SWITCH: Final = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}


def settings(args: argparse.Namespace) -> int:
    """Shows the settings of the shop, after changing those that are named; its exit code."""
    from forecasting.services import serving_record, shop_settings, workspaces

    ws = workspaces.workspace()
    if args.set:
        before, damage = shop_settings.to_go_on_from(ws)
        if damage is not None:
            say(f"{damage} What is saved now goes on from state {before.number}.")
        chosen = shop_settings.changed(before.values, values(args.set))
        state = shop_settings.save(ws, chosen, serving_record.named(args.by))
    else:
        state = shop_settings.state(ws)
    fixed = shop_settings.by_environment(os.environ)
    report(args, shop_settings.facts(state, os.environ), "\n".join(_lines(state, fixed)))
    return 0


def values(pairs: Sequence[str]) -> dict[str, Any]:
    """What `KEY=VALUE` pairs say, as JSON would say it.

    Raises:
        SettingsError: One of them is no such pair, or its value is not of its kind.

    Example:
        >>> values(["country=none", "retention.jobs=5", "schedules=0 3 * * * UTC; 0 12 * * 1 Europe/Berlin"])["schedules"][1]
        {'every': '0 12 * * 1', 'timezone': 'Europe/Berlin'}
    """
    said: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = (part.strip() for part in pair.partition("="))
        if not equals:
            raise SettingsError(f"--set takes KEY=VALUE, e.g. go_live=ask, not {pair!r}.")
        group, point, name = key.partition(".")
        if point:
            said.setdefault(group, {})[name] = _alert_value(key, name, text) if group == "alerts" else _whole(key, text)
        else:
            said[key] = _value(key, text)
    return said


def _value(key: str, text: str) -> Any:
    if key == "schedules":
        return [] if text.casefold() in ("", NONE) else [_schedule(each) for each in text.split(";") if each.strip()]
    if key == "country":
        return "" if text.casefold() in ("", NONE) else text.upper()
    return "" if key in WRITTEN + OF_SHEETS and text.casefold() in ("", NONE) else text


def _alert_value(key: str, name: str, text: str) -> Any:
    """What is chosen of alerts: a number, a yes or no, a text or a list, by its name."""
    if name == "hour":
        return _whole(key, text, "an hour, 0 to 23")
    if name in SWITCHES:
        if text.casefold() not in SWITCH:
            raise SettingsError(f"{key} is on or off, not {text!r}.")
        return SWITCH[text.casefold()]
    none = text.casefold() in ("", NONE)
    if name == "timezone":
        return "" if none else text
    return [] if none else text.replace(",", " ").split()


def _shown(value: Any) -> Any:
    """A setting of alerts as it can be set."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return (" ".join(value) if isinstance(value, list) else value) if value or value == 0 else NONE


def _schedule(text: str) -> dict[str, str]:
    """A schedule in five fields and a zone."""
    fields = text.split()
    if len(fields) != CRON_FIELDS + 1:
        raise SettingsError(f'A schedule is five fields and a time zone, e.g. "0 3 * * * Europe/Berlin", not {text.strip()!r}.')
    return {"every": " ".join(fields[:CRON_FIELDS]), "timezone": fields[CRON_FIELDS]}


def _whole(key: str, text: str, which: str = "a whole number, 0 for all") -> int:
    try:
        return int(text)
    except ValueError as error:
        raise SettingsError(f"{key} is {which}, not {text!r}.") from error


def _lines(state: SettingsState, fixed: dict[str, str]) -> list[str]:
    chosen = state.values
    schedules = "; ".join(f"{each.every} {each.timezone}" for each in chosen.schedules) or NONE
    country = "as at the last retrain" if chosen.country is None else chosen.country or NONE
    named = {"go_live": chosen.go_live, "go_back": chosen.go_back, "schedules": schedules, "country": country}
    named |= {key: getattr(chosen, key) or NONE for key in WRITTEN + OF_SHEETS}
    kept = {f"retention.{name}": number for name, number in chosen.to_dict()["retention"].items()}
    alerts = {f"alerts.{name}": _shown(value) for name, value in chosen.to_dict()["alerts"].items()}
    lines = [
        f"{key} = {value}{f'   (the environment decides: {fixed[key]})' if key in fixed else ''}" for key, value in (named | kept | alerts).items()
    ]
    when = "" if state.moment is None else f"Changed last by {state.by}, {state.moment.astimezone():%Y-%m-%d %H:%M}."
    return [*lines, when or "Nobody has changed anything yet: these are the defaults."]
