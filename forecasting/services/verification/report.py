"""What a check of a workspace found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from forecasting.core import formatting

Fault = Literal["damaged", "missing", "unavailable"]
WORDS: Final[dict[Fault, str]] = {"damaged": "is damaged", "missing": "is missing", "unavailable": "cannot be read now"}


@dataclass(frozen=True, slots=True)
class Finding:
    """A file that is not as it should be.

    Args:
        path: The file, by its path inside the workspace.
        fault: Whether it is damaged, missing, or cannot be read now, which says nothing about its bytes.
        text: What that means, and what to do.
        repair: Does what loses nothing, and tells what it did; raises ShelfcastError if it cannot. None if there is no such thing.
    """

    path: str
    fault: Fault
    text: str
    repair: Callable[[], str] | None = field(default=None, repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {"path": self.path, "fault": self.fault, "text": self.text}

    def __str__(self) -> str:
        return f"{self.path} {WORDS[self.fault]}. {self.text}"


@dataclass(frozen=True, slots=True)
class Report:
    """A whole workspace, checked.

    Args:
        checked: Kind of file, for a person -> how many were checked.
        findings: What is not whole, after all repairs.
        repaired: What was repaired, one sentence each.
        notes: What cannot be known, or is no fault.
    """

    checked: Counter[str]
    findings: tuple[Finding, ...] = ()
    repaired: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether nothing is damaged, missing or not to be read."""
        return not self.findings

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "whole": self.is_whole,
            "checked": dict(self.checked),
            "findings": [finding.to_dict() for finding in self.findings],
            "repaired": list(self.repaired),
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        kinds = [f"{count:,} of {kind}" for kind, count in self.checked.items()]
        total = formatting.count(self.checked.total(), "file")
        lines = [f"Checked {total}: {formatting.listing(kinds)}." if kinds else "There is nothing to check yet."]
        lines += [f"Repaired: {text}" for text in self.repaired]
        lines += [str(finding) for finding in self.findings]
        lines += [f"Note: {note}" for note in self.notes]
        faulty = len(self.findings)
        verdict = f"{formatting.count(faulty, 'file')} {'is' if faulty == 1 else 'are'} not whole." if faulty else "Everything is whole."
        return "\n".join([*lines, verdict])
