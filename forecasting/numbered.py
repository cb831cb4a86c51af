"""Folders named by number: 0001, 0002, ..."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from forecasting.errors import NotFound

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

    def find(self, number: int | str) -> Path:
        """The folder of a number, which may come from outside as text.

        Raises:
            NotFound: It is not a number, or there is no such folder.
        """
        if not NUMBER.fullmatch(str(number)):
            raise NotFound(f"{str(number)[:40]!r} is not the number of a {self.noun}: numbers are digits only, e.g. 3.")
        path = self.name(int(number))
        if not path.is_dir():
            known = self.numbers()
            there = f"The last one is {known[-1]}." if known else "There is none yet."
            raise NotFound(f"There is no {self.noun} {int(number)}. {there}")
        return path
