"""Prophet's own uncertainty: futures drawn from models as they come, for some of a file's series."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.support.origins import Draws
from forecasting.core import schema
from forecasting.core.panel import Panel

SERIES = 60
DRAWS = 300
FEWEST_ROWS = 14


def draw(panel: Panel, horizon: int, seed: int = 0) -> Draws:
    """Futures of up to 60 series of a panel, by Prophet's defaults, without drivers."""
    from prophet_batch import fit_many

    for name in ("cmdstanpy", "prophet", "prophet_batch"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore")
    enough = np.flatnonzero(np.isfinite(panel.sales).sum(axis=1) >= FEWEST_ROWS)
    rows = np.sort(np.random.default_rng(seed).choice(enough, min(SERIES, len(enough)), replace=False))
    long = pd.concat([pd.DataFrame({schema.UNIQUE_ID: str(row), schema.DS: panel.dates, schema.Y: panel.sales[row]}).dropna() for row in rows])
    models = fit_many(long, uncertainty_samples=DRAWS, on_error="skip")
    rows = np.array([row for row in rows if str(row) in models])
    np.random.seed(seed)  # noqa: NPY002 - Prophet draws from numpy's global state
    future = pd.DataFrame({schema.DS: panel.ahead(horizon)})
    return Draws(rows, np.array([models[str(row)].predictive_samples(future)["yhat"].T for row in rows]))


def kept(file: Path | str) -> dict[int, Draws]:
    """Days known -> the draws that `keep` wrote."""
    with np.load(file) as arrays:
        return {int(name[5:]): Draws(arrays[name], arrays[f"draws_{name[5:]}"].astype(float)) for name in arrays if name.startswith("rows_")}


def keep(file: Path | str, draws: dict[int, Draws]) -> None:
    """Writes draws, so that a later run need not draw them again."""
    arrays = {f"rows_{days}": made.rows for days, made in draws.items()}
    np.savez_compressed(file, **arrays, **{f"draws_{days}": made.values.astype(np.float32) for days, made in draws.items()})
