"""What a merge of an upload into the saved sales did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from forecasting.core import formatting
from forecasting.core.period import DAY, Period

ANEW: Final = "The sales saved before were put aside; taking this upload back brings them back."


@dataclass(frozen=True)
class Merge:
    """What a merge did.

    Args:
        version: The version of the sales after it.
        new: Rows added.
        changed: Rows whose values were replaced.
        unchanged: Rows that were saved already.
        replaced_sample: Whether the sample's rows were put aside.
        started_anew: Whether all rows saved before were put aside, since other keys tell the upload's sales apart.
        period: Whether a row of the sales is a day, a week or a month after it.
        mixed: Why the upload does not fit the sales saved before, and what to do; empty if it fits.
        notes: What can be right, and often is a mistake, a sentence each.
        mended: How many values, names and categories a person mended before it.
    """

    version: int | None
    new: int
    changed: int
    unchanged: int
    replaced_sample: bool = False
    period: Period = DAY
    mixed: str = ""
    notes: tuple[str, ...] = ()
    started_anew: bool = False
    mended: int = 0

    def counts(self) -> dict[str, int]:
        """How many rows were new, changed and unchanged."""
        return {"new": self.new, "changed": self.changed, "unchanged": self.unchanged}

    def __str__(self) -> str:
        if not self.new and not self.changed:
            return f"Nothing to merge: {formatting.count(self.unchanged, 'row')} saved already."
        counted = f"{formatting.count(self.new, 'row')} new, {self.changed:,} changed, {self.unchanged:,} unchanged; saved."
        sample = "The sample sales were put aside." if self.replaced_sample else ANEW if self.started_anew else ""
        steps = "" if self.period == DAY else f"The sales are {self.period.adjective}: one row stands for a {self.period.name}."
        return " ".join(filter(None, (counted, sample, steps, self.mixed)))
