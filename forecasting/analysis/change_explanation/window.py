"""The days on which two versions are held against each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.core.errors import InputError
from forecasting.core.period import MONTH, Period
from forecasting.training.ensemble import Ensemble


@dataclass(frozen=True, eq=False)
class Window:
    """The days (weeks, months) ahead of two versions that a question is about.

    Args:
        before, after: Of each version.
        period: What a day is.
    """

    before: pd.DatetimeIndex
    after: pd.DatetimeIndex
    period: Period

    @property
    def common(self) -> pd.DatetimeIndex:
        """Days of both."""
        return self.before.intersection(self.after)

    @property
    def left(self) -> int:
        """Days of the first version alone."""
        return len(self.before) - len(self.common)

    @property
    def came(self) -> int:
        """Days of the second alone."""
        return len(self.after) - len(self.common)


def window(before: Ensemble, after: Ensemble, steps: int, *, same_days: bool = False) -> Window:
    """The next `steps` days of each version, or as many of the days that both forecast.

    Raises:
        InputError: The versions forecast other steps, not so many, or no day that is the same.
    """
    old, new = (ensemble.panel.period for ensemble in (before, after))
    if old != new:
        raise InputError(f"One version forecasts {old.plural} and the other {new.plural}: choose two that forecast the same.")
    most = min(before.horizon, after.horizon)
    if not 1 <= steps <= most:
        raise InputError(f"Both versions forecast 1 to {new.count(most)}, not {steps}. Ask for no more than that.")
    if not same_days:
        return Window(days_ahead(before)[:steps], days_ahead(after)[:steps], new)
    common = days_ahead(before).intersection(days_ahead(after))[:steps]
    if not len(common):
        raise InputError(f"The versions have no {new.name} ahead in common. Compare the next {new.count(steps)} of each instead.")
    return Window(common, common, new)


def days_ahead(ensemble: Ensemble) -> pd.DatetimeIndex:
    """All days ahead of a version; months by their first day, as two files may date the same month on different days."""
    ahead = ensemble.panel.ahead(ensemble.horizon)
    return pd.DatetimeIndex(ahead.to_period("M").to_timestamp()).as_unit("us") if ensemble.panel.period == MONTH else ahead


def steps_of(ensemble: Ensemble, days: pd.DatetimeIndex) -> np.ndarray:
    """Positions of days among those ahead of a version."""
    return days_ahead(ensemble).get_indexer(days)
