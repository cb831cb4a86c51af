"""Files that others delete at the worst moment: between a look into their folder and a look at them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def gone_before(monkeypatch, path: Path, *names: str, at: Path | None = None) -> None:
    """A file or folder is gone when functions of `os` are first asked for it, or for another path.

    Args:
        monkeypatch: The fixture of pytest.
        path: What goes.
        names: The functions, which take a path first.
        at: The path for which they are asked; None for that of what goes.
    """
    there = [path]

    def before(function):
        def call(asked, *arguments, **options):
            if there and isinstance(asked, (str, os.PathLike)) and Path(asked) == (at or path):
                there.pop()
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            return function(asked, *arguments, **options)

        return call

    for name in names:
        monkeypatch.setattr(os, name, before(getattr(os, name)))
