"""Fits of Prophet: directly, in batches or one by one, the first way that can; a series that fails is named and stops no other."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel
from forecasting.core.period import DAY, MONTH, WEEK
from forecasting.core.settings import ProphetSettings
from forecasting.models.prophet.additive import AdditiveFits
from forecasting.models.prophet.curves import HOLIDAYS, WEEKLY, YEARLY, Curve, SeasonColumns, curve_of, holiday_code
from forecasting.models.prophet.problems import History, waves_of

logger = logging.getLogger(__name__)

_WAVES = {DAY: 10, WEEK: 10, MONTH: 6}
"""Period -> waves of the yearly season."""
_ROWS_A_CHANGEPOINT = 3
"""Days of sales for each place where the trend may turn, at least: a curve with as many parts as days has no best fit."""


@dataclass(frozen=True)
class Recipe:
    """How to make the unfitted Prophet of one series.

    Args:
        settings: Prophet's choices.
        holidays: Columns `ds`, `holiday`; None for none. Each goes by its code, as its name could be one that Prophet
            keeps for itself.
        regressors: Names of the drivers that count.
        yearly: Waves of the yearly season, 0 for none; "auto" leaves it and the weekly season to Prophet.
        changepoints: Where the trend may turn, at most.
    """

    settings: ProphetSettings
    holidays: pd.DataFrame | None
    regressors: tuple[str, ...]
    yearly: int | Literal["auto"]
    changepoints: int

    def make(self) -> Any:
        from prophet import Prophet

        chosen = self.settings
        model = Prophet(
            growth=chosen.growth,
            seasonality_mode=chosen.mode,
            n_changepoints=self.changepoints,
            changepoint_prior_scale=chosen.changepoint_scale,
            holidays=self.holidays,
            yearly_seasonality=self.yearly,
            weekly_seasonality="auto" if self.yearly == "auto" else False,
            daily_seasonality=False,
            uncertainty_samples=0,
        )
        for name in self.regressors:
            model.add_regressor(name)
        return model


@dataclass(frozen=True, eq=False)
class FittingTask:
    """The data and settings that the fits of one panel share."""

    panel: Panel
    days: np.ndarray
    layout: SeasonColumns
    settings: ProphetSettings

    @cached_property
    def drivers(self) -> dict[str, FloatArray]:
        """Name -> shape (n, d), without gaps."""
        return {name: self.panel.driver(name, 0) for name in self.layout.drivers}

    @cached_property
    def holidays(self) -> pd.DataFrame | None:
        """The holidays of the past in the form that Prophet reads; None without a country."""
        if not self.layout.holidays:
            return None
        columns = self.layout.matrix(self.panel.dates)[:, self.layout.slices[HOLIDAYS]]
        date, holiday = np.nonzero(columns)
        return pd.DataFrame({"ds": self.panel.dates[date], "holiday": [holiday_code(int(i)) for i in holiday]})

    @cached_property
    def additive(self) -> AdditiveFits | None:
        """Fits without data frames; None where the seasons are shares of the trend, which is no linear problem."""
        if self.settings.mode != "additive":
            return None
        day = self.panel.dates.as_unit("ns").asi8 / 86_400e9
        return AdditiveFits(self.layout, day, self.layout.matrix(self.panel.dates), self.settings)

    def fit(self, rows: list[int]) -> Iterator[dict[int, Curve | str]]:
        """The curve of each series, or the text of its error: first those that are fitted directly, then the rest by Prophet's own means."""
        direct = self._directly(rows)
        if direct:
            yield direct
        left = [row for row in rows if row not in direct]
        if left:
            yield from self.fit_by_prophet(left)

    def _directly(self, rows: list[int]) -> dict[int, Curve | str]:
        """The outcome of each series that is fitted without data frames."""
        if self.additive is None:
            return {}
        try:
            return self.additive.fit([self.history(row) for row in rows])
        except ImportError:
            return {}
        except Exception as error:  # noqa: BLE001 - its solver is a young library's; Prophet takes over, and says what is wrong if it fails too
            logger.warning("the direct fits failed, fitting by Prophet: %s", error)
            return {}

    def fit_by_prophet(self, rows: list[int]) -> Iterator[dict[int, Curve | str]]:
        """The curve of each series, or the text of its error: first those that a batch can fit, then, one by one, the rest by Prophet itself."""
        recipes = {row: self.recipe(row) for row in rows}
        frame = pd.concat([self.frame(row) for row in rows], ignore_index=True)
        models = fit_batch(frame, recipes)
        yield {row: curve_of(model, self.layout, self.panel.last) for row, model in models.items()}
        for row in rows:
            if row not in models:
                yield {row: _fit_one(frame[frame[schema.UNIQUE_ID] == row], recipes[row], self.layout, self.panel.last)}

    def select(self, rows: np.ndarray) -> FittingTask:
        """The fits of the series at these positions alone."""
        return FittingTask(self.panel.select(rows), self.days[rows], self.layout, self.settings)

    def frame(self, row: int) -> pd.DataFrame:
        """What a fit of one series by Prophet reads."""
        days = self.days[row]
        drivers = {name: values[row, days] for name, values in self.drivers.items()}
        return pd.DataFrame({schema.UNIQUE_ID: row, schema.DS: self.panel.dates[days], schema.Y: self.panel.sales[row, days], **drivers})

    def history(self, row: int) -> History:
        """What a direct fit of one series reads."""
        index, recipe = np.flatnonzero(self.days[row]), self.recipe(row)
        drivers = {name: self.drivers[name][row, index] for name in recipe.regressors}
        waves = waves_of(index.astype(float)) if recipe.yearly == "auto" else {WEEKLY: 0, YEARLY: recipe.yearly}
        return History(row, index, self.panel.sales[row, index], drivers, waves, recipe.changepoints)

    def recipe(self, row: int) -> Recipe:
        """How to make the Prophet of one series."""
        days = np.flatnonzero(self.days[row])
        span, period = days[-1] - days[0] + 1, self.panel.period
        known = [schema.OPEN] if span <= period.steps(365) else list(schema.DRIVERS)
        varying = (name for name in known if name in self.drivers and np.ptp(self.drivers[name][row, days]) > 0)
        yearly = _WAVES[period] if span >= 2 * period.year else 0
        changepoints = min(self.settings.changepoints, len(days) // _ROWS_A_CHANGEPOINT)
        return Recipe(self.settings, self.holidays, tuple(varying), "auto" if period == DAY else yearly, changepoints)


@contextmanager
def _quiet() -> Iterator[None]:
    """Silences Prophet, its solver and its batches; failures still arrive as exceptions.

    Prophet calls functions that pandas is about to drop, which only its own releases can change.
    """
    loggers = [logging.getLogger(name) for name in ("prophet", "prophet.models", "prophet.plot", "prophet_batch", "cmdstanpy")]
    before = [each.disabled for each in loggers]
    for each in loggers:
        each.disabled = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            warnings.simplefilter("ignore", FutureWarning)
            yield
    finally:
        for each, was in zip(loggers, before, strict=True):
            each.disabled = was


def fit_batch(frame: pd.DataFrame, recipes: dict[int, Recipe]) -> dict[int, Any]:
    """Position -> the model that prophet-batch fitted; a series that it cannot fit is left for Prophet itself."""
    try:
        from prophet_batch import fit_many
    except ImportError:
        return {}
    try:
        with _quiet():
            models: dict[int, Any] = fit_many(frame, schema.UNIQUE_ID, lambda row: recipes[row].make(), on_error="skip", batch_size=len(recipes))
    except Exception as error:  # noqa: BLE001 - a young library; Prophet itself takes over, and says what is wrong if it fails too
        logger.warning("prophet-batch failed, fitting one by one: %s", error)
        return {}
    return models


def _fit_one(frame: pd.DataFrame, recipe: Recipe, layout: SeasonColumns, origin: pd.Timestamp) -> Curve | str:
    """The curve of one series fitted by Prophet itself, or the text of its error."""
    with _quiet():
        model = recipe.make()
    try:
        with _quiet():
            model.fit(frame.drop(columns=schema.UNIQUE_ID))
    except Exception as error:  # noqa: BLE001 - one bad series never stops the others; its reason is shown
        return str(error) or type(error).__name__
    return curve_of(model, layout, origin)
