"""Days at and beside holidays, and how much larger errors are on them than on ordinary days."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from forecasting.core import calendar
from forecasting.core.arrays import FloatArray, nanmean
from forecasting.core.panel import Panel
from forecasting.core.period import DAY
from forecasting.training.bands.law import learn_law
from forecasting.training.bands.own_scale import learn_own_scale
from forecasting.training.bands.residuals import Errors

ORDINARY = 0
KIND_BY_DISTANCE = (1, 2, 3, 3, ORDINARY)
"""Kind of a day by the days from it to the nearest holiday: 0, 1, 2, 3, and more."""
KINDS = 4
PRIOR_DAYS = 2.0
"""Weight, in days, of the size of ordinary days' errors within that of another kind: all series miss one holiday together."""
WINSOR = 0.995
MAX_ERRORS = 300_000
"""Errors from which sizes are learned, about: of a large file those of some series tell what all do."""


class Occasions(NamedTuple):
    """The kind of each day: 0 ordinary, 1 a holiday, 2 the day before or after one, 3 two or three days from one.

    Args:
        past: Shape (K, t), of the days judged after each past cutoff.
        ahead: Shape (h,), of the days to forecast.
    """

    past: np.ndarray
    ahead: np.ndarray

    def at(self, cut: int) -> Occasions:
        """What the other cutoffs say of the days after the one at position `cut`."""
        return Occasions(np.delete(self.past, cut, axis=0), self.past[cut])


def occasions_of(country: str | None, panel: Panel, cutoffs: pd.DatetimeIndex, judged: int, horizon: int) -> Occasions | None:
    """The kinds of days after past cutoffs and ahead; None where no holiday is known or judged, or sales are by week or month.

    Holidays are those of the country, and days on which most series are closed although they sell on that weekday.

    Args:
        country: ISO 3166 code of the country whose holidays count; None for none.
        panel: All sales.
        cutoffs: The last day known at each past cutoff.
        judged: Days judged after each.
        horizon: Days to forecast.
    """
    if panel.period != DAY or not len(cutoffs):
        return None
    ahead = panel.ahead(horizon)
    holidays = calendar.closings(panel, horizon).to_numpy()
    if country is not None:
        named = calendar.holidays_of(country, tuple(range(cutoffs[0].year - 1, ahead[-1].year + 2)))
        holidays = np.concatenate([holidays, pd.DatetimeIndex(list(named)).to_numpy()])
    if not len(holidays):
        return None
    after = np.array([DAY.ahead(day, judged).to_numpy() for day in cutoffs])
    past, to_come = (_kinds(days, holidays.astype("datetime64[D]")) for days in (after, ahead.to_numpy()))
    return Occasions(past, to_come) if (past != ORDINARY).any() else None


def _kinds(days: np.ndarray, holidays: np.ndarray) -> np.ndarray:
    distance = np.abs(days.astype("datetime64[D]")[..., None] - holidays).min(axis=-1).astype(int)
    return np.array(KIND_BY_DISTANCE)[np.minimum(distance, len(KIND_BY_DISTANCE) - 1)]


def learn_sizes(errors: Errors, kinds: np.ndarray) -> FloatArray:
    """Size of errors on each kind of day relative to ordinary ones, shape (KINDS,), at least 1.

    Args:
        errors: Of single days at past cutoffs.
        kinds: Shape (K, t), of these days.
    """
    sizes, some = np.ones(KINDS), slice(None, None, max(1, errors.y.size // MAX_ERRORS))
    f = errors.f[:, some]
    e = errors.y[:, some] - f
    if not np.isfinite(e).any():
        return sizes
    z = e / learn_law(e, f).size(f)
    relative = np.abs(z / learn_own_scale(z)[1][:, :, None])
    by_day = nanmean(np.minimum(relative, np.quantile(relative[np.isfinite(relative)], WINSOR)), axis=1)
    known = np.isfinite(by_day)
    usual = by_day[known & (kinds == ORDINARY)]
    if not len(usual) or usual.mean() <= 0:
        return sizes
    for kind in range(1, KINDS):
        of_kind = by_day[known & (kinds == kind)]
        sizes[kind] = max(1.0, (of_kind.sum() / usual.mean() + PRIOR_DAYS) / (len(of_kind) + PRIOR_DAYS))
    return sizes


def as_ordinary(errors: Errors, sizes: FloatArray) -> Errors:
    """The errors as they would have been on ordinary days; `sizes` of shape (K, t)."""
    return Errors(errors.f + (errors.y - errors.f) / sizes[:, None], errors.f)
