"""What the members of a group say of levels and weekdays among them: how far a newcomer's own are to be believed without earlier launches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.core.arrays import FloatArray, mean_where
from forecasting.core.panel import Panel
from forecasting.training.cold_start.age import RECENT
from forecasting.training.cold_start.credibility import Credibility
from forecasting.training.cold_start.groups import MEMBERS


@dataclass(frozen=True, eq=False)
class Variation:
    """How much the members of a group vary: phi of the noise, in units per unit, over tau2 among them, from their last 56 days.

    Args:
        level: What first days say of a level where no earlier beginnings are known.
        week: Units that the group's week counts for in a newcomer's own.
    """

    level: Credibility
    week: float

    @classmethod
    def of(cls, panel: Panel, days: np.ndarray, members: np.ndarray) -> Variation:
        """Learned from the sales of the members on days that they were open."""
        sales, open_ = panel.sales[members], days[members]
        mean, cycle = mean_where(sales, open_, axis=0), panel.period.cycle
        recent = slice(-(panel.period.steps(RECENT) // cycle) * cycle, None)
        y = np.where(open_, sales, 0.0)[:, recent]
        expected = np.where(open_, mean, 0.0)[:, recent]
        levels = _over(y.sum(axis=1), expected.sum(axis=1))
        fitted = levels[:, None] * expected
        weeks, fitted_weeks = (_by(cycle, values, axis=2) for values in (y, fitted))
        weekdays, fitted_weekdays = (_by(cycle, values, axis=1) for values in (y, fitted))
        noise = _ratio(((y - fitted) ** 2).sum(), fitted.sum())
        among = ((_over(weekdays, fitted_weekdays) - 1.0) ** 2 - _over(np.full_like(weekdays, noise), fitted_weekdays)) * fitted_weekdays
        variance = float(((levels - 1.0) ** 2).mean()) if len(levels) >= MEMBERS else 1.0
        strength = _ratio(_ratio(((weeks - fitted_weeks) ** 2).sum(), fitted_weeks.sum()), variance)
        return cls(Credibility(1.0, strength, 1.0), _ratio(noise, max(_ratio(among.sum(), fitted_weekdays.sum()), 0.0)))

    def weekdays(self, own: FloatArray, expected: FloatArray, cycle: int) -> FloatArray:
        """A newcomer's share of each weekday over the group's, drawn towards 1, by position in the week of the first day, shape (cycle,).

        Args:
            own: Units it sold on each day, shape (d,); 0 on days that do not count.
            expected: Units that the group's mean sold, alike.
            cycle: Days of a week.
        """
        scale = own.sum() / expected.sum() if expected.sum() > 0 else 1.0
        position = np.arange(len(own)) % cycle
        seen, fitted = (np.bincount(position, values, minlength=cycle).astype(float) for values in (own, scale * expected))
        believed = Credibility(1.0, self.week, 1.0)
        return np.array([believed.level(*pair) for pair in zip(seen.tolist(), fitted.tolist(), strict=True)])


def _by(cycle: int, values: FloatArray, *, axis: int) -> FloatArray:
    """Sums of whole weeks (axis 2) or of weekdays (axis 1) of shape (m, days)."""
    whole = values.shape[1] // cycle * cycle
    return values[:, values.shape[1] - whole :].reshape(len(values), -1, cycle).sum(axis=axis)


def _over(part: FloatArray, whole: FloatArray) -> FloatArray:
    """part / whole; 1 where nothing is expected."""
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), 1.0)


def _ratio(part: float, whole: float) -> float:
    """part / whole; infinite where the whole is 0, 0 where the part is."""
    return 0.0 if part == 0 else float(part / whole) if whole > 0 else np.inf
