"""Which workspace a process works in."""

from __future__ import annotations

from forecasting.storage.workspace import Workspace


def workspace() -> Workspace:
    """The workspace of this process."""
    return Workspace.default()
