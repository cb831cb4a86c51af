"""Model versions: numbered folders that never change, and the pointer to the live one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from forecasting.core.errors import VersionDamaged, VersionUnavailable
from forecasting.storage import disk_full, reading
from forecasting.storage.atomic_files import sync
from forecasting.storage.locks import exclusive, take
from forecasting.storage.numbered_folders import DRAFT, LAST, NumberedFolders
from forecasting.storage.versions import manifest

LIVE = "live"
FIRST = "first"
"""Points to the first version that counts; those of before the shop was started over do not. Without it all count."""


@dataclass(frozen=True, slots=True)
class Serving:
    """The version that can be served, and the ones that cannot.

    Args:
        version: The number to serve; None if no version is good.
        refused: The versions that would have come first but are damaged, or cannot be read now.
    """

    version: int | None
    refused: tuple[VersionDamaged | VersionUnavailable, ...] = ()


class Versions:
    """The versions in a folder: `0007/`, the pointer `live`, and `last`, the highest number ever given.

    Args:
        folder: Their folder; created at the first publish.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbered = NumberedFolders(folder, "version")

    def publish(self, write: Callable[[Path], dict[str, Any]]) -> int:
        """Makes a version live, or leaves everything as it was.

        Args:
            write: Fills an empty folder and returns the manifest's facts; number, time and the sha256 of every file are added.

        Returns:
            The number of the version, never used before, not even by a version that was deleted.

        Raises:
            TryAgain: Somebody else was publishing for too long.
            DiskFull: There was no space.
        """
        with disk_full.disk_full_as_error("the new version"), self._draft() as draft:
            facts = write(draft)
            files = manifest.seal(draft)
            with self._locked():
                number = max(self._numbered.next(), (self._numbered.pointed(LIVE) or 0) + 1)
                published = datetime.now(UTC).isoformat(timespec="seconds")
                manifest.write(draft, {**facts, "version": number, "published": published, manifest.FILES: files})
                self._numbered.point(LAST, number)
                self._appear(draft, number)
        return number

    def live(self) -> int | None:
        """The number of the live version, or of the newest good one if the pointer cannot be read.

        Only the pointer is read; `serving` and `folder` check whether the version is whole.
        """
        number = self._pointed_live()
        if number is not None and reading.is_folder(self._numbered.name(number)):
            return number
        return self.serving().version

    def serving(self, verify: Callable[[Path, int], object] = manifest.verify) -> Serving:
        """The live version to serve; if it is not good, the newest good version before it, or else the newest good one of all.

        Args:
            verify: Raises VersionDamaged or VersionUnavailable for the folder of a version that is not good.
        """
        live, newest_first = self._pointed_live(), self.numbers()[::-1]
        if live is not None:
            newest_first = [live, *(n for n in newest_first if n < live), *(n for n in newest_first if n > live)]
        refused = []
        for number in newest_first:
            try:
                verify(self._numbered.name(number), number)
            except (VersionDamaged, VersionUnavailable) as fault:
                if number == live and self._pointed_live() != live:
                    return self.serving(verify)
                if number == live or reading.is_folder(self._numbered.name(number)):  # else it is being pruned
                    refused.append(fault)
            else:
                return Serving(number, tuple(refused))
        return Serving(None, tuple(refused))

    def set_live(self, number: int | str) -> None:
        """Makes a version live; raises NotFound, VersionDamaged, VersionUnavailable or DiskFull, and then the live version stays."""
        self.folder(number)
        with disk_full.disk_full_as_error("the choice of the live version"), self._locked():
            self._numbered.find(number)  # it may have been pruned meanwhile
            self._numbered.point(LIVE, int(number))

    def spare(self, keep: int, megabytes: float = 0) -> dict[int, int]:
        """Versions that need not be kept, in order, and the bytes of each.

        They are older than the newest `keep` (0 for all), or more than so many megabytes together (0 for no limit); but never one of the newest
        two, nor the live version, nor one that serves in its place.
        """
        old = self._numbered.old(keep, megabytes, least=2)
        needed = {self.live(), self.serving().version} if old else set()
        return {number: size for number, size in old.items() if number not in needed}

    def prune(self, keep: int, megabytes: float = 0) -> dict[int, int]:
        """Deletes what `spare` gives, and returns it; raises TryAgain if somebody else is publishing for too long."""
        if not self._numbered.old(keep, megabytes, least=2):
            return {}
        with self._locked():
            spare = self.spare(keep, megabytes)
            self._numbered.discard(spare)
        return spare

    def numbers(self) -> list[int]:
        """Numbers of the versions that exist and count, damaged ones too, in order."""
        return [number for number in self._numbered.numbers() if number >= self._first()]

    def all_numbers(self) -> list[int]:
        """Numbers of all versions that exist, also of those that no longer count."""
        return self._numbered.numbers()

    def retire_all(self) -> Callable[[], None]:
        """Has no version count any more, in one step; numbers go on where they were. Returns what takes that back; raises DiskFull or TryAgain."""
        with disk_full.disk_full_as_error("the end of the versions"), self._locked():
            before = self._numbered.pointed(FIRST)
            self._numbered.point(FIRST, max(self._numbered.next(), (self._numbered.pointed(LIVE) or 0) + 1))

        def take_back() -> None:
            with self._locked():
                if before is None:
                    (self._folder / FIRST).unlink(missing_ok=True)
                else:
                    self._numbered.point(FIRST, before)

        return take_back

    def discard_retired(self) -> None:
        """Deletes the versions that no longer count."""
        with self._locked():
            self._numbered.discard([number for number in self._numbered.numbers() if number < self._first()])

    def path(self, number: int) -> Path:
        """The path of a version's folder, which need not exist; nothing is checked."""
        return self._numbered.name(number)

    def manifest(self, number: int | str) -> dict[str, Any]:
        """The manifest of a version; raises NotFound, VersionDamaged or VersionUnavailable."""
        with self.there(number) as path:
            return manifest.read(path, int(number))

    def folder(self, number: int | str) -> Path:
        """The folder of a version, each file checked against the manifest; raises NotFound, VersionDamaged or VersionUnavailable."""
        with self.there(number) as path:
            manifest.verify(path, int(number))
        return path

    @contextmanager
    def there(self, number: int | str) -> Iterator[Path]:
        """The folder of a version, of which nothing is checked; raises NotFound, also where reading fails since it was pruned meanwhile."""
        path = self._numbered.find(number)
        try:
            yield path
        except (VersionDamaged, OSError):
            self._numbered.find(number)
            raise

    def _first(self) -> int:
        return self._numbered.pointed(FIRST) or 0

    def _pointed_live(self) -> int | None:
        """The version that the pointer names, if it counts."""
        number = self._numbered.pointed(LIVE)
        return number if number is not None and number >= self._first() else None

    def _locked(self) -> AbstractContextManager[None]:
        return exclusive(self._folder / ".lock")

    def _appear(self, draft: Path, number: int) -> None:
        """Turns a draft into a version and makes it live; turns it back into a draft if the pointer cannot be moved."""
        draft.rename(self._numbered.name(number))
        try:
            sync(self._folder)
            self._numbered.point(LIVE, number)
        except BaseException:
            if self._numbered.pointed(LIVE) != number:
                self._numbered.name(number).rename(draft)
            raise

    @contextmanager
    def _draft(self) -> Iterator[Path]:
        """A folder to fill, deleted at the end unless it was renamed; its lock shows that its owner lives."""
        with self._locked():
            self._sweep()
            draft = self._numbered.draft()
            draft.mkdir()
            file = os.open(draft, os.O_RDONLY)
            take(file)
        try:
            yield draft
        finally:
            shutil.rmtree(draft, ignore_errors=True)
            os.close(file)

    def _sweep(self) -> None:
        """Removes the drafts of publishes that were killed."""
        for path in self._folder.glob(f"{DRAFT}*"):
            file = os.open(path, os.O_RDONLY)
            try:
                if take(file):
                    shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(file)
