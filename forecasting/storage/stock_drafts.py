"""Stock that somebody has typed and not saved yet: a small file each, so that neither a reload nor a restart loses it."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from forecasting.core.system_errors import refusals_named
from forecasting.storage import disk_full, reading, sealed_json
from forecasting.storage.workspace import Workspace

MAX_AGE: Final = timedelta(days=30)
"""How long a draft that nobody touches is kept."""
_NAME: Final = re.compile(r"[0-9a-f]{16}", re.ASCII)
_SUFFIX: Final = ".json"


@dataclass(frozen=True, slots=True)
class StockDraft:
    """What was typed.

    Args:
        name: Its own name, 16 hexadecimal digits.
        moment: When it was last touched, in UTC.
        cells: Each cell that was typed over, in plain values.
    """

    name: str
    moment: datetime
    cells: tuple[Mapping[str, Any], ...]


class StockDrafts:
    """The drafts of a workspace: `<name>.json` in `drafts` beside the saved states.

    Args:
        workspace: The workspace.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._folder = workspace.stock / "drafts"

    def save(self, name: str, cells: Sequence[Mapping[str, Any]]) -> None:
        """Writes a draft, whole or not at all.

        Raises:
            DiskFull: Nothing was changed.
            NotWritable: Nothing may be written there.
        """
        with disk_full.disk_full_as_error("what was typed"), refusals_named(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            sealed_json.write(self._path(name), {"moment": datetime.now(UTC).isoformat(), "cells": list(cells)})

    def load(self, name: str) -> StockDraft | None:
        """A draft by its name, which may come from anywhere; None if there is none that is whole."""
        if not _NAME.fullmatch(name):
            return None
        try:
            facts = sealed_json.read(self._path(name))
            return StockDraft(name, datetime.fromisoformat(facts["moment"]), tuple(dict(cell) for cell in facts["cells"]))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            logging.getLogger(__name__).warning("The draft %s of the stock cannot be read", name, exc_info=True)
            return None

    def listed(self) -> list[StockDraft]:
        """All drafts, the last touched first; those too old are left out."""
        names = [name.removesuffix(_SUFFIX) for name in reading.names(self._folder) if name.endswith(_SUFFIX)]
        drafts = [draft for name in names if (draft := self.load(name)) is not None]
        return sorted((draft for draft in drafts if datetime.now(UTC) - draft.moment < MAX_AGE), key=lambda draft: draft.moment, reverse=True)

    def remove(self, name: str) -> None:
        """Deletes a draft, and those that are too old; a draft that is gone already is no error."""
        with suppress(FileNotFoundError), refusals_named(self._folder):
            self._path(name).unlink()
        recent = {draft.name for draft in self.listed()}
        for path in self._folder.glob(f"*{_SUFFIX}"):
            draft = self.load(path.stem)
            if draft is not None and draft.name not in recent:
                path.unlink(missing_ok=True)

    def clear(self) -> None:
        """Deletes all drafts."""
        for path in self._folder.glob(f"*{_SUFFIX}"):
            path.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}{_SUFFIX}"


def new_name() -> str:
    """A name that no draft has."""
    return secrets.token_hex(8)
