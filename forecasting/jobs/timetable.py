"""Several cron expressions, each in a time zone of its own, as one: a moment that two of them name is one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from forecasting.jobs.cron import Cron


@dataclass(frozen=True)
class Timetable:
    """The moments of all its expressions.

    Args:
        crons: At least one.
    """

    crons: tuple[Cron, ...]

    @property
    def expression(self) -> str:
        """All expressions as one text, by which a timetable is told from another: "0 3 * * * Europe/Berlin; 0 12 * * 1 UTC"."""
        return "; ".join(map(str, self.crons))

    def last(self, now: datetime) -> datetime:
        """The last moment that is not after `now`, in UTC."""
        return max(cron.last(now) for cron in self.crons)

    def next(self, now: datetime) -> datetime:
        """The first moment after `now`, in UTC."""
        return min(cron.next(now) for cron in self.crons)

    def coming(self, now: datetime, most: int = 3) -> list[datetime]:
        """The next moments after `now`, in order, each on the clock of the expression that names it."""
        moments: list[datetime] = []
        while len(moments) < most:
            now = self.next(now)
            moments.append(self.local(now))
        return moments

    def local(self, moment: datetime) -> datetime:
        """A moment on the clock of the first expression that names it, of the first expression of all where none does."""
        naming = (cron for cron in self.crons if cron.last(moment) == moment)
        return next(naming, self.crons[0]).local(moment)
