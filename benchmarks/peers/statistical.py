"""Statistical models of statsforecast, one series at a time. They take no drivers."""

from __future__ import annotations

import pandas as pd
from frames import Task, regular
from statsforecast import StatsForecast, models

WEEK, YEAR = 7, 365


def auto_ets(task: Task) -> pd.DataFrame:
    """Exponential smoothing of the form that Akaike's criterion chooses."""
    return _forecast(task, models.AutoETS(season_length=WEEK, alias="yhat"))


def auto_theta(task: Task) -> pd.DataFrame:
    """The best of four Theta models."""
    return _forecast(task, models.AutoTheta(season_length=WEEK, alias="yhat"))


def mstl(task: Task) -> pd.DataFrame:
    """A week, and from two years on a year, taken off by LOESS; exponential smoothing of the rest."""
    seasons = [WEEK, YEAR] if (task.past.ds.max() - task.past.ds.min()).days >= 2 * YEAR else [WEEK]
    return _forecast(task, models.MSTL(season_length=seasons, alias="yhat"))


def _forecast(task: Task, model: object) -> pd.DataFrame:
    past, _ = regular(task)
    simple = models.SeasonalNaive(season_length=WEEK)
    every = StatsForecast(models=[model], freq="D", n_jobs=1, fallback_model=simple)
    return every.forecast(df=past[["unique_id", "ds", "y"]], h=task.horizon)
