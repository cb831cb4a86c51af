"""Ensembles that are nothing but a backtest, for the tests of what is said about it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.panel import Panel
from forecasting.core.period import period_of_dates
from forecasting.models import registry
from forecasting.training.backtest import Backtest
from forecasting.training.bands.days import day_bands
from forecasting.training.ensemble import Ensemble

START = pd.Timestamp("2026-01-05")


def ensemble(y, blend, *, before=None, dates=None, health=None, series=None, **models):
    """An ensemble by its past.

    Args:
        y: Sold at the cutoffs, one after the other without a gap, shape (K, n, h).
        blend: What the blend forecast.
        before: Sold before the first cutoff, shape (n, days); by default 14 days of 10 and 12 in turn by week.
        dates: Of all columns, weeks or months; by default days.
        health: Columns of the table of health to set.
        series: Columns of the table of series.
        models: What the models forecast, by name; where nothing is said, as the blend.
    """
    y, blend = np.asarray(y, dtype=float), np.asarray(blend, dtype=float)
    count, n, h = y.shape
    before = np.tile(np.repeat([10.0, 12.0], 7), (n, 1)) if before is None else np.asarray(before, dtype=float)
    sales = np.concatenate([before, *y], axis=1)
    dates = pd.date_range(START, periods=sales.shape[1]) if dates is None else dates
    dates = dates.as_unit("us")
    cutoffs = pd.DatetimeIndex([dates[before.shape[1] + cut * h - 1] for cut in range(count)], dtype=dates.dtype)
    names = [f"s{row}" for row in range(n)]
    table = pd.DataFrame({schema.UNIQUE_ID: names, **(series or {schema.PRODUCT: names})})
    facts = {schema.MODEL: schema.BLEND, schema.REASON: "", **{f"{name}_share": 0.5 for name in registry.names()}, **(health or {})}
    yhat = {name: np.asarray(models.get(name, blend), dtype=float) for name in registry.names()} | {schema.BLEND: blend}
    ahead = {name: np.full((n, h), 10.0) for name in yhat}
    return Ensemble(
        panel=Panel(table, dates, sales, {}, period_of_dates(dates)),
        yhat=ahead,
        bands=np.full((n, 4, h), 10.0),
        past=Backtest(cutoffs, y, yhat),
        health=pd.DataFrame({schema.UNIQUE_ID: names, **facts}),
        models={},
    )


def noisy(n=12, h=14, cutoffs=5, *, level=40.0, noise=6.0, seed=0):
    """Sold and forecast of series whose errors are normal, shape (cutoffs, n, h) each."""
    random = np.random.default_rng(seed)
    forecast = np.full((cutoffs, n, h), level)
    return forecast + random.normal(0, noise, forecast.shape), forecast


def sparse():
    """Bread that sells every day, and screws of two stores, which sell on few: their line is 0, and 0.4 a day are expected."""
    random = np.random.default_rng(0)
    often, seldom = random.poisson(10.0, (4, 1, 14)), random.binomial(1, 0.4, (4, 2, 14))
    y = np.concatenate([often, seldom], axis=1).astype(float)
    level, few = np.array([10.0, 0.0, 0.0])[:, None], np.array([False, True, True])[:, None]
    before = np.concatenate([random.poisson(10.0, (1, 70)), random.binomial(1, 0.4, (2, 70))]).astype(float)
    series = {schema.PRODUCT: ["Bread", "Screw", "Screw"], schema.STORE: ["N", "N", "S"]}
    made = ensemble(y, np.broadcast_to(level, y.shape), before=before, series=series)
    yhat = {name: np.broadcast_to(level, made.line.shape).copy() for name in made.yhat}
    yhat[schema.EXPECTED] = np.where(few, 0.4, yhat[schema.BLEND])
    past = replace(made.past, yhat={**made.past.yhat, schema.EXPECTED: np.where(few, 0.4, made.errors.f)})
    bands = day_bands(made.errors, yhat[schema.BLEND], silent=made.silent)
    return replace(made, yhat=yhat, bands=bands, past=past)
