"""An ensemble in a version's folder: its models, its forecast, its backtest and its table of health."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.panel import Panel
from forecasting.models import registry
from forecasting.training.backtest import Backtest
from forecasting.training.ensemble import Ensemble

FORECAST_FILE, BACKTEST_FILE, HEALTH_FILE = "forecast.parquet", "backtest.parquet", "health.parquet"


def save(ensemble: Ensemble, folder: Path) -> None:
    """Writes everything but the sales, which are kept as a version of their own."""
    ids = ensemble.panel.unique_ids
    for model in ensemble.models.values():
        model.save(folder)
    ensemble.past.frame(ids, ensemble.panel.period).to_parquet(folder / BACKTEST_FILE, index=False)
    ensemble.health.to_parquet(folder / HEALTH_FILE, index=False)
    forecast_frame(ensemble).to_parquet(folder / FORECAST_FILE, index=False)


def forecast_frame(ensemble: Ensemble) -> pd.DataFrame:
    """Long table `unique_id, ds`, a column a model, `blend` and the bands; one row a series and day ahead."""
    n, h = len(ensemble.panel), ensemble.horizon
    columns: dict[str, Any] = {
        schema.UNIQUE_ID: pd.Categorical.from_codes(np.repeat(np.arange(n), h), categories=pd.Index(ensemble.panel.unique_ids)),
        schema.DS: np.tile(ensemble.panel.ahead(h).to_numpy(), n),
    }
    columns |= {name: ensemble.yhat[name].ravel() for name in (*ensemble.names, schema.BLEND, schema.EXPECTED) if name in ensemble.yhat}
    columns |= {name: ensemble.bands[:, position].ravel() for position, name in enumerate(schema.BANDS)}
    return pd.DataFrame(columns)


def load(folder: Path, panel: Panel, *, country: str | None = None) -> Ensemble:
    """The ensemble that `save` wrote; a model that is no longer registered forecasts as it did, but cannot be asked anew.

    Args:
        folder: A version's.
        panel: The sales it was trained on.
        country: ISO 3166 code of the country whose holidays it was trained with; None for none.
    """
    forecast, past, table = (pd.read_parquet(folder / name) for name in (FORECAST_FILE, BACKTEST_FILE, HEALTH_FILE))
    n = len(table)
    of = {str(name): forecast[name].to_numpy(dtype=float).reshape(n, -1) for name in forecast if name not in (schema.UNIQUE_ID, schema.DS)}
    ensemble = Ensemble(
        panel=panel,
        yhat={name: values for name, values in of.items() if name not in schema.BANDS},
        bands=np.stack([of[name] for name in schema.BANDS], axis=1),
        past=Backtest.from_frame(past, n),
        health=table,
        models={model.name: model.load(folder) for model in registry.registered() if model.name in of},
        country=country,
    )
    _ = ensemble.whole_units, ensemble.cumulated, panel.started  # kept once made, so that the first question about orders need not wait for them
    return ensemble
