"""Forecasts of the past, from days where the models could not see further: the only source of uncertainty."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from forecasting.core import calendar, schema
from forecasting.core.arrays import BoolArray, FloatArray
from forecasting.core.engine import Engine, Here
from forecasting.core.panel import Panel
from forecasting.core.period import DAY, Period
from forecasting.core.progress import OnProgress, Progress, ignore
from forecasting.core.stages import in_backtest
from forecasting.models.base import Forecasts, Model
from forecasting.training import plausibility, thinning
from forecasting.training.cleaning.clean import clean

MIN_CUTOFFS = {"day": 35, "week": 26, "month": 12}
"""Days, weeks or months that the earliest cutoff leaves to learn from, at least."""
LEARNING_SHARE = 0.4
"""Share of the history that it leaves, at least."""
SPAN_SHARE = 0.3
"""Share of the history over which cutoffs twice as far apart may spread, at most."""

RENEWED_AFTER = 1.25
"""A lasting model is fitted again when it has so many times the history: a network of one month does not speak for one of two."""
LASTS_FROM = 2
"""Years of history after which it lasts."""


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


MakeModels = Mapping[str, Callable[[Model | None], Model]]
"""Model name -> a fresh, unfitted model, given the one fitted before it, if any."""


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


def begin(make_models: MakeModels, lasting: frozenset[str], at: Origins, engine: Engine) -> dict[str, list[Model]]:
    """A model for each cutoff of every kind that is fitted afresh at each, by name; the engine does what it can of their fits meanwhile."""
    fresh = {name: [make(None) for _ in at.known] for name, make in make_models.items() if name not in lasting}
    horizon = at.schedule.horizon
    return {name: [model.begin(at.seen(model, cut), engine, horizon=horizon) for cut, model in enumerate(models)] for name, models in fresh.items()}


@dataclass(frozen=True, eq=False)
class FittedPast:
    """Models fitted at past cutoffs, whose forecasts are on their way.

    Args:
        at: From where they forecast.
        forecasts: Model name -> what it forecasts at each cutoff, once it is called for.
        latest: Model name -> the one that was fitted last: a start for the final fit.
    """

    at: Origins
    forecasts: Mapping[str, Sequence[Callable[[], Forecasts]]]
    latest: Mapping[str, Model]

    def __len__(self) -> int:
        return sum(map(len, self.forecasts.values()))

    def backtest(self, told: Callable[[int], None] = lambda _: None) -> Backtest:
        """What they forecast, as it comes in.

        Args:
            told: Told how many of all forecasts, `len` of this, are there; what it raises ends the wait.
        """
        at, yhat, means, there = self.at, dict[str, FloatArray](), dict[str, FloatArray](), 0
        shape = (len(at.known), len(at.panel), at.schedule.horizon)
        for name, begun in self.forecasts.items():
            line, mean = np.empty(shape), np.empty(shape)
            for position, forecasts in enumerate(begun):
                line[position], mean[position] = forecasts()
                there += 1
                told(there)
            yhat[name] = line
            means |= {} if np.array_equal(mean, line, equal_nan=True) else {name: mean}
        cutoffs = pd.DatetimeIndex([at.panel.dates[cut - 1] for cut in at.schedule.cuts], dtype=at.panel.dates.dtype)
        return Backtest(cutoffs, _sold(at), yhat, means, at.left_out)


def fit(
    make_models: MakeModels,
    lasting: frozenset[str],
    at: Origins,
    on_progress: OnProgress = ignore,
    *,
    engine: Engine | None = None,
    begun: Mapping[str, Sequence[Model]] | None = None,
) -> FittedPast:
    """Fits models to forecast the past.

    Args:
        make_models: What to judge, in the order in which to do it.
        lasting: Names that are fitted before the earliest cutoff, and again only once the history has grown by `RENEWED_AFTER`; in between
            they forecast with what was known at the cutoff. The others are fitted afresh at each.
        at: From where.
        on_progress: Told of each model's stage in the backtest.
        engine: Works on the forecasts meanwhile; None for this process.
        begun: What `begin` gave; without it every fit begins when its turn comes.
    """
    fitted: dict[str, Model] = {}
    forecasts: dict[str, list[Callable[[], Forecasts]]] = {name: [] for name in make_models}
    for name, make in make_models.items():
        fits = _renewals(at.schedule.cuts, LASTS_FROM * at.panel.period.year) if name in lasting else list(range(len(at.known)))
        for position in range(len(at.known)):
            if position in fits:
                listen = _part(on_progress, fits.index(position), len(fits))
                model = begun[name][position] if begun and name in begun else make(fitted.get(name))
                fitted[name] = model.fit(at.seen(model, position), horizon=at.schedule.horizon, on_progress=listen)
            forecasts[name].append(_begun(fitted[name], at, position, engine or Here()))
    return FittedPast(at, forecasts, fitted)


def _begun(model: Model, at: Origins, position: int, engine: Engine) -> Callable[[], Forecasts]:
    """What a model says at a cutoff of all series that it is asked for, shape (n, h), as far as it is believable, once it is called for."""
    then, asked = at.seen(model, position), None
    if model.learns_across and at.left_out is not None:
        asked = ~at.left_out[position]
    forecasts = model.begin_forecasts(then, at.schedule.horizon, asked, engine)

    def believable() -> Forecasts:
        line, mean = plausibility.capped(forecasts(), then)[0]
        return Forecasts(at.of_all(line, position), at.of_all(mean, position))

    return believable


def _sold(at: Origins) -> FloatArray:
    """What was sold after each cutoff, shape (K, n, h); NaN on closed days, which no forecast can miss."""
    horizon = at.schedule.horizon
    sold = np.full((len(at.known), len(at.panel), horizon), np.nan)
    for position, (cut, known) in enumerate(zip(at.schedule.cuts, at.known, strict=True)):
        closed = calendar.closed_ahead(known, horizon)
        if schema.OPEN in at.panel.drivers:
            closed = closed | (at.panel.drivers[schema.OPEN][:, cut : cut + horizon] <= 0)
        after = at.panel.sales[:, cut : cut + horizon]
        sold[position] = np.where(closed & ~(after > 0), np.nan, after)
    return sold


def _renewals(cuts: tuple[int, ...], lasts: int) -> list[int]:
    """Positions of the cutoffs at which a lasting model is fitted; from `lasts` days of history on it is never fitted again."""
    positions: list[int] = []
    for position, cut in enumerate(cuts):
        if not positions or (cut >= RENEWED_AFTER * cuts[positions[-1]] and cuts[positions[-1]] < lasts):
            positions.append(position)
    return positions


def _part(on_progress: OnProgress, position: int, fits: int) -> OnProgress:
    """Passes on a fit's progress as one of `fits` equal parts of a stage."""

    def listen(step: Progress) -> None:
        done = position * step.total + step.done
        on_progress(replace(step, stage=in_backtest(step.stage), done=done, total=fits * step.total))

    return listen
