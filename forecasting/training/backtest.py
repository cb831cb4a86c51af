"""Forecasts of the past, from days where the models could not see further: the only source of uncertainty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.arrays import BoolArray, FloatArray
from forecasting.core.panel import Panel
from forecasting.core.period import DAY, Period
from forecasting.models.base import Model
from forecasting.training import thinning
from forecasting.training.cleaning.clean import clean

MIN_CUTOFFS = {"day": 35, "week": 26, "month": 12}
"""Days, weeks or months that the earliest cutoff leaves to learn from, at least."""
LEARNING_SHARE = 0.4
"""Share of the history that it leaves, at least."""
SPAN_SHARE = 0.3
"""Share of the history over which cutoffs twice as far apart may spread, at most."""


@dataclass(frozen=True)
class BacktestPlan:
    """From which days to forecast the past.

    Args:
        cuts: Days of history known at each cutoff, ascending; empty if the history is too short for any.
        horizon: Days ahead that are judged; fewer than the forecast's where the history is short.
    """

    cuts: tuple[int, ...]
    horizon: int


def plan(steps: int, horizon: int, cutoffs: int, period: Period = DAY) -> BacktestPlan:
    """Up to `cutoffs` cutoffs, at least `horizon` days apart, the last one `horizon` days before the end.

    Forecasts of one cutoff never overlap those of the next. Where the history allows it they lie twice as far apart, since a wider span
    sees more kinds of weeks. A short history gets fewer cutoffs, then a shorter horizon, then none.

    Args:
        steps: Length of the history, at least 1.
        horizon: Days ahead that the forecast goes, at least 1.
        cutoffs: At most so many, at least 1.
        period: What a "day" is. Weeks and months leave two years to learn from where three cutoffs remain: without them there is no year.

    Example:
        >>> plan(1736, 90, 4)
        Plan(cuts=(1376, 1466, 1556, 1646), horizon=90)
    """
    reserve = max(MIN_CUTOFFS[period.name], int(LEARNING_SHARE * steps))
    if period != DAY:
        reserve = max(reserve, min(2 * period.year, steps - 3 * horizon))
    room = steps - reserve
    if room < 1:
        return BacktestPlan((), horizon)
    fewest = min(cutoffs, 3)
    judged = min(horizon, max(1, room // fewest))
    count = min(cutoffs, room // judged)
    step = 2 * judged if (2 * count - 1) * judged <= min(room, SPAN_SHARE * steps) else judged
    cuts = tuple(steps - judged - step * back for back in reversed(range(count)))
    return BacktestPlan(cuts, judged)


@dataclass(frozen=True, eq=False)
class Backtest:
    """What each model forecast at K past cutoffs, and what happened.

    Args:
        cutoffs: The last day known at each, shape (K,), ascending.
        y: Shape (K, n, h), units sold on the h days after each cutoff; NaN where the file has no row, and on closed days.
        yhat: Model name -> shape (K, n, h), units; NaN where the model had no forecast.
        means: The same of a model's means, where it tells them apart from its line; what a version serves no longer needs them.
        left_out: Which series were not forecast at which cutoff because the file is large, shape (K, n), see `thinning`; None for none.
    """

    cutoffs: pd.DatetimeIndex
    y: FloatArray
    yhat: Mapping[str, FloatArray]
    means: Mapping[str, FloatArray] = field(default_factory=dict)
    left_out: BoolArray | None = None

    @property
    def horizon(self) -> int:
        """Days ahead that were judged."""
        return int(self.y.shape[2])

    def select(self, rows: np.ndarray) -> Backtest:
        """The series at these positions (or under this mask)."""
        yhat, means = ({name: values[:, rows] for name, values in of.items()} for of in (self.yhat, self.means))
        return replace(self, y=self.y[:, rows], yhat=yhat, means=means, left_out=None if self.left_out is None else self.left_out[:, rows])

    def without(self, cut: int) -> Backtest:
        """All cutoffs but the one at this position."""
        others = np.arange(len(self.y)) != cut
        yhat, means = ({name: values[others] for name, values in of.items()} for of in (self.yhat, self.means))
        return Backtest(self.cutoffs[others], self.y[others], yhat, means, None if self.left_out is None else self.left_out[others])

    def frame(self, unique_ids: list[str], period: Period = DAY) -> pd.DataFrame:
        """Long table `unique_id, cutoff, step, ds, y` and a column a model; one row a series, cutoff and day (week, month) ahead.

        Where series were left out of cutoffs a column `left_out` says so.
        """
        count, n, h = self.y.shape
        step = np.tile(np.arange(1, h + 1), count * n)
        cutoff = np.repeat(self.cutoffs.to_numpy(), n * h)
        columns = {
            schema.UNIQUE_ID: pd.Categorical.from_codes(np.tile(np.repeat(np.arange(n), h), count), categories=pd.Index(unique_ids)),
            schema.CUTOFF: cutoff,
            schema.STEP: step.astype(np.int16),
            schema.DS: np.concatenate([np.tile(period.ahead(day, h).to_numpy(), n) for day in self.cutoffs]) if count else cutoff,
            schema.Y: self.y.ravel(),
        }
        if self.left_out is not None:
            columns[schema.LEFT_OUT] = np.repeat(self.left_out.ravel(), h)
        return pd.DataFrame(columns | {name: values.ravel() for name, values in self.yhat.items()})


@dataclass(frozen=True, eq=False)
class Origins:
    """Where to forecast the past from.

    Args:
        panel: All that is known today, for what was sold; no model sees it.
        schedule: The cutoffs.
        known: What models may learn from at each of them.
        left_out: Which series are not forecast at which cutoff, shape (K, n); None where all are.
    """

    panel: Panel
    schedule: BacktestPlan
    known: tuple[Panel, ...]
    left_out: BoolArray | None = None

    @cached_property
    def asked(self) -> tuple[Panel, ...]:
        """The series that are forecast at each cutoff, for a model that learns of each from its own sales alone."""
        if self.left_out is None:
            return self.known
        return tuple(then.select(~out) for then, out in zip(self.known, self.left_out, strict=True))

    def seen(self, model: Model, position: int) -> Panel:
        """What a model learns from at the cutoff at this position: only the series that it is asked for, unless all teach it something."""
        return self.known[position] if model.learns_across else self.asked[position]

    def of_all(self, values: FloatArray, position: int) -> FloatArray:
        """Forecasts of what a model saw as forecasts of all series, shape (n, h); NaN for those that are left out."""
        if self.left_out is None:
            return values
        asked, whole = ~self.left_out[position], np.full((len(self.panel), values.shape[1]), np.nan)
        whole[asked] = values if len(values) == asked.sum() else values[asked]
        return whole


def origins(panel: Panel, schedule: BacktestPlan, most: int | None = None) -> Origins:
    """Cutoffs with what was known at each, cleaned by what was known then.

    Args:
        panel: All sales.
        schedule: The cutoffs.
        most: Series of a file above which each is forecast at some of the cutoffs only (`thinning`); None for no such limit.
    """
    left_out = None if most is None else thinning.left_out(panel, schedule.cuts, most)
    return Origins(panel, schedule, tuple(clean(panel.cut(cut)).panel for cut in schedule.cuts), left_out)
