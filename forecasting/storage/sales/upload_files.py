"""The bytes of uploads as they came, each in a file under their sha256."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from forecasting.core.system_errors import refusals_named
from forecasting.storage.atomic_files import write_bytes
from forecasting.storage.sales.uploads import Upload


def location(folder: Path, sha256: str) -> Path:
    """Where the bytes with this sha256 lie."""
    return folder / f"{sha256}.csv"


def fault_of(folder: Path, sha256: str) -> str:
    """What is wrong with the file of these bytes: "missing" or "damaged"; empty if it is whole. Raises StorageUnavailable."""
    path = location(folder, sha256)
    try:
        with refusals_named(path), path.open("rb") as file:
            return "" if hashlib.file_digest(file, "sha256").hexdigest() == sha256 else "damaged"
    except OSError:
        return "missing"


@contextmanager
def saved(folder: Path, upload: Upload) -> Iterator[None]:
    """Saves an upload's bytes, whole or not at all, and in place of damaged ones; takes them back if the block fails and there were none."""
    fault = fault_of(folder, upload.sha256)
    if fault:
        heal(folder, upload)
    try:
        yield
    except Exception:
        if fault == "missing":
            location(folder, upload.sha256).unlink()
        raise


def heal(folder: Path, upload: Upload) -> None:
    """Writes an upload's bytes where they are missing or damaged; nobody else may be saving one."""
    if not fault_of(folder, upload.sha256):
        return
    folder.mkdir(parents=True, exist_ok=True)
    for leftover in folder.glob(f".{'[0-9a-f]' * 64}*"):  # of an upload that was killed: nobody else is in here
        leftover.unlink()
    write_bytes(location(folder, upload.sha256), upload.content)
