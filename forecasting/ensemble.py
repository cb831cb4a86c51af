"""Prophet, the network and their blend: trained together, judged together, served together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from forecasting import backtest, bands, blend, health, metrics, reasons, residuals, schema, totals
from forecasting.backtest import Backtest, MakeModels
from forecasting.bands import Errors, SeriesBands
from forecasting.health import Served
from forecasting.models.base import Model
from forecasting.models.lstm import LstmModel
from forecasting.models.prophet import ProphetModel
from forecasting.models.seasonal_naive import SeasonalNaive
from forecasting.panel import FloatArray, Panel
from forecasting.progress import OnProgress, ignore
from forecasting.settings import Settings
from forecasting.totals import Direct, Reconciled
from forecasting.weights import learn

FORECAST_FILE, BACKTEST_FILE, HEALTH_FILE = "forecast.parquet", "backtest.parquet", "health.parquet"


@dataclass(frozen=True, eq=False)
class Ensemble:
    """What a version serves; never changes.

    Args:
        panel: The sales it was trained on.
        yhat: Model name, and `blend` -> shape (n, h), units a day; NaN where that model has none.
        bands: Shape (n, 4, h) in the order of `schema.BANDS`, of the blend, units a day; NaN where there are no errors to learn from.
        past: The backtest, with the blend among its models.
        health: One row a series: what stands behind it and why.
        models: The fitted models by name.
        reconciled: How its series were scaled to forecasts of totals; None where adding up is as good.
    """

    panel: Panel
    yhat: Mapping[str, FloatArray]
    bands: FloatArray
    past: Backtest
    health: pd.DataFrame
    models: Mapping[str, Model]
    reconciled: Reconciled | None = None

    @property
    def horizon(self) -> int:
        """Days ahead that it forecasts."""
        return int(self.bands.shape[2])

    @cached_property
    def share(self) -> FloatArray:
        """Each model's share in each series' blend, shape (n, 3)."""
        return self.health[[f"{name}_share" for name in schema.MODELS]].to_numpy()

    @property
    def errors(self) -> Errors:
        """What the blend forecast in the past, and what was sold."""
        return Errors(self.past.y, self.past.yhat[schema.BLEND])

    def errors_of(self, rows: np.ndarray) -> Errors:
        """The same of the series at these positions."""
        return residuals.of_series(self.errors, rows)

    def calibrated(self, window: int) -> SeriesBands | None:
        """What the errors say about single series' sums over `window` days."""
        return bands.calibrate(self.errors, window=window)


def train(panel: Panel, settings: Settings, on_progress: OnProgress = ignore) -> Ensemble:
    """Judges the models on the past, then fits them on everything.

    Args:
        panel: All sales.
        settings: What to train.
        on_progress: Told of each step; what it raises ends the training.
    """
    horizon = panel.period.steps(settings.horizon)
    schedule = backtest.plan(len(panel.dates), horizon, settings.cutoffs)
    make_models: MakeModels = {
        schema.SEASONAL_NAIVE: lambda _: SeasonalNaive(),
        schema.PROPHET: lambda _: ProphetModel(settings.prophet),
        schema.LSTM: lambda earlier: LstmModel(settings.lstm, settings.seed, start=earlier if isinstance(earlier, LstmModel) else None),
    }
    past, earlier = backtest.run(make_models, frozenset({schema.LSTM}), panel, schedule, on_progress)
    direct = totals.forecast(panel, schedule, horizon, settings.prophet, on_progress)
    models = {name: make(earlier.get(name)).fit(panel, horizon=horizon, on_progress=on_progress) for name, make in make_models.items()}
    yhat = {name: model.predict(panel, horizon) for name, model in models.items()}
    return with_totals(assemble(panel, settings, models, yhat, past), direct)


def assemble(panel: Panel, settings: Settings, models: Mapping[str, Model], yhat: Mapping[str, FloatArray], past: Backtest) -> Ensemble:
    """Blends the models' forecasts by what the backtest says for each, and learns the bands from the blend's errors."""
    stopped = health.stopped(panel)[:, None]
    yhat = {name: np.where(stopped, np.nan, values) for name, values in yhat.items()}
    weights = learn(past.y, past.yhat, settings.prophet_weight)
    available = _available(yhat)
    share = blend.shares(available, weights)
    blended = np.nan_to_num(blend.combine(yhat, share), nan=0.0)
    past = with_blend(past, share, settings.prophet_weight)
    errors = Errors(past.y, past.yhat[schema.BLEND])
    model = [reasons.STOPPED if end else name for name, end in zip(blend.behind(share, available), stopped[:, 0], strict=True)]
    served = Served(model, share, weights, {name: fitted.unmodelled_ for name, fitted in models.items()})
    return Ensemble(
        panel=panel,
        yhat={**yhat, schema.BLEND: blended},
        bands=day_bands(errors, blended, silent=share.sum(axis=1) == 0),
        past=past,
        health=health.table(panel, served, errors),
        models=models,
    )


def with_totals(made: Ensemble, direct: list[Direct]) -> Ensemble:
    """The ensemble with its series scaled to forecasts of totals, where the backtest says that those are better than adding up."""
    reconciled = totals.reconcile(made.past, made.yhat[schema.BLEND], direct)
    if reconciled is None:
        return made
    past = replace(made.past, yhat={**made.past.yhat, schema.BLEND: reconciled.past})
    silent = made.share.sum(axis=1) == 0
    return replace(
        made,
        yhat={**made.yhat, schema.BLEND: reconciled.ahead},
        past=past,
        bands=day_bands(Errors(past.y, reconciled.past), reconciled.ahead, silent=silent),
        reconciled=reconciled,
    )


