"""Where this program is, in a checkout of the repository or installed from a wheel, and where a shop's files are unless somebody says so."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from forecasting.core.errors import SettingsError

PACKAGES: Final = Path(__file__).resolve().parents[2]
"""The folder in which the package `forecasting` lies: the repository, or site-packages."""
APPLICATION: Final = "shelfcast_app"
"""The folder beside the package in which a wheel puts the application."""
HOME: Final = "shelfcast"
"""The workspace of an installation, in the current folder."""


def is_installed() -> bool:
    """Whether this program came from a wheel, and not from a checkout."""
    return (PACKAGES / APPLICATION).is_dir()


def application_folder() -> Path:
    """The folder with `streamlit_app.py`, `pages/`, `static/` and `.streamlit/`."""
    return PACKAGES / APPLICATION if is_installed() else PACKAGES


def default_home() -> Path:
    """The workspace where none is named: the repository of a checkout, else `shelfcast` in the current folder.

    Raises:
        SettingsError: The current folder belongs to the installed packages, and the next update would delete what is in it.
    """
    if not is_installed():
        return PACKAGES
    current = Path.cwd()
    if current.is_relative_to(PACKAGES):
        raise SettingsError(f"Shelfcast keeps nothing in {current}, among installed packages. Start it in another folder, or set FORECASTING_HOME.")
    return current / HOME
