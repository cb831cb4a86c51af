"""Folders named by number: 0001, 0002, ..., and small files that point to one of them."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from forecasting.core.errors import NotFound
from forecasting.storage.atomic_files import write_text

LAST = "last"
"""Points to the highest number ever given."""
DRAFT = ".tmp"
"""Starts the names of folders that do not count yet, or no more."""
NAME = re.compile(r"[0-9]{4,9}", re.ASCII)
NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Numbered:
    """The numbered folders inside a folder.

    Args:
        folder: Where they are; need not exist yet.
        noun: What one of them is, for a person: "version".
    """

    folder: Path
    noun: str

    def numbers(self) -> list[int]:
        """Those that exist, in order."""
        if not self.folder.is_dir():
            return []
        return sorted(int(entry.name) for entry in self.folder.iterdir() if NAME.fullmatch(entry.name))

    def name(self, number: int) -> Path:
        """Where this number is, or would be."""
        return self.folder / f"{number:04d}"

    def next(self) -> int:
        """A number that was never given, not even to a folder that was deleted since."""
        return max([0, *self.numbers(), self.pointed(LAST) or 0]) + 1

    def point(self, name: str, number: int) -> None:
        """Has a small file beside the folders point to one, in one step."""
        write_text(self.folder / name, f"{number}\n")

    def pointed(self, name: str) -> int | None:
        """Where a small file points; None if it is not there or cannot be read."""
        try:
            text = (self.folder / name).read_text(encoding="ascii").strip()
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        return int(text) if NUMBER.fullmatch(text) else None

    def draft(self) -> Path:
        """A name for a new folder that does not count yet, or for one that counts no more."""
        return self.folder / f"{DRAFT}-{os.getpid()}-{secrets.token_hex(4)}"

    def discard(self, numbers: Iterable[int]) -> None:
        """Deletes folders, each in one step: one that is listed is whole, even if this is killed."""
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
        if not path.is_dir():
            raise self.not_found(number)
        return path

    def not_found(self, number: int | str) -> NotFound:
        """What to say of a number that there is no folder of, or no more."""
        known = self.numbers()
        there = f"The last one is {known[-1]}." if known else "There is none yet."
        return NotFound(f"There is no {self.noun} {int(number)}. {there}")