def with_blend(past: Backtest, share: FloatArray, prophet_weight: float) -> Backtest:
    """The backtest with what the blend forecast at each cutoff, by weights that were learned from the other cutoffs.

    A model that has no part in a series today had none then: errors are of what is served.

    Args:
        past: Of the single models.
        share: Shape (n, 3), today's shares.
        prophet_weight: Prophet's weight without evidence.
    """
    takes_part = dict(zip(schema.MODELS, (share > 0).T, strict=True))
    both = takes_part[schema.PROPHET] | takes_part[schema.LSTM]
    takes_part |= {name: both for name in (schema.PROPHET, schema.LSTM)}
    blended = np.full(past.y.shape, np.nan)
    for cut in range(len(past.y)):
        others = past.without(cut)
        weights = learn(others.y, others.yhat, prophet_weight)
        then = {name: past.yhat[name][cut] for name in schema.MODELS}
        available = {name: there & takes_part[name] for name, there in _available(then).items()}
        blended[cut] = blend.combine(then, blend.shares(available, weights))
    return replace(past, yhat={**past.yhat, schema.BLEND: blended})


def _available(yhat: Mapping[str, FloatArray]) -> dict[str, np.ndarray]:
    return {name: np.asarray(np.isfinite(values).all(axis=1)) for name, values in yhat.items()}


def day_bands(errors: Errors, forecast: FloatArray, *, silent: np.ndarray) -> FloatArray:
    """Bands of each series on each day, shape (n, 4, h), around the forecast; 0 for series that are forecast to sell nothing.

    The forecast lies inside its own bands: a mean may pass an 80 % quantile where sales are rare, which nobody would read as meant.
    """
    learned = bands.calibrate(errors)
    if learned is None:
        made: FloatArray = np.full((forecast.shape[0], len(schema.BANDS), forecast.shape[1]), np.nan)
    else:
        made = learned.quantiles(forecast, schema.QUANTILES)
        made[:, 0::2] = np.minimum(made[:, 0::2], forecast[:, None])
        made[:, 1::2] = np.maximum(made[:, 1::2], forecast[:, None])
    made[silent] = 0.0
    return made


def summary(made: Ensemble) -> dict[str, float | None]:
    """How good it was in the backtest, for the manifest; None where not defined.

    Coverage is that which each cutoff would have had with bands learned from the other cutoffs.
    """
    y = made.past.y
    f = made.past.yhat[schema.BLEND]
    values = {"wape": metrics.wape(y, f), "bias": metrics.bias_share(y, f)}
    values |= {f"wape_{name}": metrics.wape(y, made.past.yhat[name]) for name in schema.MODELS}
    limits = bands.past(made.errors, schema.QUANTILES)
    for position, level in enumerate(schema.LEVELS):
        values[f"coverage_{level * 100:.0f}"] = metrics.coverage(y, *limits[2 * position : 2 * position + 2])
    return {name: None if np.isnan(value) else float(value) for name, value in values.items()}


def save(made: Ensemble, folder: Path) -> None:
    """Writes everything but the sales, which are kept as a version of their own."""
    ids = made.panel.unique_ids
    for model in made.models.values():
        model.save(folder)
    made.past.frame(ids).to_parquet(folder / BACKTEST_FILE, index=False)
    made.health.to_parquet(folder / HEALTH_FILE, index=False)
    forecast_frame(made).to_parquet(folder / FORECAST_FILE, index=False)


def forecast_frame(made: Ensemble) -> pd.DataFrame:
    """Long table `unique_id, ds`, a column a model, `blend` and the bands; one row a series and day ahead."""
    n, h = len(made.panel), made.horizon
    columns: dict[str, Any] = {
        schema.UNIQUE_ID: pd.Categorical.from_codes(np.repeat(np.arange(n), h), categories=pd.Index(made.panel.unique_ids)),
        schema.DS: np.tile(made.panel.ahead(h).to_numpy(), n),
    }
    columns |= {name: made.yhat[name].ravel() for name in (*schema.MODELS, schema.BLEND)}
    columns |= {name: made.bands[:, position].ravel() for position, name in enumerate(schema.BANDS)}
    return pd.DataFrame(columns)


def load(folder: Path, panel: Panel) -> Ensemble:
    """The ensemble that `save` wrote.

    Args:
        folder: A version's.
        panel: The sales it was trained on.
    """
    forecast, past, table = (pd.read_parquet(folder / name) for name in (FORECAST_FILE, BACKTEST_FILE, HEALTH_FILE))
    n = len(table)
    arrays = {name: forecast[name].to_numpy(dtype=float).reshape(n, -1) for name in (*schema.MODELS, schema.BLEND, *schema.BANDS)}
    return Ensemble(
        panel=panel,
        yhat={name: arrays[name] for name in (*schema.MODELS, schema.BLEND)},
        bands=np.stack([arrays[name] for name in schema.BANDS], axis=1),
        past=Backtest.from_frame(past, n),
        health=table,
        models={model.name: model.load(folder) for model in (SeasonalNaive, ProphetModel, LstmModel)},
    )
