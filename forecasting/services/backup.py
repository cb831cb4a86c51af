"""A whole workspace in one verified archive, taken while the server runs; and back."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from forecasting.core import formatting, system_errors
from forecasting.core.errors import InputError, NotWritable, TryAgain
from forecasting.services import snapshot
from forecasting.storage import archive, disk_full, home_folder
from forecasting.storage.atomic_files import sync
from forecasting.storage.home_folder import shown
from forecasting.storage.locks import exclusive, take
from forecasting.storage.workspace import Workspace

STAGE: Final = ".backup"
"""The folder of a workspace in which a copy of it waits to be packed."""
DRAFT: Final = ".restore"
"""The folder in which a workspace is unpacked, inside its home where that exists and cannot be replaced."""
_NOTHING: Final = frozenset({DRAFT, "lost+found"})
"""What an empty home may have: the draft of a restore that was killed, and what a file system puts into its root."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What an archive has.

    Args:
        file: The archive.
        packed: Its bytes.
        files: How many files it has.
        unpacked: Their bytes.
        of: What they are.
    """

    file: Path
    packed: int
    files: int
    unpacked: int
    of: snapshot.Snapshot

    def __str__(self) -> str:
        saved = (
            f"Saved {self.of} to {shown(self.file)}: {formatting.count(self.files, 'file')}, {formatting.size(self.unpacked)},"
            f" packed {formatting.size(self.packed)}. Every file was read back and is as it was."
        )
        return " ".join([saved, *self.of.damaged])


def backup(ws: Workspace, file: Path) -> Backup:
    """Packs a workspace into one file, as it is at this moment; others go on merging, retraining and pruning.

    Raises:
        InputError: There is nothing to save, or it cannot be saved there.
        SalesDamaged: The sales cannot be read.
        TryAgain: Somebody else saves the workspace, or was changing it for a minute.
        DiskFull: Nothing was saved; an earlier backup of that name stays.
    """
    target = _target(ws, file)
    if not any(folder.is_dir() for folder in (ws.sales, ws.versions)):
        raise InputError(f"There is no shop in {shown(ws.home)} yet.")
    with disk_full.disk_full_as_error("the backup"), _stage(ws, target) as stage:
        taken = snapshot.take(ws, stage)
        facts = {"taken": datetime.now(UTC).isoformat(timespec="seconds"), **asdict(taken)}
        try:
            files = archive.write(stage, target, facts)[archive.FILES]
        except OSError as error:
            if system_errors.is_full(error):
                raise
            raise InputError(f"{shown(file)} cannot be written: {error.strerror}.") from error
        return Backup(target, target.stat().st_size, len(files), sum(facts["size"] for facts in files.values()), taken)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored.

    Args:
        home: The workspace.
        files: How many files it has.
        of: What they are.
    """

    home: Path
    files: int
    of: snapshot.Snapshot

    def __str__(self) -> str:
        return f"Restored {self.of} to {shown(self.home)}. FORECASTING_HOME={shlex.quote(str(self.home))} makes it the workspace."


def restore(file: Path, home: Path) -> Restored:
    """Unpacks a backup into a new or empty folder, which has all of it or nothing.

    Raises:
        InputError: The file is not a whole backup, or the folder is not empty; nothing was changed.
        DiskFull: Nothing was changed.
        NotWritable: Nothing may be written there.
        TryAgain: Somebody else is restoring into that folder.
    """
    where = home_folder.usable(home)
    if not file.is_file():
        raise InputError(f"{shown(file)} cannot be read: there is no such file.")
    _check_empty(where)
    with disk_full.disk_full_as_error("what was in the backup"):
        facts = _restored(file, where)
    return Restored(where, len(facts[archive.FILES]), snapshot.Snapshot.from_facts(facts))


def _target(ws: Workspace, file: Path) -> Path:
    """Where an archive goes; raises InputError where it cannot."""
    try:
        target = file.expanduser().resolve()
        if target.is_dir():
            raise InputError(f"{shown(file)} is a folder. Name a file in it, e.g. {shown(file / 'shop.zip')}.")
        if not target.parent.is_dir():
            raise InputError(f"{shown(file)} cannot be written: there is no folder {shown(target.parent)}.")
    except (OSError, RuntimeError) as error:
        raise InputError(f"{shown(file)} cannot be written: {error}.") from error
    if any(target.is_relative_to(folder) for folder in (ws.sales.parent, ws.versions.parent)):
        raise InputError(f"{shown(file)} lies inside the workspace, and would be part of the next backup. Save it elsewhere.")
    return target


@contextmanager
def _stage(ws: Workspace, target: Path) -> Iterator[Path]:
    """An empty folder for a copy, in the workspace, so that files can be linked; beside the archive where the workspace may only be read."""
    stage = ws.home / STAGE
    with ExitStack() as stack:
        try:
            stack.enter_context(exclusive(ws.versions.parent / "backup.lock"))
        except NotWritable:
            stage = target.with_name(f".{target.name}.files")
        stack.callback(shutil.rmtree, stage, ignore_errors=True)
        shutil.rmtree(stage, ignore_errors=True)  # of a backup that was killed
        stage.mkdir()
        yield stage


def _check_empty(home: Path) -> None:
    if home.is_dir() and any(path.name not in _NOTHING for path in home.iterdir()):
        raise InputError(
            f"{shown(home)} is not empty. A backup is restored into a new or empty folder only: name one with --home. Nothing was changed."
        )


def _restored(file: Path, home: Path) -> dict[str, Any]:
    """Unpacks beside the home and gives it that name in one step; inside of it where it is a disk of its own, or its parent may not be written."""
    inside = home.is_dir() and (home.is_mount() or not os.access(home.parent, os.W_OK))
    with _draft(home / DRAFT if inside else home.with_name(f".{home.name}{DRAFT}")) as draft:
        facts = archive.unpack(file, draft)
        os.sync()
        _check_empty(home)
        if home.is_dir():
            shutil.copymode(home, draft)
        for source, target in [(folder, home / folder.name) for folder in sorted(draft.iterdir())] if inside else [(draft, home)]:
            source.rename(target)
        sync(home if inside else home.parent)
        return facts


@contextmanager
def _draft(path: Path) -> Iterator[Path]:
    """An empty folder at this path that others may not use, deleted at the end unless it was renamed; what a killed restore left there goes first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path.parent):
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else restores into a folder."""
    file = os.open(folder, os.O_RDONLY)
    try:
        if not take(file):
            raise TryAgain(f"Somebody else is restoring into {shown(folder)}. Nothing of this was restored; try again in a moment.")
        yield
    finally:
        os.close(file)
