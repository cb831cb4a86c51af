"""A folder of a shop's files in one zip, with the sha256 of each; what others made of such a zip is refused before it can do harm.

The zip has `shelfcast-backup.json` and exactly the files that it names, below `data/` and `artifacts/`. Nothing is believed: names, counts and
sizes are checked before anything is written, and every byte is hashed on its way.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from forecasting.core import formatting
from forecasting.core.errors import DiskFull, InputError
from forecasting.core.json_values import jsonable
from forecasting.storage.atomic_files import sync
from forecasting.storage.home_folder import shown

MANIFEST: Final = "shelfcast-backup.json"
FORMAT: Final = 1
FILES: Final = "files"
TOPS: Final = ("data", "artifacts")
MAX_FILES: Final = 250_000
MAX_DIRECTORY: Final = 64_000_000
"""Bytes of a zip's list of files, which is read at once."""
MAX_MANIFEST: Final = 64_000_000
MAX_TIMES, FREE_BYTES = 100, 1_000_000_000
"""What is unpacked may be as many times the archive, or as large, whichever is more."""
CHUNK: Final = 1 << 20
_PACKED: Final = frozenset({".parquet", ".npz", ".keras", ".zip", ".gz", ".xlsx"})
"""Suffixes of files that are compressed already."""
_KINDS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, KeyError, TypeError, struct.error)
"""What the library raises for bytes that are no whole zip."""


