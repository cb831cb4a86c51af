"""Shelves for which nothing is proposed although they are still sold, and why: they are named, so that nobody takes them for ordered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from forecasting.core.formatting import count

TO_COUNT: Final = "They were not counted, although other shelves were. Count them."


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Shelves of one supplier that no order is proposed for, for one reason.

    Args:
        supplier: The name of the supplier; empty for the shelves that nobody is known to deliver.
        series: How many, at least 1.
        of: How many shelves the supplier delivers to.
        reason: Why, and what helps: whole sentences.
    """

    supplier: str
    series: int
    of: int
    reason: str

    @property
    def text(self) -> str:
        """All of it, for a person."""
        which = count(self.of, "shelf", "shelves") if self.series == self.of else f"{self.series:,} of {count(self.of, 'shelf', 'shelves')}"
        return f"{self.supplier or 'Without a supplier'}: nothing is proposed for {which}. {self.reason}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {"supplier": self.supplier, "series": self.series, "of": self.of, "reason": self.reason}


def by_reason(supplier: str, reasons: Iterable[str]) -> tuple[LeftOut, ...]:
    """What is left out of a supplier's proposal, the reason of most shelves first.

    Args:
        supplier: Its name.
        reasons: One a shelf that it delivers to; empty where something may be proposed.
    """
    listed = list(reasons)
    shelves = Counter(reason for reason in listed if reason)
    return tuple(LeftOut(supplier=supplier, series=series, of=len(listed), reason=reason) for reason, series in shelves.most_common())
