"""Forecasts as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from forecasting.analysis.forecast_view import chosen_rows, total_curves
from forecasting.core import schema
from forecasting.training.ensemble import Ensemble

DECIMALS = 3


def forecast_table(ensemble: Ensemble, filters: Mapping[str, str], steps: int, *, total: bool = False) -> pd.DataFrame:
    """The forecast as people exchange it.

    Args:
        ensemble: What is served.
        filters: Column -> value.
        steps: Days ahead: weeks or months where the sales come so.
        total: One row a day for the sum of all chosen series, instead of one row a series and day.

    Returns:
        `date`, the key and category columns that exist (only the filters' where `total`), the models of the blend, `forecast`, the bands
        and `model`; units a day, rounded to 3 decimals; empty where a model has no forecast.

    Raises:
        NotFound: The filters choose nothing.
        InputError: A column that does not exist, or more days than the version forecasts.
    """
    return pd.DataFrame(forecast_columns(ensemble, filters, chosen_rows(ensemble, filters, steps), steps, total=total))


def forecast_columns(ensemble: Ensemble, filters: Mapping[str, str], rows: np.ndarray, steps: int, *, total: bool) -> dict[str, np.ndarray]:
    """The columns of that table, of the series at `rows`, which the filters choose."""
    return _total(ensemble, filters, rows, steps) if total else _by_series(ensemble, rows, steps)


def _by_series(ensemble: Ensemble, rows: np.ndarray, steps: int) -> dict[str, np.ndarray]:
    named: dict[str, np.ndarray] = {schema.DATE: np.tile(ensemble.panel.ahead(steps).to_numpy(), len(rows))}
    named |= {name: np.repeat(labels[rows], steps) for name, labels in ensemble.labels.items()}
    curves = {schema.FORECAST if name == schema.BLEND else name: ensemble.yhat[name][rows, :steps] for name in (*ensemble.blended, schema.BLEND)}
    curves |= {name: ensemble.bands[rows, position, :steps] for position, name in enumerate(schema.BANDS)}
    named |= {name: values.ravel().round(DECIMALS) for name, values in curves.items()}
    return named | {schema.MODEL: np.repeat(ensemble.behind[rows], steps)}


def _total(ensemble: Ensemble, filters: Mapping[str, str], rows: np.ndarray, steps: int) -> dict[str, np.ndarray]:
    curves = total_curves(ensemble, rows, steps)
    curves[schema.FORECAST] = curves.pop(schema.BLEND)
    behind = np.unique(ensemble.behind[rows])
    named: dict[str, np.ndarray] = {schema.DATE: ensemble.panel.ahead(steps).to_numpy()}
    named |= {name: np.full(steps, filters[name], object) for name in schema.FILTERS if name in filters}
    named |= {name: curves[name].round(DECIMALS) for name in (*ensemble.blended, schema.FORECAST, *schema.BANDS)}
    return named | {schema.MODEL: np.full(steps, behind[0] if len(behind) == 1 else schema.BLEND, object)}
