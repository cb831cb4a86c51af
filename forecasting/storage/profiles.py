"""Which answers are forgotten: of each header the newest upload whose answers no longer count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from forecasting.storage.state_store import Payload, StateStore
from forecasting.storage.workspace import Workspace

Forgotten = Mapping[str, int]
"""Header -> the version of the sales up to which answers are forgotten."""


def _from_plain(values: Mapping[str, Any]) -> dict[str, int]:
    return {str(header): int(version) for header, version in values.items()}


_FORGOTTEN: Final[Payload[Forgotten]] = Payload(
    noun="forgotten answers", remedy="forget a file's answers again", field="values", empty=dict, to_plain=dict, from_plain=_from_plain
)


def forgotten_store(workspace: Workspace) -> StateStore[Forgotten]:
    """The states of what is forgotten in a shop."""
    return StateStore(workspace.profiles, _FORGOTTEN)
