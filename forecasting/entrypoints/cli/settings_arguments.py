"""The arguments of the verb that shows and changes what was chosen for the shop, and those that verbs share with it."""

from __future__ import annotations

import argparse
from typing import Final

from forecasting.core.shop_settings import TIMEZONE

SAYS: Final = (
    "show or change what was chosen for the shop: how new forecasts go live, schedules, holidays, currency and numbers, how much is kept, alerts"
)


def add_verb(verb: argparse.ArgumentParser) -> None:
    """Adds what the verb `settings` understands."""
    verb.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a setting, e.g. go_live=ask, country=DE, currency=EUR, language=de, retention.versions=20, alerts.hour=7, "
        'alerts.emails=me@example.com or schedules="0 3 * * * Europe/Berlin" (none)',
    )
    verb.add_argument("--json", action="store_true", help="print them as JSON")
    verb.add_argument("--by", metavar="NAME", help="who says so (local)")


def add_timezone(verb: argparse.ArgumentParser, flag: str) -> None:
    """Adds the time zone of a schedule, which another flag states."""
    verb.add_argument("--timezone", metavar="ZONE", help=f"time zone of {flag}, e.g. Europe/Berlin ({TIMEZONE}, or the machine's own)")


def add_by(verb: argparse.ArgumentParser) -> None:
    """Adds who says so."""
    verb.add_argument("--by", metavar="NAME", help="who says so, for the record of what served (local)")
