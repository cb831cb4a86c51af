"""An ensemble in a version's folder: its models, its forecast, its backtest and its table of health."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from pyarrow import compute, parquet

from forecasting.core import schema
from forecasting.core.panel import Panel
from forecasting.models import registry
from forecasting.training import cleaned_sales, learned_bands
from forecasting.training.backtest import Backtest
from forecasting.training.ensemble import Ensemble
from forecasting.training.expectation import MeanBlend
from forecasting.training.number_columns import NumberColumns

FORECAST_FILE, BACKTEST_FILE, HEALTH_FILE = "forecast.parquet", "backtest.parquet", "health.parquet"
MEANS_FILE: Final = "means.parquet"
"""Of what the expected mean is blended; absent where it is the line, and in versions of earlier releases."""
ROW_NAMES: Final = (schema.UNIQUE_ID, schema.CUTOFF, schema.STEP, schema.DS)
"""Columns that say which series and day a row is of."""
_SHARE: Final = "_share"


def save(ensemble: Ensemble, folder: Path) -> None:
    """Writes everything but the sales, which are kept as a version of their own."""
    ids = ensemble.panel.unique_ids
    for model in ensemble.models.values():
        model.save(folder)
    ensemble.past.frame(ids, ensemble.panel.period).to_parquet(folder / BACKTEST_FILE, index=False, write_page_checksum=True)
    ensemble.health.to_parquet(folder / HEALTH_FILE, index=False)
    forecast_frame(ensemble).to_parquet(folder / FORECAST_FILE, index=False, write_page_checksum=True)
    if ensemble.means is not None:
        _means_frame(ensemble.means, ids).to_parquet(folder / MEANS_FILE, index=False)


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


def _means_frame(blend: MeanBlend, unique_ids: Sequence[str]) -> pd.DataFrame:
    """Long table `unique_id, step`, each mean and its share; one row a series and day ahead, steps counted from 1."""
    r, h = blend.means.shape[1:]
    columns: dict[str, Any] = {
        schema.UNIQUE_ID: np.repeat([unique_ids[row] for row in blend.rows], h),
        "step": np.tile(np.arange(1, h + 1), r),
    }
    for place, name in enumerate(blend.names):
        columns |= {name: blend.means[place].ravel(), f"{name}{_SHARE}": np.repeat(blend.share[:, place], h)}
    return pd.DataFrame(columns)


def _means(folder: Path, unique_ids: Sequence[str], h: int) -> MeanBlend | None:
    """What `_means_frame` told, if the version has it."""
    if not (folder / MEANS_FILE).exists():
        return None
    table = pd.read_parquet(folder / MEANS_FILE)
    names = tuple(str(name).removesuffix(_SHARE) for name in table if str(name).endswith(_SHARE))
    position = {unique_id: row for row, unique_id in enumerate(unique_ids)}
    rows = np.array([position[name] for name in table[schema.UNIQUE_ID][::h]])
    share = table[[f"{name}{_SHARE}" for name in names]].to_numpy(dtype=float)[::h]
    return MeanBlend(rows, names, share, np.array([table[name].to_numpy(dtype=float).reshape(-1, h) for name in names]))


def _columns(path: Path, without: Collection[str], shape: tuple[int, ...]) -> NumberColumns:
    """A file's columns but for some."""
    return NumberColumns(path, [name for name in parquet.read_schema(path).names if name not in without], shape)


def past_of(path: Path, n: int) -> Backtest:
    """The backtest of n series in a file that `save` wrote; what names its rows says how many they are, and their order says the rest."""
    there = set(parquet.read_schema(path).names)
    named = [schema.CUTOFF, schema.STEP, *([schema.LEFT_OUT] if schema.LEFT_OUT in there else [])]
    facts = parquet.ParquetFile(path).read(columns=named)
    cutoffs = pd.DatetimeIndex(facts.column(schema.CUTOFF).unique().to_pandas())
    h = int(compute.max(facts.column(schema.STEP)).as_py() or 1)
    shape = (len(cutoffs), n, h)
    left_out = facts.column(schema.LEFT_OUT).to_numpy().reshape(shape)[..., 0] if schema.LEFT_OUT in there else None
    columns = _columns(path, (*ROW_NAMES, schema.LEFT_OUT), shape)
    return Backtest(cutoffs, columns[schema.Y], _columns(path, (*ROW_NAMES, schema.Y, schema.LEFT_OUT), shape), left_out=left_out)


def load(folder: Path, panel: Panel, *, country: str | None = None) -> Ensemble:
    """The ensemble that `save` wrote; a model that is no longer registered forecasts as it did, but cannot be asked anew.

    Args:
        folder: A version's.
        panel: The sales it was trained on.
        country: ISO 3166 code of the country whose holidays it was trained with; None for none.
    """
    table = pd.read_parquet(folder / HEALTH_FILE)
    n, bands = len(table), _columns(folder / FORECAST_FILE, ROW_NAMES, (len(table), -1))
    yhat = _columns(folder / FORECAST_FILE, (*ROW_NAMES, *schema.BANDS), (n, -1))
    past = past_of(folder / BACKTEST_FILE, n)
    ensemble = Ensemble(
        panel=panel,
        yhat=yhat,
        bands=np.stack([bands[name] for name in schema.BANDS], axis=1),
        past=past,
        health=table,
        models={model.name: model.load(folder) for model in registry.registered() if model.name in yhat},
        country=country,
        means=_means(folder, table[schema.UNIQUE_ID].tolist(), yhat[schema.BLEND].shape[1]),
        learned=learned_bands.read(folder, past, n),
        tidy=cleaned_sales.read(folder, panel),
    )
    _ = ensemble.whole_units, panel.started  # kept once made, so that the first question about orders need not wait for them
    if ensemble.learned is None:
        _ = ensemble.cumulated
    return ensemble
