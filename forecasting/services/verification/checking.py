"""How one file is checked: what is wrong with it, or that it cannot be read now, which is neither."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from forecasting.core.errors import OutOfMemory, StorageUnavailable
from forecasting.services.verification.report import Fault, Finding
from forecasting.storage.workspace import Workspace

Repair = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Check:
    """One look at a workspace.

    Args:
        ws: The workspace.
        counted: Kind of file -> how many were checked.
        notes: What cannot be known, or is no fault.
    """

    ws: Workspace
    counted: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def file(self, kind: str, path: Path, fault: Callable[[], str], text: str | Callable[[], str], repair: Repair | None = None) -> Iterator[Finding]:
        """What is wrong with a file, if anything is.

        Args:
            kind: What it is one of, for a person; empty for what is not counted.
            path: The file.
            fault: Looks at it: "damaged", "missing", or empty if it is whole.
            text: What a fault means, and what to do.
            repair: Mends it, as `Finding` has it.
        """
        if kind:
            self.counted[kind] += 1
        named = path.relative_to(self.ws.home).as_posix()
        try:
            found = fault()
        except FileNotFoundError:  # a file that it needs is gone
            found = "missing"
        except (StorageUnavailable, OutOfMemory) as error:
            yield Finding(named, "unavailable", str(error))
            return
        if found:
            yield Finding(named, cast(Fault, found), text if isinstance(text, str) else text(), repair)
