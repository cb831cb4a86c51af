"""Forecasts as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from forecasting.analysis.forecast_view import chosen_rows, total_curves
from forecasting.core import schema
from forecasting.training.ensemble import Ensemble

DECIMALS = 3


def forecast_table(made: Ensemble, filters: Mapping[str, str], days: int, *, total: bool = False) -> pd.DataFrame:
    """The forecast as people exchange it.

    Args:
        made: What is served.
        filters: Column -> value.
        days: Days ahead: weeks or months where the sales come so.
        total: One row a day for the sum of all chosen series, instead of one row a series and day.

    Returns:
        `date`, the key and category columns that exist (only the filters' where `total`), the models of the blend, `forecast`, the bands
        and `model`; units a day, rounded to 3 decimals; empty where a model has no forecast.

    Raises:
        NotFound: The filters choose nothing.
        InputError: A column that does not exist, or more days than the version forecasts.
    """
    return pd.DataFrame(forecast_columns(made, filters, chosen_rows(made, filters, days), days, total=total))


def forecast_columns(made: Ensemble, filters: Mapping[str, str], rows: np.ndarray, days: int, *, total: bool) -> dict[str, np.ndarray]:
    """The columns of that table, of the series at `rows`, which the filters choose."""
    return _total(made, filters, rows, days) if total else _by_series(made, rows, days)


def _by_series(made: Ensemble, rows: np.ndarray, days: int) -> dict[str, np.ndarray]:
    named: dict[str, np.ndarray] = {schema.DATE: np.tile(made.panel.ahead(days).to_numpy(), len(rows))}
    named |= {name: np.repeat(labels[rows], days) for name, labels in made.labels.items()}
    curves = {schema.FORECAST if name == schema.BLEND else name: made.yhat[name][rows, :days] for name in (*made.blended, schema.BLEND)}
    curves |= {name: made.bands[rows, position, :days] for position, name in enumerate(schema.BANDS)}
    named |= {name: values.ravel().round(DECIMALS) for name, values in curves.items()}
    return named | {schema.MODEL: np.repeat(made.behind[rows], days)}


def _total(made: Ensemble, filters: Mapping[str, str], rows: np.ndarray, days: int) -> dict[str, np.ndarray]:
    curves = total_curves(made, rows, days)
    curves[schema.FORECAST] = curves.pop(schema.BLEND)
    behind = np.unique(made.behind[rows])
    named: dict[str, np.ndarray] = {schema.DATE: made.panel.ahead(days).to_numpy()}
    named |= {name: np.full(days, filters[name], object) for name in schema.FILTERS if name in filters}
    named |= {name: curves[name].round(DECIMALS) for name in (*made.blended, schema.FORECAST, *schema.BANDS)}
    return named | {schema.MODEL: np.full(days, behind[0] if len(behind) == 1 else schema.BLEND, object)}
