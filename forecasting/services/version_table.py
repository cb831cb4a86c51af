"""All versions as a person compares them at a glance: what each promised and met, why it was trained, what is said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forecasting.core import settings_words
from forecasting.core.errors import SalesDamaged, StorageUnavailable
from forecasting.services import schedule, serving_record, version_errors
from forecasting.services.version_errors import SinceTrained
from forecasting.storage.numbered_folders import folder_size
from forecasting.storage.versions.manifest import FILES
from forecasting.storage.versions.moves import LOCAL
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace


@dataclass(frozen=True)
class VersionRow:
    """One version.

    Args:
        facts: What `versions --json` says of it.
        promised: The error of its past forecasts, WAPE; None where it has none.
        since: Its error since it was trained; None where nothing is known of that.
        changed: Settings that differ from the version before, for a person; None where that is not known.
        trigger: Why it was trained: "person", "schedule", "upload", "api"; empty where that is not known.
        by: Who asked for it; empty where nobody is named.
        size: Its bytes on disk; None for one that was pruned.
    """

    facts: Mapping[str, Any]
    promised: float | None
    since: SinceTrained | None
    changed: tuple[str, ...] | None
    trigger: str
    by: str
    size: int | None

    @property
    def number(self) -> int:
        """Its number."""
        return int(self.facts["version"])

    @property
    def state(self) -> str:
        """Its state, as `versions --json` has it; "damaged" for one that cannot be read and does not serve."""
        return "damaged" if "damaged" in self.facts else str(self.facts["state"])


def rows(ws: Workspace) -> list[VersionRow]:
    """All versions, newest first, pruned ones too."""
    listed, store = serving_record.listed(ws), Versions(ws.versions)
    asked = {move.to: move.by for move in store.moves() if move and move.why == "retrain"}
    return [_row(ws, store, each, listed[place + 1 :], asked.get(each["version"], "")) for place, each in enumerate(listed)]


def before_live(ws: Workspace) -> int | None:
    """The version that served before the one that does, and is still there; None without one."""
    store = Versions(ws.versions)
    live, there = store.live(), store.numbers()
    return next((move.to for move in reversed(store.moves()) if move and move.to != live and move.to in there), None)


def _row(ws: Workspace, store: Versions, facts: Mapping[str, Any], older: Sequence[Mapping[str, Any]], by: str) -> VersionRow:
    before = next((other for other in older if "settings" in other), None)
    known = before is not None and "settings" in facts
    asked = facts.get("trigger") or {"kind": "schedule" if by == schedule.BY else "", "by": by}
    pruned = facts.get("state") == "pruned"
    return VersionRow(
        facts=facts,
        promised=(facts.get("metrics") or {}).get("wape"),
        since=_since(ws, facts),
        changed=tuple(settings_words.changed(before, facts)) if known and before is not None else None,
        trigger=str(asked.get("kind", "")),
        by="" if asked.get("by") in (None, LOCAL, schedule.BY) else str(asked["by"]),
        size=None if pruned else _size(store, facts),
    )


def _since(ws: Workspace, facts: Mapping[str, Any]) -> SinceTrained | None:
    try:
        return version_errors.since_trained(ws, facts)
    except (SalesDamaged, StorageUnavailable):
        return None


def _size(store: Versions, facts: Mapping[str, Any]) -> int:
    """Bytes of a version: those of its manifest, or of its folder where that cannot be read."""
    if FILES in facts:
        return sum(int(file["size"]) for file in facts[FILES].values())
    return folder_size(store.path(int(facts["version"])))
