"""Models fitted at past cutoffs, and what they forecast from there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecasting.core import calendar, schema
from forecasting.core.arrays import FloatArray
from forecasting.core.engine import Engine, Here
from forecasting.core.progress import OnProgress, Progress, ignore
from forecasting.core.stages import in_backtest
from forecasting.models.base import Forecasts, Model
from forecasting.training import plausibility
from forecasting.training.backtest import Backtest, Origins

RENEWED_AFTER = 1.25
"""A lasting model is fitted again when it has so many times the history: a network of one month does not speak for one of two."""
LASTS_FROM = 2
"""Years of history after which it lasts."""
MakeModels = Mapping[str, Callable[[Model | None], Model]]
"""Model name -> a fresh, unfitted model, given the one fitted before it, if any."""


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
