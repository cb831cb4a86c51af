"""Which workspace a process works in."""

from __future__ import annotations

import os

from forecasting.storage.workspace import VARIABLE, Workspace


def workspace() -> Workspace:
    """The workspace of this process; raises SettingsError where no shop can be in it."""
    return Workspace.default()


def settle() -> None:
    """Makes a relative FORECASTING_HOME absolute, so that it stays one folder for this process, whatever folder it goes to, and for its children.

    Raises:
        SettingsError: No shop can be in it, and why.
    """
    home = workspace().home
    if os.environ.get(VARIABLE):
        os.environ[VARIABLE] = str(home)