def write(folder: Path, file: Path, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Packs all files of a folder into a zip, reads it once more to see that it is whole, and only then gives it its name.

    Args:
        folder: Holds `data/`, `artifacts/` or both; nobody may change it meanwhile.
        file: The zip; one that is there is replaced in one step.
        facts: What its manifest says besides.

    Returns:
        The manifest.

    Raises:
        OSError: It cannot be written; then nothing is left of it.
        InputError: It has more files than could be unpacked again.
    """
    draft = file.with_name(f".{file.name}.draft")  # one name, so that what a killed backup left goes with the next one
    try:
        with draft.open("wb") as raw:
            with zipfile.ZipFile(raw, "w") as zipped:
                files = {path.relative_to(folder).as_posix(): _pack(zipped, path, path.relative_to(folder).as_posix()) for path in _files(folder)}
                if len(files) > MAX_FILES:
                    raise InputError(f"The workspace has more than {MAX_FILES:,} files. Delete old versions and jobs first: shelfcast prune.")
                manifest: dict[str, Any] = jsonable({"format": FORMAT, **facts, FILES: files})
                zipped.writestr(MANIFEST, json.dumps(manifest, indent=1), zipfile.ZIP_DEFLATED)
            raw.flush()
            os.fsync(raw.fileno())
        with _opened(draft, file) as written:
            _check_all(written)
        draft.replace(file)
        sync(file.parent)
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def unpack(file: Path, into: Path) -> dict[str, Any]:
    """Unpacks a backup into an empty folder, every file checked; its manifest.

    Raises:
        InputError: It is not a whole backup; the folder may have some of its files.
        DiskFull: There is not enough space for it.
    """
    with _opened(file, file) as zipped:
        manifest = _manifest(zipped)
        files = manifest[FILES]
        _check_size(sum(facts["size"] for facts in files.values()), file, into)
        for name, facts in files.items():
            path = into / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as out:
                _copy(zipped, name, facts, out)
    return manifest


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _pack(zipped: zipfile.ZipFile, path: Path, name: str) -> dict[str, Any]:
    """Packs a file; its size and sha256."""
    digest, size = hashlib.sha256(), 0
    entry = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
    entry.compress_type = zipfile.ZIP_STORED if path.suffix in _PACKED else zipfile.ZIP_DEFLATED
    with path.open("rb") as source, zipped.open(entry, "w", force_zip64=True) as target:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
    return {"size": size, "sha256": digest.hexdigest()}


@contextmanager
def _opened(path: Path, file: Path) -> Iterator[zipfile.ZipFile]:
    """A zip to read; whatever is wrong with its bytes becomes one error for a person, about `file`."""
    try:
        with path.open("rb") as raw:
            _check_directory(raw)
            with zipfile.ZipFile(raw) as zipped:
                yield zipped
    except InputError as error:
        raise InputError(f"{shown(file)} cannot be restored: {error} Nothing was restored.") from error
    except _BROKEN as error:
        raise InputError(f"{shown(file)} cannot be restored: it is not a whole zip ({error}). Nothing was restored.") from error


def _check_directory(raw: IO[bytes]) -> None:
    """Raises InputError for a zip whose list of files is too long to be read, before the library reads it."""
    raw.seek(0, os.SEEK_END)
    raw.seek(max(raw.tell() - 98, 0))
    end = raw.read().rjust(98, b"\0")
    if end[76:80] != b"PK\5\6":  # no comment follows it
        raise InputError("it is not a backup of Shelfcast.")
    (length,) = struct.unpack("<L", end[88:92])
    if end[:4] == b"PK\6\6" and end[56:60] == b"PK\6\7":
        (length,) = struct.unpack("<Q", end[40:48])
    if length > MAX_DIRECTORY:
        raise InputError("it has too many files for a backup of Shelfcast.")


def _check_all(zipped: zipfile.ZipFile) -> None:
    """Raises InputError unless the zip has exactly the bytes that its manifest says."""
    for name, facts in _manifest(zipped)[FILES].items():
        _copy(zipped, name, facts, None)


def _manifest(zipped: zipfile.ZipFile) -> dict[str, Any]:
    """The manifest, whose every name, size and sha256 can be used, and whose names are those of the zip."""
    names = zipped.namelist()
    if MANIFEST not in names or zipped.getinfo(MANIFEST).file_size > MAX_MANIFEST:
        raise InputError("it is not a backup of Shelfcast.")
    if any(entry.compress_type not in _KINDS for entry in zipped.infolist()):
        raise InputError("it is packed in a way that Shelfcast does not use.")
    with zipped.open(MANIFEST) as source:
        manifest = json.loads(source.read(MAX_MANIFEST))
    if not isinstance(manifest, dict) or not isinstance(manifest.get(FILES), dict):
        raise InputError("it is not a backup of Shelfcast.")
    if manifest.get("format") != FORMAT:
        raise InputError(f"it has format {manifest.get('format')!r}, and this Shelfcast reads format {FORMAT}. A newer one may.")
    files = manifest[FILES]
    if len(files) > MAX_FILES or sorted(names) != sorted([*files, MANIFEST]):
        raise InputError("it does not have exactly the files that it names.")
    for name, facts in files.items():
        _check_entry(name, facts)
    folders = {folder.as_posix() for name in files for folder in PurePosixPath(name).parents}
    if not folders.isdisjoint(files):
        raise InputError("it has a file and a folder of one name.")
    return manifest


def _check_entry(name: str, facts: Any) -> None:
    """Raises InputError for a file that could lie outside of the folder, or whose size or sha256 cannot be one."""
    parts = name.split("/")
    plain = all(part not in ("", ".", "..") and len(part.encode()) <= 255 and part.isprintable() and "\\" not in part for part in parts)
    if not plain or len(parts) < 2 or parts[0] not in TOPS or PurePosixPath(name).is_absolute():
        raise InputError(f"{name[:80]!r} is not the name of a file of a workspace.")
    if type(facts["size"]) is not int or facts["size"] < 0 or not isinstance(facts["sha256"], str):
        raise InputError(f"{name} has no size or no sha256.")


def _check_size(size: int, file: Path, into: Path) -> None:
    packed = file.stat().st_size
    if size > max(MAX_TIMES * packed, FREE_BYTES):
        raise InputError(f"{formatting.size(packed)} do not unpack to {formatting.size(size)} in a backup of Shelfcast.")
    free = shutil.disk_usage(into).free
    if size > free:
        raise DiskFull(
            f"{shown(file)} needs {formatting.size(size)}, and the disk of {shown(into.parent)} has {formatting.size(free)} left."
            " Nothing was restored. Free some space, or restore elsewhere with --home."
        )


def _copy(zipped: zipfile.ZipFile, name: str, facts: Mapping[str, Any], out: IO[bytes] | None) -> None:
    """Reads a file of a zip, never beyond the size that it should have, and writes it to `out`; raises InputError if it is not as it was packed."""
    digest, left = hashlib.sha256(), int(facts["size"])
    with zipped.open(name) as source:
        while chunk := source.read(min(CHUNK, left + 1)):
            left -= len(chunk)
            if left < 0:
                break
            digest.update(chunk)
            if out is not None:
                out.write(chunk)
    if left or digest.hexdigest() != facts["sha256"]:
        raise InputError(f"{name} is not as it was packed.")
