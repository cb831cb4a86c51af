"""A real file system of a few hundred kilobytes, and how to fill it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

PAGE = 4096


class Disk:
    """A small disk.

    Args:
        path: Where it is mounted.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ballast = path / "ballast"

    def leave(self, pages: int) -> None:
        """Fills it up to so many free pages."""
        self.free()
        facts = os.statvfs(self.path)
        self.ballast.write_bytes(bytes(max(0, facts.f_bavail * facts.f_frsize - pages * PAGE)))
        assert os.statvfs(self.path).f_bavail * facts.f_frsize == pages * PAGE

    def fill(self) -> None:
        """Fills it up while others write to it too: they and the ballast share what is left, down to the last byte."""
        with self.ballast.open("ab", buffering=0) as ballast, suppress(OSError):
            while ballast.write(bytes(PAGE)):
                pass

    def free(self) -> None:
        """Takes the ballast away."""
        self.ballast.unlink(missing_ok=True)

    def files(self) -> set[Path]:
        """Everything on it but locks."""
        return {path.relative_to(self.path) for path in self.path.rglob("*") if not path.name.endswith(".lock") and path != self.ballast}

    def at_every_level(self, step: Callable[[], object], refusals: tuple[type[Exception], ...], look: Callable[[], object], grain: int = 1) -> int:
        """Tries a step on a full disk, then with ever more space until it succeeds; how often it was refused.

        Args:
            step: What to try.
            refusals: What it may raise.
            look: What must be the same after every refusal.
            grain: Pages that are added each time.
        """
        before, files = look(), self.files()
        for level in range(200):
            self.leave(level * grain)
            try:
                step()
            except refusals:
                assert look() == before, level
                assert self.files() == files, level
            else:
                return level
            finally:
                self.free()
        raise AssertionError("it never succeeded")


@contextmanager
def mounted(path: Path, size: int) -> Iterator[Disk]:
    """A disk of so many bytes; where nobody may mount one the test is skipped, except in CI."""
    path.mkdir(parents=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", path], capture_output=True, text=True, check=False)
    if done.returncode:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"No small disk could be mounted, which only root may do: {done.stderr}")
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", "-l", path], check=True)
