"""What stays of a version that was pruned: its manifest, as `pruned/0003.json` beside the versions."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from forecasting.core.errors import VersionDamaged
from forecasting.storage import reading, sealed_json
from forecasting.storage.atomic_files import sync, write_bytes
from forecasting.storage.versions import manifest

FOLDER: Final = "pruned"
logger = logging.getLogger("shelfcast")


def save(versions: Path, folders: Iterable[tuple[int, Path]]) -> None:
    """Keeps the manifests of versions that are about to be deleted, without a byte of the disk where it has links; a damaged one is not kept."""
    for number, folder in folders:
        try:
            with suppress(VersionDamaged):
                manifest.read(folder, number)
                _save(folder / manifest.NAME, path(versions, number))
        except OSError as error:  # a full disk must not keep old versions from going
            logger.warning("The manifest of version %d was not kept: %s", number, error)


def numbers(versions: Path) -> list[int]:
    """The numbers of the versions whose manifests were kept, in order."""
    names = [Path(name) for name in reading.names(versions / FOLDER)]
    return sorted(int(name.stem) for name in names if name.suffix == ".json" and name.stem.isdecimal())


def path(versions: Path, number: int) -> Path:
    """Where the manifest of a pruned version lies."""
    return versions / FOLDER / f"{number:04d}.json"


def read(versions: Path, number: int) -> dict[str, Any]:
    """The manifest of a pruned version; raises VersionDamaged, or StorageUnavailable."""
    try:
        return sealed_json.read(path(versions, number))
    except (OSError, ValueError, RecursionError) as error:
        raise VersionDamaged(number, f"{FOLDER}/{number:04d}.json") from error


def discard(versions: Path, *, which: Callable[[int], bool]) -> None:
    """Deletes the kept manifests of some versions."""
    for number in filter(which, numbers(versions)):
        path(versions, number).unlink(missing_ok=True)


def _save(source: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    try:
        os.link(source, target)
    except FileExistsError:
        return
    except OSError:
        write_bytes(target, source.read_bytes())
    sync(target.parent)
    sync(target.parent.parent)
