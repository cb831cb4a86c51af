"""Where damaged files go: aside, never away."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from forecasting.storage.atomic_files import sync, write_bytes
from forecasting.storage.workspace import Workspace


def put_aside(ws: Workspace, path: Path) -> Path:
    """Moves a file of a workspace below `damaged/`, under a name that nothing has there yet; where it is now."""
    wanted = ws.damaged / path.relative_to(ws.home)
    wanted.parent.mkdir(parents=True, exist_ok=True)
    candidates = (wanted if number == 1 else wanted.with_name(f"{wanted.name}.{number}") for number in count(1))
    target = next(candidate for candidate in candidates if not candidate.exists())
    path.rename(target)
    sync(target.parent)
    sync(path.parent)
    return target


def replace(ws: Workspace, path: Path, content: bytes) -> None:
    """Puts bytes in the place of a damaged or missing file; what was there goes aside first."""
    if path.exists():
        put_aside(ws, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, content)
