"""Who delivers what, at what terms: every state is a file of its own and never changes."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from forecasting.core.errors import ChangedMeanwhile, SuppliersDamaged
from forecasting.storage import disk_full, sealed_json
from forecasting.storage.numbered_states import NumberedStates
from forecasting.storage.workspace import Workspace

FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class SuppliersState:
    """One state of the suppliers.

    Args:
        number: From 1, never used twice; 0 as long as nobody named any.
        values: Suppliers and sources as plain values.
        by: Who saved it; empty for nobody.
        moment: When, in UTC; None for never.
    """

    number: int = 0
    values: Mapping[str, Any] = field(default_factory=dict)
    by: str = ""
    moment: datetime | None = None


class SupplierStore:
    """The states in a folder: `0001.json`, `0002.json`, ...; the last one counts.

    Args:
        workspace: The workspace.
        timeout: Seconds to wait until somebody else's change has ended, at least 0.
    """

    def __init__(self, workspace: Workspace, *, timeout: float = 10.0) -> None:
        self._states = NumberedStates(workspace.suppliers, ".json", timeout)

    def load(self) -> SuppliersState:
        """The state that counts; an empty one as long as nobody named any supplier.

        Raises:
            SuppliersDamaged: It is not as it was saved.
            StorageUnavailable: It cannot be read now.
        """
        last = self._states.last()
        return self.read(last) if last else SuppliersState()

    def save(self, values: Mapping[str, Any], by: str, *, after: int | None = None) -> SuppliersState:
        """Saves suppliers and sources as the state that counts from now on.

        Args:
            values: All of them, as plain values.
            by: Who saves them.
            after: The number of the newest state that the person knew, 0 for none; None to save them whatever was saved meanwhile.

        Raises:
            TryAgain: Somebody else is saving; nothing was changed.
            ChangedMeanwhile: Somebody has saved a state after that one; nothing was changed.
            DiskFull: Nothing was changed.
        """
        with disk_full.disk_full_as_error("the suppliers"), self._states.alone():
            last = self._states.last()
            if after is not None and last != after:
                raise ChangedMeanwhile("Somebody else saved suppliers meanwhile. Nothing of yours was saved: look at both, and save again.")
            state = SuppliersState(last + 1, values, by, datetime.now(UTC))
            sealed_json.write(self.path(state.number), {"format": FORMAT, "values": dict(values), "by": by, "moment": str(state.moment)})
            return state

    def clear(self) -> None:
        """Saves that there are no suppliers, as a state of its own; raises TryAgain or DiskFull, and then nothing was changed."""
        if self._states.last():
            self.save({}, "")

    def read(self, number: int) -> SuppliersState:
        """One state; raises SuppliersDamaged or StorageUnavailable."""
        try:
            said = sealed_json.read(self.path(number))
            if said["format"] != FORMAT:
                raise ValueError(f"format {said['format']!r} is not known")
            return SuppliersState(number, dict(said["values"]), str(said["by"]), datetime.fromisoformat(said["moment"]))
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            logging.getLogger(__name__).warning("Suppliers %d cannot be read", number, exc_info=True)
            raise SuppliersDamaged(number) from error

    def numbers(self) -> list[int]:
        """Numbers of the states that exist, damaged ones too, in order."""
        return self._states.numbers()

    def path(self, number: int) -> Path:
        """The file of a state, which need not exist."""
        return self._states.path(number)
