"""How near forecasts come, by the definitions that forecast competitions use; and what other forecasters printed of themselves.

A day without a forecast counts as a forecast of 0, and is told apart as `missing`.
"""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.arrays import FloatArray, nanmean
from forecasting.training import metrics

COLUMNS = ("wape", "mase", "rmsse", "bias", "total_wape", "missing")
SEASON = schema.SEASON_LENGTH
FEWEST_ROWS = 15


def scores(past: FloatArray, y: FloatArray, yhat: FloatArray) -> dict[str, float]:
    """WAPE, bias and WAPE of the daily total in percent, MASE and RMSSE (mean over series), share of days without a forecast.

    Args:
        past: Shape (n, d), units sold before; NaN where there is no row.
        y: Shape (n, h), units sold; NaN where there is no row.
        yhat: Shape (n, h), units forecast; NaN where there is none.
    """
    known = np.isfinite(y)
    made = np.where(known, np.maximum(np.nan_to_num(yhat), 0.0), np.nan)
    changes = [_changes(row[np.isfinite(row)]) for row in past]
    scaled = [_ratio(nanmean(np.abs(made - y), axis=1), changes, 1), np.sqrt(_ratio(nanmean((made - y) ** 2, axis=1), changes, 2))]
    totals = [np.nansum(values, axis=0)[known.any(axis=0)] for values in (y, made)]
    return {
        "wape": 100 * float(metrics.wape(y, made)),
        "mase": float(nanmean(scaled[0], axis=0)),
        "rmsse": float(nanmean(scaled[1], axis=0)),
        "bias": 100 * float(metrics.bias_share(y, made)),
        "total_wape": 100 * float(metrics.wape(*totals)),
        "missing": float(np.isnan(yhat[known]).mean()),
    }


def _changes(sold: FloatArray) -> FloatArray:
    """From each row to the one a season later; none where there are too few rows to tell."""
    return sold[SEASON:] - sold[:-SEASON] if len(sold) >= FEWEST_ROWS else np.array([])


def _ratio(error: FloatArray, changes: list[FloatArray], power: int) -> FloatArray:
    """Mean errors of the series relative to the mean change to that power; NaN where a series never changed or has too few rows."""
    scale = np.array([(np.abs(change) ** power).mean() if change.any() else np.nan for change in changes])
    return error / scale


def of_peers(text: str) -> dict[str, dict[str, float]]:
    """Name -> its scores, from lines such as `lightgbm  wape 11.03 mase 0.9 ...`."""
    found = {}
    for line in text.splitlines():
        values = {name: float(value) for name, value in re.findall(r"\b([a-z_]+) +(-?\d+\.\d+|nan)\b", line)}
        if set(COLUMNS) <= set(values):
            found[line[:14].strip()] = {name: values[name] for name in COLUMNS}
    return found


def disagreement(folder: Path, ids: list[str], dates: pd.DatetimeIndex, past: FloatArray, future: tuple[FloatArray, FloatArray]) -> float:
    """How far these scores lie from those of `sales.py` in a folder of peers at most, relative to theirs.

    Args:
        folder: Has `sales.py` with `scores(past, future, forecast)` on frames `unique_id, ds, y` and `unique_id, ds, yhat`.
        ids: Of the n series.
        dates: Of all days, those ahead included.
        past: Shape (n, d).
        future: Sold and forecast, shape (n, h) each.
    """
    y, yhat = future
    before, after = dates[: past.shape[1]], dates[past.shape[1] : past.shape[1] + y.shape[1]]
    theirs = _module(folder).scores(_long(ids, before, past, "y"), _long(ids, after, y, "y"), _long(ids, after, yhat, "yhat"))
    ours = scores(past, y, yhat)
    return max(abs(ours[name] - theirs[name]) / max(abs(theirs[name]), 1e-6) for name in COLUMNS)


def _module(folder: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("peers_sales", folder / "sales.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"{folder} has no sales.py.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _long(ids: list[str], dates: pd.DatetimeIndex, values: FloatArray, name: str) -> pd.DataFrame:
    frame = pd.DataFrame({"unique_id": np.repeat(ids, len(dates)), "ds": np.tile(dates, len(ids)), name: values.ravel()})
    return frame.dropna(ignore_index=True)
