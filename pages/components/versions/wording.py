"""What the Versions page says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import pandas as pd

from forecasting.core import formatting
from forecasting.services import versions
from forecasting.services.version_table import VersionRow
from pages.components.shared import markdown

STATES: Final = {
    "live": ("Live", "green"),
    "held": ("Held", "orange"),
    "shadow": ("Graded beside", "blue"),
    "challenger": ("Challenger", "blue"),
    "served": ("Kept", "gray"),
    "damaged": ("Damaged", "orange"),
    "pruned": ("Pruned", "gray"),
}
"""State -> what it is called, and its color."""
PINNED: Final = ("Pinned", "violet")
TRIGGERS: Final = {"person": "By hand", "schedule": "Schedule", "upload": "Upload", "api": "API"}
NOTHING: Final = "-"
PROMISED_HELP: Final = "The miss of single products on single days in past checks (WAPE): what the version promised."
SINCE_HELP: Final = "The same miss on the days that it forecast and that were sold since, and how many these are."
SERVED_HELP: Final = "When it was the live version last."
STATE_HELP: Final = "Held: published, and it waits until somebody serves it. Kept: it can be served again. Pruned: only its facts are left."


def context(rows: Sequence[VersionRow]) -> str:
    """The line under the title: which version serves since when."""
    live = next((row for row in rows if row.state == "live"), None)
    since = live.facts["served"][-1][0] if live and live.facts["served"] else None
    serves = "" if live is None else f"v{live.number} is live" + ("" if since is None else f" since {moment(since)}")
    return " · ".join([*([serves] if serves else []), "what served when is never rewritten"])


def moment(text: str) -> str:
    """A moment of the record, in the server's time zone: "Sun 22 Nov, 06:14"."""
    time = pd.Timestamp(datetime.fromisoformat(text).astimezone().replace(tzinfo=None))
    return f"{formatting.weekday_date(time)}, {time:%H:%M}"


def served(row: VersionRow) -> str:
    """When a version served last: "since 22 Nov 06:14", "15 Nov to 22 Nov"."""
    if not row.facts["served"]:
        return NOTHING
    begin, end = (
        None if text is None else pd.Timestamp(datetime.fromisoformat(text).astimezone().replace(tzinfo=None)) for text in row.facts["served"][-1]
    )
    if begin is None:
        return NOTHING
    if end is None:
        return f"since {formatting.moment(begin)}"
    one_day = begin.date() == end.date()
    return (
        f"{formatting.near_date(begin)} {begin:%H:%M} to {end:%H:%M}" if one_day else f"{formatting.near_date(begin)} to {formatting.near_date(end)}"
    )


def since(row: VersionRow) -> str:
    """Its error since it was trained: "14.3 % in 12 days"."""
    if row.since is None:
        return NOTHING
    return f"{formatting.percent(row.since.wape)} in {versions.period(row.facts).count(row.since.steps)}"


def trigger(row: VersionRow) -> str:
    """Why it was trained, and who wanted it: "By hand, Ada"."""
    return ", ".join(part for part in (TRIGGERS.get(row.trigger, ""), row.by) if part) or NOTHING


def changed(row: VersionRow) -> str:
    """Settings that differ from the version before."""
    return NOTHING if row.changed is None else "; ".join(row.changed) or "none"


def note(row: VersionRow) -> str:
    """The newest note, and how many others there are."""
    notes = row.facts["notes"]
    more = f" (and {len(notes) - 1} more)" if len(notes) > 1 else ""
    return f"{notes[-1]['text']}{more}" if notes else ""


def label(row: VersionRow) -> str:
    """A version in a list to choose from: "v7, live, sales to 21 Nov"."""
    to = row.facts.get("sales_to")
    known = "" if to is None else f", sales to {formatting.near_date(pd.Timestamp(to))}"
    return f"v{row.number}, {STATES[row.state][0].lower()}{known}"


def gate_reason(facts: Mapping[str, Any]) -> str:
    """Why a version went live, or was held, as the gate said; empty where it said nothing."""
    return markdown.plain(str((facts.get("gate") or {}).get("reason") or ""))
