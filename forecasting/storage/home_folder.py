"""Whether a folder can be a shop's home, said with the reason before anything is read or written."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from forecasting.core.errors import SettingsError
from forecasting.core.system_errors import user_name

_UNFIT: Final = re.compile(r"[#?\[\]\\^|\x00-\x1f\x7f]|%[0-9A-Fa-f]{2}")
"""What the library of the sales table reads as something else in a path, which it turns into an address and back."""
_ANOTHER: Final = "Set FORECASTING_HOME to another folder."
_RENAME: Final = "Rename the folder, or set FORECASTING_HOME to another one."


def usable(home: Path) -> Path:
    """The folder as an absolute path, its links followed; it need not exist yet.

    Raises:
        SettingsError: No shop can be in it: its path has what the sales table cannot be kept under, it is a file, or this user may not look into it.
    """
    rights = _rights(home)
    return home if rights and _is_usable_itself(home, rights) else _checked(home)


def _rights(home: Path) -> tuple[int, ...]:
    """Who asks, which folders a home and its `data` are, whose, and who may look into them; empty where one is missing."""
    try:
        folders = os.stat(home), os.stat(f"{home}/data")  # noqa: PTH116 - asked for a dozen times with every run of a page
    except (OSError, ValueError):
        return ()
    return (os.geteuid(), *(fact for folder in folders for fact in (folder.st_dev, folder.st_ino, folder.st_mode, folder.st_uid, folder.st_gid)))


@lru_cache(maxsize=8)
def _is_usable_itself(home: Path, rights: tuple[int, ...]) -> bool:  # noqa: ARG001
    """Whether a shop can be in this very folder, which needs no links to be followed; raises SettingsError if in none."""
    return home.is_absolute() and _checked(home) == home


def _checked(home: Path) -> Path:
    try:
        path = home.expanduser().resolve()
    except (OSError, RuntimeError) as error:  # a link to itself, or the home of a user whom nobody knows
        raise SettingsError(f"The shop cannot be in {shown(home)}: {error}. {_ANOTHER}") from error
    _check_path(path)
    _check_folder(path)
    return path


def shown(path: Path) -> str:
    r"""A path for a person: bytes that are not UTF-8, and what would break a line, as escapes.

    Example:
        >>> shown(Path(os.fsdecode(b"/srv/caf\xe9\n")))
        '/srv/caf\\xe9\\n'
    """
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def whose(path: Path) -> str:
    """Who owns a file or folder and who runs this program, where the two differ; empty where they do not, or where it cannot be known."""
    try:
        owner = path.stat().st_uid
    except OSError:
        return ""
    return "" if owner == os.geteuid() else f"; it belongs to {user_name(owner)}, and Shelfcast runs as {user_name(os.geteuid())}"


def _check_path(path: Path) -> None:
    try:
        os.fsencode(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise SettingsError(f"The shop cannot be in {shown(path)}: its path is not UTF-8. {_RENAME}") from error
    unfit = _UNFIT.search(str(path))
    if unfit:
        sign = shown(Path(unfit[0]))
        raise SettingsError(f"The shop cannot be in {shown(path)}: the sales table cannot be kept below a path with {sign} in it. {_RENAME}")


def _check_folder(path: Path) -> None:
    try:
        with os.scandir(path):
            (path / "data").stat()
    except FileNotFoundError:
        return
    except OSError as error:
        reason = os.strerror(error.errno or 0).lower()
        raise SettingsError(f"The shop cannot be in {shown(path)}: {reason}{whose(path)}. {_ANOTHER}") from error
