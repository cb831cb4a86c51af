"""Folders named by number: 0001, 0002, ..., and small files that point to one of them."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from forecasting.core.errors import NotFound
from forecasting.storage import reading
from forecasting.storage.atomic_files import write_text

LAST = "last"
"""Points to the highest number ever given."""
DRAFT = ".tmp"
"""Prefix of folders that do not count yet, or no longer count."""
NAME = re.compile(r"[0-9]{4,9}", re.ASCII)
NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
_POINTER = re.compile(r"(?P<number>[0-9]{1,9})(\n(?P=number))?", re.ASCII)
"""A number in two lines, so that a flipped bit does not point to another folder; earlier releases wrote it in one. No flipped bit of a line feed is a
digit, as one of a space is."""


@dataclass(frozen=True, slots=True)
class NumberedFolders:
    """The numbered folders inside a folder.

    Args:
        folder: The folder that holds them; need not exist yet.
        noun: What a numbered folder is, for a person: "version".
    """

    folder: Path
    noun: str

    def numbers(self) -> list[int]:
        """The numbers whose folders exist, in order."""
        return sorted(int(name) for name in reading.names(self.folder) if NAME.fullmatch(name))

    def name(self, number: int) -> Path:
        """The path of a number's folder, which need not exist."""
        return self.folder / f"{number:04d}"

    def next(self) -> int:
        """The next number, never given before, not even to a folder that was deleted since."""
        return max([0, *self.numbers(), self.pointed(LAST) or 0]) + 1

    def point(self, name: str, number: int) -> None:
        """Makes the small file `name` beside the folders point to a number, in one step."""
        write_text(self.folder / name, f"{number}\n{number}\n")

    def pointed(self, name: str) -> int | None:
        """The number that the small file `name` points to; None if it is missing or holds none."""
        try:
            text = reading.text(self.folder / name, "ascii").strip()
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        pointer = _POINTER.fullmatch(text)
        return int(pointer["number"]) if pointer else None

    def old(self, most: int, megabytes: float, least: int) -> dict[int, int]:
        """Numbers that need not be kept, in order, and the bytes of each.

        Args:
            most: Newest that are kept at most; 0 for all.
            megabytes: Of all that are kept together at most; 0 for no limit.
            least: Newest that are kept however large they are.
        """
        beyond, total = {}, 0
        for place, number in enumerate(reversed(self.numbers())):
            size = folder_size(self.name(number))
            total += size
            if 0 < most <= place or (least <= place and 0 < 1e6 * megabytes < total):
                beyond[number] = size
        return dict(sorted(beyond.items()))

    def draft(self) -> Path:
        """A new path for a folder that does not count yet, or no longer counts."""
        return self.folder / f"{DRAFT}-{os.getpid()}-{secrets.token_hex(4)}"

    def discard(self, numbers: Iterable[int]) -> None:
        """Deletes folders, each in one step: a folder that is listed is whole, even if the process is killed meanwhile."""
        for number in numbers:
            draft = self.draft()
            try:
                self.name(number).rename(draft)
            except FileNotFoundError:
                continue
            shutil.rmtree(draft, ignore_errors=True)  # what stays is swept with other drafts

    def find(self, number: int | str) -> Path:
        """The folder of a number, which may come from outside as text.

        Raises:
            NotFound: It is not a number, or there is no such folder.
        """
        if not NUMBER.fullmatch(str(number)):
            raise NotFound(f"{str(number)[:40]!r} is not the number of a {self.noun}: numbers are digits only, e.g. 3.")
        path = self.name(int(number))
        if not reading.is_folder(path):
            raise self.not_found(number)
        return path

    def not_found(self, number: int | str) -> NotFound:
        """The error for a number without a folder."""
        known = self.numbers()
        there = f"The last one is {known[-1]}." if known else "There is none yet."
        return NotFound(f"There is no {self.noun} {int(number)}. {there}")


def folder_size(folder: Path) -> int:
    """Bytes of all files in a folder; those that are deleted meanwhile do not count."""
    total = 0
    for path in reading.files(folder):
        with suppress(FileNotFoundError):
            total += path.lstat().st_size
    return total
