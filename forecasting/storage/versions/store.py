"""Model versions: numbered folders that never change, the pointer to the live one, and the record of its moves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from forecasting.core.errors import NotFound, VersionDamaged, VersionUnavailable
from forecasting.storage import disk_full, reading
from forecasting.storage.atomic_files import sync
from forecasting.storage.locks import exclusive
from forecasting.storage.numbered_folders import LAST, NumberedFolders
from forecasting.storage.versions import gate_facts, manifest, pruned_manifests
from forecasting.storage.versions.drafts import draft
from forecasting.storage.versions.live_pointer import LIVE, LivePointer
from forecasting.storage.versions.moves import LOCAL, Moves, Why
from forecasting.storage.versions.remarks import Remarks
from forecasting.storage.versions.served_in_place import Serving, in_order


class Versions:
    """The versions in a folder: `0007/`, the pointer `live` with its record `served.jsonl`, and `last`, the highest number ever given.

    Args:
        folder: Their folder; created at the first publish.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbered = NumberedFolders(folder, "version")
        self._pointer = LivePointer(folder)

    def publish(self, write: Callable[[Path], dict[str, Any]], by: str = LOCAL) -> int:
        """Makes a version live, or leaves everything as it was; one that the gate or a pin holds, or that is a challenger, does not go live.

        Args:
            write: Fills an empty folder and returns the manifest's facts; number, time and the sha256 of every file are added.
            by: Who asked for it, for the record.

        Returns:
            The number of the version, never used before, not even by a version that was deleted.

        Raises:
            TryAgain: Somebody else was publishing for too long.
            DiskFull: There was no space.
        """
        with disk_full.disk_full_as_error("the new version"), draft(self._numbered, self._locked()) as folder:
            facts = write(folder)
            files = manifest.seal(folder)
            with self._locked():
                number = self._next()
                published = datetime.now(UTC).isoformat(timespec="seconds")
                pinned = self._pinned_to_serve()
                decided = facts if pinned is None else gate_facts.held_by_pin(facts, pinned)
                manifest.write(folder, {**decided, "version": number, "published": published, manifest.FILES: files})
                self._numbered.point(LAST, number)
                self._appear(folder, number, by, serve=gate_facts.goes_live(decided) or self._pointer.live() is None)
        return number

    def live(self) -> int | None:
        """The number of the live version, or of the newest good one if the pointer cannot be read.

        Only the pointer is read; `serving` and `folder` check whether the version is whole.
        """
        number = self._pointer.live()
        if number is not None and reading.is_folder(self._numbered.name(number)):
            return number
        return self.serving().version

    def serving(self, verify: Callable[[Path, int], object] = manifest.verify) -> Serving:
        """The live version to serve; if it is not good, the newest good version before it, or else the newest good one of all.

        One that the gate held, and that nobody ever served, serves in no other's place.

        Args:
            verify: Raises VersionDamaged or VersionUnavailable for the folder of a version that is not good.
        """
        live, refused = self._pointer.live(), []
        for number in in_order(live, self.numbers()):
            try:
                if number != live and not self.has_been_chosen(number):
                    continue
                verify(self._numbered.name(number), number)
            except (VersionDamaged, VersionUnavailable) as fault:
                if number == live and self._pointer.live() != live:
                    return self.serving(verify)
                if number == live or reading.is_folder(self._numbered.name(number)):  # else it is being pruned
                    refused.append(fault)
            else:
                return Serving(number, tuple(refused))
        return Serving(None, tuple(refused))

    def point_to_serving(self) -> int | None:
        """Makes the version live that serves in place of a damaged one, and returns it; None if the pointer names it. Raises DiskFull or TryAgain."""
        with disk_full.disk_full_as_error("the choice of the live version"), self._locked():
            serving = self.serving().version
            if serving is None or self._numbered.pointed(LIVE) == serving:
                return None
            with self._pointer.moving(serving, "repaired"):
                self._pointer.point(serving)
            return serving

    def set_live(self, number: int | str, by: str = LOCAL, why: Why | None = None) -> None:
        """Makes a version live.

        Args:
            number: Which.
            by: Who wants it, for the record.
            why: Why; None if a person chose it.

        Raises:
            NotFound: There is no such version, or it was pruned; the live version stays, as it does after every error.
            VersionDamaged: It cannot serve. VersionUnavailable: It cannot be read now. DiskFull: There was no space.
        """
        self.folder(number)
        with disk_full.disk_full_as_error("the choice of the live version"), self._locked():
            self._find(number)  # it may have been pruned meanwhile
            to = int(number)
            with self._pointer.moving(to, why or self._why(to), by):
                self._pointer.point(to)

    def has_been_chosen(self, number: int) -> bool:
        """Whether a version went live when it was published, or later on; raises VersionDamaged or VersionUnavailable."""
        facts = manifest.read(self._numbered.name(number), number)
        return gate_facts.goes_live(facts) or any(move.to == number for move in self.moves() if move)

    def moves(self) -> Moves:
        """Every move of the live version, in order."""
        return self._pointer.moves()

    def note_serving(self) -> int | None:
        """Records which version serves, every file checked anew, where the record says something else: the live one may be damaged, or whole again.

        Returns:
            The version that serves. If some version cannot be read now, nothing is recorded.

        Raises:
            TryAgain: Somebody else is changing the versions; they are not waited for. NotWritable or DiskFull where nothing can be written.
        """
        with disk_full.disk_full_as_error("the record of what served"), exclusive(self._folder / ".lock", timeout=0):
            serving = self.serving()
            if all(isinstance(refusal, VersionDamaged) for refusal in serving.refused):
                self._pointer.stand_in(serving.version)
        return serving.version

    def spare(self, keep: int, megabytes: float = 0, graded: Collection[int] = ()) -> dict[int, int]:
        """Versions that need not be kept, in order, and the bytes of each.

        They are older than the newest `keep` (0 for all), or more than so many megabytes together (0 for no limit); but never one of the newest
        two, nor the live version, nor one that serves in its place, nor one that is pinned, nor one that is graded beside it.
        """
        old = self._numbered.old(keep, megabytes, least=2)
        needed = {self.live(), self.serving().version, *Remarks(self._folder).pinned(), *graded} if old else set()
        return {number: size for number, size in old.items() if number not in needed}

    def prune(self, keep: int, megabytes: float = 0, graded: Collection[int] = ()) -> dict[int, int]:
        """Deletes what `spare` gives, and returns it; raises TryAgain if somebody else is publishing for too long."""
        if not self._numbered.old(keep, megabytes, least=2):
            return {}
        with self._locked():
            spare = self.spare(keep, megabytes, graded)
            pruned_manifests.save(self._folder, ((number, self.path(number)) for number in spare))
            self._numbered.discard(spare)
        return spare

    def numbers(self) -> list[int]:
        """Numbers of the versions that exist and count, damaged ones too, in order."""
        return [number for number in self._numbered.numbers() if number >= self._pointer.first()]

    def all_numbers(self) -> list[int]:
        """Numbers of all versions that exist, also of those that no longer count."""
        return self._numbered.numbers()

    def pruned(self) -> list[int]:
        """Numbers of versions that were pruned and count, of which the manifest was kept, in order."""
        there = set(self._numbered.numbers())
        return [number for number in pruned_manifests.numbers(self._folder) if number not in there and number >= self._pointer.first()]

    def pruned_manifest(self, number: int) -> dict[str, Any]:
        """The manifest of a version that was pruned; raises VersionDamaged."""
        return pruned_manifests.read(self._folder, number)

    def retire_all(self, by: str = LOCAL) -> Callable[[], None]:
        """Has no version count any more, in one step; numbers go on where they were. Returns what takes that back; raises DiskFull or TryAgain."""
        with disk_full.disk_full_as_error("the end of the versions"), self._locked():
            first, live = self._pointer.first(), self._pointer.live()
            with self._pointer.moving(None, "started_over", by):
                self._pointer.point_first(self._next())

        def take_back() -> None:
            with self._locked(), self._pointer.moving(live, "kept", by):
                self._pointer.point_first(first)

        return take_back

    def discard_retired(self) -> None:
        """Deletes the versions that no longer count, and what was kept of such."""
        with self._locked():
            first = self._pointer.first()
            self._numbered.discard([number for number in self._numbered.numbers() if number < first])
            pruned_manifests.discard(self._folder, which=lambda number: number < first)

    def path(self, number: int) -> Path:
        """The path of a version's folder, which need not exist; nothing is checked."""
        return self._numbered.name(number)

    def manifest(self, number: int | str) -> dict[str, Any]:
        """The manifest of a version; raises NotFound, VersionDamaged or VersionUnavailable."""
        with self.there(number) as path:
            return manifest.read_again(path, int(number))

    def folder(self, number: int | str, only: Collection[str] | None = None) -> Path:
        """The folder of a version, each file checked against the manifest, or `only` some, if they are there.

        Raises NotFound, VersionDamaged or VersionUnavailable.
        """
        with self.there(number) as path:
            manifest.verify(path, int(number), only)
        return path

    @contextmanager
    def there(self, number: int | str) -> Iterator[Path]:
        """The folder of a version, of which nothing is checked; raises NotFound, also where reading fails since it was pruned meanwhile."""
        path = self._find(number)
        try:
            yield path
        except (VersionDamaged, OSError):
            self._find(number)
            raise

    def _find(self, number: int | str) -> Path:
        """The folder of a version; raises NotFound, which says so if the version was pruned."""
        try:
            return self._numbered.find(number)
        except NotFound as error:
            if str(number).isdecimal() and int(number) in self.pruned():
                text = f"There is no version {int(number)} any more: it was pruned, and its manifest, which is kept, cannot serve."
                raise NotFound(text) from error
            raise

    def _next(self) -> int:
        """The next number, above every one that was ever given."""
        return max(self._numbered.next(), (self._numbered.pointed(LIVE) or 0) + 1)

    def _locked(self) -> AbstractContextManager[None]:
        return exclusive(self._folder / ".lock")

    def _pinned_to_serve(self) -> int | None:
        """The live version if it is pinned and can serve."""
        live = self._pointer.live()
        return live if live in Remarks(self._folder).pinned() and self.serving().version == live else None

    def _why(self, to: int) -> Why:
        """Why a person has a version serve: in spite of the gate, or else since it is newer, or older, than the live one."""
        if gate_facts.is_held(manifest.read(self._numbered.name(to), to)) and not self.has_been_chosen(to):
            return "served_anyway"
        return "went_back" if to < (self._pointer.live() or 0) else "person"

    def _appear(self, folder: Path, number: int, by: str, *, serve: bool) -> None:
        """Turns a draft into a version, and makes it live if it is to serve; turns it back into a draft if the pointer cannot be moved."""
        folder.rename(self._numbered.name(number))
        try:
            sync(self._folder)
            if serve:
                with self._pointer.moving(number, "retrain", by):
                    self._pointer.point(number)
        except BaseException:
            if self._numbered.pointed(LIVE) != number:
                self._numbered.name(number).rename(folder)
            raise
