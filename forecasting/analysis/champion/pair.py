"""Two versions side by side: the days that both forecast, and what both know to have been sold last."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from forecasting.analysis.champion.recipe import Shared, shared_series
from forecasting.core import schema
from forecasting.core.arrays import FloatArray, known_sum
from forecasting.core.period import DAY
from forecasting.training.ensemble import Ensemble

DAYS: Final = 21
"""First common days that are compared; three steps of weekly and monthly files."""
RECENT_DAYS: Final = 28
"""Last days of sales that say what moved; four weeks, three months."""


@dataclass(frozen=True, eq=False)
class Pair:
    """The live version and the one that may take its place.

    Args:
        number: The champion's number, for sentences.
        champion: The live version.
        challenger: The new one.
        rows: Rows of sales that each learned from.
        is_explained: Whether an undo, a correction or a link between products explains that the challenger knows less.
    """

    number: int
    champion: Ensemble
    challenger: Ensemble
    rows: tuple[int, int] = (0, 0)
    is_explained: bool = False

    @cached_property
    def shared(self) -> Shared:
        """The series that both have."""
        return shared_series(self.champion, self.challenger)

    @cached_property
    def ahead(self) -> tuple[FloatArray, FloatArray]:
        """What champion and challenger expect on their first common days, shape (n, steps) each, units; of all series of each.

        What is no number counts as 0 here: it is a finding of its own.
        """
        both = all(schema.EXPECTED in of.yhat for of in (self.champion, self.challenger))
        theirs, ours = (np.nan_to_num(of.expected if both else of.line, posinf=0.0, neginf=0.0) for of in (self.champion, self.challenger))
        later = self.later
        first, start = max(later, 0), max(-later, 0)
        steps = max(min(self.steps, theirs.shape[1] - first, ours.shape[1] - start), 0)
        if self.challenger.panel.period == DAY and steps > schema.SEASON_LENGTH:
            steps -= steps % schema.SEASON_LENGTH
        return theirs[:, first : first + steps], ours[:, start : start + steps]

    @cached_property
    def later(self) -> int:
        """Steps by which the challenger's sales go on after the champion's; below 0 where they end before."""
        panel = self.challenger.panel
        return int(panel.period.positions(panel.dates[-1:], self.champion.panel.last)[0])

    @property
    def steps(self) -> int:
        """Common days (weeks, months) that are compared, at most."""
        return DAYS if self.challenger.panel.period == DAY else 3

    @cached_property
    def recent(self) -> tuple[FloatArray, FloatArray]:
        """What each series sold last, by what each version knew, shape (n,) each, units."""
        steps = RECENT_DAYS if self.challenger.panel.period == DAY else 4 if self.challenger.panel.period.name == "week" else 3
        theirs, ours = (np.nan_to_num(known_sum(of.panel.sales[:, -steps:], 1)) for of in (self.champion, self.challenger))
        return theirs, ours

    @property
    def days(self) -> str:
        """ "the same 21 days"."""
        return f"the same {self.challenger.panel.period.count(self.ahead[0].shape[1])}"
