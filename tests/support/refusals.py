"""A system that refuses to open some files, as a disk, a right or a limit does; root's own rights are no help here."""

from __future__ import annotations

import io
import os
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def refused(path: Path, code: int):
    """Files at and below a path cannot be opened or listed meanwhile."""

    def checked(function):
        def call(file, *arguments, **options):
            if isinstance(file, (str, os.PathLike)) and Path(file).is_relative_to(path):
                raise MemoryError if code == 0 else OSError(code, os.strerror(code), str(file))
            return function(file, *arguments, **options)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for module, name in ((io, "open"), (os, "open"), (os, "scandir"), (os, "listdir")):
            patch.setattr(module, name, checked(getattr(module, name)))
        yield
