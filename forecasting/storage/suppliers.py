"""Who delivers what, at what terms, as people and files said it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from forecasting.storage.state_store import Payload, SavedState, StateStore
from forecasting.storage.workspace import Workspace

SuppliersState = SavedState[Mapping[str, Any]]
"""One state of suppliers and sources as plain values; empty as long as nobody named any."""
_SUPPLIERS: Final[Payload[Mapping[str, Any]]] = Payload(
    noun="suppliers", remedy="upload the file of suppliers again", field="values", empty=dict, to_plain=dict, from_plain=dict
)


def supplier_store(workspace: Workspace) -> StateStore[Mapping[str, Any]]:
    """The states of a shop's suppliers."""
    return StateStore(workspace.suppliers, _SUPPLIERS)
