"""The manifest of a version: its facts, and the size and sha256 of each of its files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from forecasting.core.errors import OutOfMemory, StorageUnavailable, VersionDamaged, VersionUnavailable
from forecasting.core.system_errors import refusals_named
from forecasting.storage import kept_json, sealed_json
from forecasting.storage.atomic_files import sync
from forecasting.storage.sealed_json import CHECKSUM, checksum

NAME = "manifest.json"
FILES = "files"


def seal(folder: Path) -> dict[str, dict[str, Any]]:
    """Size and sha256 of every file in a folder, by its path inside; all files are on the disk when it returns."""
    paths = sorted(folder.rglob("*"))
    for path in [*paths, folder]:
        sync(path)
    return {path.relative_to(folder).as_posix(): _facts(path) for path in paths if path.is_file() and path != folder / NAME}


def write(folder: Path, facts: Mapping[str, Any]) -> None:
    """Writes the manifest of a folder, with a checksum of the manifest itself."""
    sealed_json.write(folder / NAME, facts)


def read(folder: Path, number: int) -> dict[str, Any]:
    """The facts of version `number`.

    Raises:
        VersionDamaged: The manifest is missing or not as it was written.
        VersionUnavailable: It cannot be read now.
    """
    return _facts_as(_sealed, folder, number)


def read_again(folder: Path, number: int) -> dict[str, Any]:
    """The same, as quick as it is to look whether the file has changed; raises as `read` does."""
    return _facts_as(partial(kept_json.again, read=_sealed), folder, number)


def _facts_as(read: Callable[[Path], dict[str, Any]], folder: Path, number: int) -> dict[str, Any]:
    try:
        with readable(folder, number, NAME):
            return read(folder / NAME)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise VersionDamaged(number, NAME) from error


def _sealed(path: Path) -> dict[str, Any]:
    """What a manifest says; raises one of many errors if it is not as it was written."""
    values = json.loads(path.read_text(encoding="utf-8"))
    if values.pop(CHECKSUM) != checksum(values) or not isinstance(values[FILES], dict):
        raise ValueError(f"{path.name} is not as it was written")
    return dict(values)


def verify(folder: Path, number: int, only: Collection[str] | None = None) -> dict[str, Any]:
    """The facts of version `number`, with every file checked, or `only` some of those that it has.

    Raises:
        VersionDamaged: A file is missing or not as it was written.
        VersionUnavailable: A file cannot be read now.
    """
    values = read(folder, number)
    for name in values[FILES]:
        if only is None or name in only:
            _verify_file(folder, number, name, values)
    return values


def verify_file(folder: Path, number: int, name: str) -> None:
    """Checks one file of version `number`, which may be the manifest; raises as `verify` does."""
    values = read(folder, number)
    if name != NAME:
        _verify_file(folder, number, name, values)


def fits(facts: Mapping[str, Any], name: str, content: bytes) -> bool:
    """Whether these are the bytes that a manifest gives a file."""
    return bool(facts[FILES][name] == {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()})


def _verify_file(folder: Path, number: int, name: str, values: Mapping[str, Any]) -> None:
    try:
        with readable(folder, number, name):
            same = _facts(folder / name) == values[FILES][name]
    except OSError:
        same = False
    if not same:
        raise VersionDamaged(number, name)


@contextmanager
def readable(folder: Path, number: int, name: str) -> Iterator[None]:
    """Turns the system's refusal to read a file of a version into VersionUnavailable."""
    try:
        with refusals_named(folder / name):
            yield
    except (StorageUnavailable, OutOfMemory) as error:
        raise VersionUnavailable(number, name, str(error)) from error


def _facts(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"size": file.tell(), "sha256": digest}
