"""Reads what a version keeps of its answers: whoever cannot read one works it out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace

logger = logging.getLogger("shelfcast")
Answer = TypeVar("Answer")


def read(ws: Workspace, version: int, reader: Callable[[Path], Answer | None]) -> Answer | None:
    """What a reader finds in the folder of a version; None where it finds nothing, the folder is gone, or a file cannot be read as it was written."""
    try:
        return reader(Versions(ws.versions).path(version))
    except (OSError, ValueError, LookupError, TypeError) as fault:
        logger.warning("An answer that version %d keeps cannot be read and is worked out: %s", version, fault)
        return None
